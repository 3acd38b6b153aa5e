"""The whole product on one page: its terms, kinds of case, what follows from which event, and when what runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from app import hooks, keeping, lists, open_data
from app.bridges import schedule as bridges
from app.channels import Channel, StandIn, send_notice
from app.keys import load_keys
from app.outbound import Outbound
from app.places import Places
from app.settings import Settings
from complaints import after_jobs, intake_jobs, mediation_jobs, oversight_jobs, warning_jobs, workloads
from complaints import jobs as complaint_jobs
from complaints.bridging import SETTINGS as BRIDGE_SETTINGS
from complaints.consultation import CONSULTATION
from complaints.consultation import SETTINGS as CONSULTATION_SETTINGS
from complaints.consultation_models import Consultation
from complaints.factors import SETTINGS as COMPLAINT_SETTINGS
from complaints.intake_rules import SETTINGS as INTAKE_SETTINGS
from complaints.keeping import SETTINGS as CASE_KEEPING_SETTINGS
from complaints.lifecycle import MACHINES as COMPLAINT_MACHINES
from complaints.mediation import SETTINGS as MEDIATION_SETTINGS
from complaints.models import Complaint, Report
from complaints.operations import clusters, deputies
from complaints.outcome import SETTINGS as OUTCOME_SETTINGS
from complaints.oversight import MACHINES as OVERSIGHT_MACHINES
from complaints.oversight import SETTINGS as OVERSIGHT_SETTINGS
from complaints.oversight_models import SupervisionOrder, Talk
from complaints.terms import TERMS as COMPLAINT_TERMS
from measures import nightly
from merchants import jobs as merchant_jobs
from merchants.inspection import SETTINGS as INSPECTION_SETTINGS
from merchants.lifecycle import MACHINES as MERCHANT_MACHINES
from merchants.models import Enrolment, Standing
from merchants.operations import standing
from merchants.operations.activation import SETTINGS as ACTIVATION_SETTINGS
from merchants.terms import SETTINGS as MERCHANT_SETTINGS
from merchants.terms import TERMS as MERCHANT_TERMS
from workflows.case import checkpoints
from workflows.delivery import notices, webhooks
from workflows.delivery.jobs import Job
from workflows.delivery.leases import Lease
from workflows.delivery.outbox import Wait
from workflows.keeping import SETTINGS as KEEPING_SETTINGS
from workflows.store.session import Databases
from workflows.time.clock import shanghai_date
from workflows.time.declared import Declared
from workflows.time.terms import TermBook

TERMS = TermBook([*MERCHANT_TERMS, *COMPLAINT_TERMS])
"""Every statutory and promised period of every domain."""

SETTINGS: Mapping[str, Declared] = {
    **MERCHANT_SETTINGS,
    **INSPECTION_SETTINGS,
    **COMPLAINT_SETTINGS,
    **OUTCOME_SETTINGS,
    **ACTIVATION_SETTINGS,
    **KEEPING_SETTINGS,
    **CASE_KEEPING_SETTINGS,
    **OVERSIGHT_SETTINGS,
    **INTAKE_SETTINGS,
    **CONSULTATION_SETTINGS,
    **BRIDGE_SETTINGS,
    **MEDIATION_SETTINGS,
}
"""Every declared setting: what no text says."""

MACHINES = (*MERCHANT_MACHINES, *COMPLAINT_MACHINES, *OVERSIGHT_MACHINES, CONSULTATION)
"""Every lifecycle."""

KINDS = (Complaint, Report, Enrolment, Standing, SupervisionOrder, Talk, Consultation)
"""Every kind of case."""

KIND: Mapping[str, Any] = {kind.case_kind: kind for kind in KINDS}
"""The class of a kind of case, by its name."""

MOVED: Mapping[str, tuple[Callable[[Session, Any], None], ...]] = {Standing.case_kind: (standing.follow_term,)}
"""What follows in a case's row when a calendar moved one of its dates."""

HANDLERS = bridges.with_bridges(
    hooks.with_webhooks(
        {
            **merchant_jobs.handlers(),
            **complaint_jobs.handlers(),
            **oversight_jobs.handlers(),
            **intake_jobs.handlers(),
        }
    )
)
"""What follows, inside the database, from which event."""

CHANNELS: Mapping[str, Channel] = {"sms": StandIn("sms"), "email": StandIn("email")}
"""How people are reached outside the product."""

External = Callable[[Databases, Lease], None]


ASIDE = frozenset({webhooks.DELIVER, clusters.GO}) | bridges.TOPICS
"""Effects that may take long: they are done beside everything else, and hold up nothing."""

WAITS: Mapping[str, Wait] = {webhooks.DELIVER: webhooks.wait}
"""Topics with a schedule of their own for what failed."""


def external(told: Settings) -> Mapping[str, External]:
    """What follows outside the database from which message."""
    return {
        notices.SEND: partial(send_notice, channels=CHANNELS, address=told.address),
        webhooks.DELIVER: partial(hooks.send, outbound=Outbound(loopback=told.webhook_loopback)),
        **bridges.external(told),
    }


def jobs(told: Settings) -> tuple[Job, ...]:
    """What runs when, in Shanghai time."""
    return (
        Job("lists.forget", "40 * * * *", lists.forget),
        Job("complaints.after", "20 * * * *", after_jobs.day_goes_by),
        Job("complaints.mediation", "25 * * * *", mediation_jobs.day_goes_by),
        Job("merchants.day", "10 * * * *", merchant_jobs.day_goes_by),
        Job("merchants.open_data", "15 2 * * *", partial(publish_open_data, told)),
        Job("merchants.agreements", "*/10 * * * *", merchant_jobs.agreements),
        Job("complaints.index", "*/2 * * * *", complaint_jobs.index),
        Job("measures.recent", "30 1 * * *", measure_recent),
        Job("journal.checkpoint", "5 * * * *", partial(checkpoint, told)),
        Job("keeping.night", "*/5 3-5 * * *", partial(keeping.night, told)),
        Job("complaints.warnings", "25 * * * *", warning_jobs.warn),
        Job("complaints.workload", "35 * * * *", workloads.count),
        Job("complaints.deputies", "2 * * * *", deputies.begin),
        *bridges.jobs(told),
    )


def measure_recent(session: Session, slot: datetime) -> Mapping[str, Any]:
    """The night: yesterday and the six days before it."""
    return {"figures": nightly.measure_recent(session, shanghai_date(slot) - timedelta(days=1))}


def checkpoint(told: Settings, session: Session, _slot: datetime) -> Mapping[str, Any]:
    """Sign the heads of all journals, outside the database."""
    places = Places(told.data)
    note = checkpoints.take(session, KINDS, load_keys(places), places.checkpoints)
    return {"size": note.size}


def publish_open_data(told: Settings, session: Session, slot: datetime) -> Mapping[str, Any]:
    """Write tonight's edition of the open data."""
    about = open_data.publish(session, told.data, shanghai_date(slot), told.open_data_licence)
    return {"files": len(about["files"])}
