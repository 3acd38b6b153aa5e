"""Every mapped class of the product in one place: what the migrations must add up to."""

from __future__ import annotations

from app import import_tables, standin, subject_tables
from app.identity import tables as identity
from app.portals import tables as portals
from complaints import after_models as complaints_after
from complaints import bridge_models as complaints_bridge
from complaints import competence_models, desk, mediation_models
from complaints import consultation_models as consultations
from complaints import intake_models as intake
from complaints import models as complaints
from complaints import oversight_models as complaints_oversight
from merchants import models as merchants
from workflows import declared, keeping, measures
from workflows.case import tables as case
from workflows.delivery import notices
from workflows.delivery import tables as delivery
from workflows.people import tables as people
from workflows.store import evidence
from workflows.store.db import Base

MODULES = (
    case,
    delivery,
    notices,
    people,
    evidence,
    declared,
    measures,
    merchants,
    complaints,
    desk,
    complaints_after,
    complaints_oversight,
    intake,
    consultations,
    complaints_bridge,
    mediation_models,
    identity,
    portals,
    standin,
    import_tables,
    competence_models,
    keeping,
    subject_tables,
)
METADATA = Base.metadata
