"""Every mapped class of the product in one place: what the migrations must add up to."""

from __future__ import annotations

from app import import_tables, standin
from app.identity import tables as identity
from app.portals import tables as portals
from complaints import after_models as complaints_after
from complaints import desk, mediation_models
from complaints import models as complaints
from merchants import models as merchants
from workflows import declared, measures
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
    mediation_models,
    identity,
    portals,
    standin,
    import_tables,
)
METADATA = Base.metadata
