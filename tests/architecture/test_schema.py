"""The migrations add up to the models, one after the other, and every state, event and policy is accounted for."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from app import wiring
from app.catalogue import has
from app.database import alembic_config
from app.schema import METADATA
from complaints import codes
from complaints.jobs import COMPLAINANT_TOLD, RESPONDENT_TOLD
from complaints.lifecycle import COMPLAINT, COMPLAINT_NOTES, MACHINES
from complaints.mediation_jobs import OFFICER_TOLD
from merchants import codes as merchant_codes
from merchants.jobs import ENROLMENT_TOLD, STANDING_TOLD
from merchants.lifecycle import ENROLMENT, ENROLMENT_NOTES, STANDING, STANDING_NOTES
from workflows.store.session import Role


def test_there_is_one_head():
    assert len(ScriptDirectory.from_config(alembic_config()).get_heads()) == 1


def test_the_migrated_schema_is_the_models_schema(db):
    with db.engine(Role.OWNER).connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)
    assert differences == []


def test_every_word_that_a_page_may_need_exists():
    states = {f"state.{s}" for m in MACHINES for s in m.states}
    events = {f"event.{e}" for e in (*COMPLAINT.events, *COMPLAINT_NOTES, "file", "correct")}
    listed = {f"{name}.{code}" for name, codes_of in codes.dictionary().items() for code in codes_of}
    terms = {
        f"term.{t.code}" for t in wiring.TERMS if t.code in ("complaint.accept", "complaint.mediate", "report.verify")
    }
    notices = {f"notice.complaint.{e}.complainant" for e in COMPLAINANT_TOLD}
    notices |= {f"notice.complaint.{e}.respondent" for e in RESPONDENT_TOLD}
    notices |= {f"notice.complaint.{e}.officer" for e in OFFICER_TOLD}
    assert [key for key in sorted(states | events | listed | terms | notices | merchants()) if not has(key)] == []


def merchants() -> set[str]:
    """What the pages of merchants may need."""
    needed = {f"{m.name}.state.{s}" for m in (ENROLMENT, STANDING) for s in m.states}
    needed |= {f"enrolment.event.{e}" for e in (*ENROLMENT.events, *ENROLMENT_NOTES, "draft", "check")}
    needed |= {f"standing.event.{e}" for e in (*STANDING.events, *STANDING_NOTES, "enter")}
    needed |= {f"notice.enrolment.{e}" for e in ENROLMENT_TOLD} | {f"notice.standing.{e}" for e in STANDING_TOLD}
    return needed | {f"{name}.{code}" for name, codes_of in merchant_codes.dictionary().items() for code in codes_of}


def test_every_event_that_tells_somebody_is_an_event_of_the_machine():
    known = {*COMPLAINT.events, *COMPLAINT_NOTES, "file", "correct", "clock_moved"}
    assert {*COMPLAINANT_TOLD, *RESPONDENT_TOLD} <= known
