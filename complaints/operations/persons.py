"""Who complains beside or through whom (委托、共同投诉): accounts, rows and access of agents and co-complainants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import LargeBinary, Uuid, bindparam, select, text
from sqlalchemy.orm import Session

from complaints import intake_rules
from complaints.drafts import AgentDraft, Draft, Joint, Person
from complaints.intake_models import CoComplainant, ComplaintAgent
from complaints.models import Complaint, Filing
from workflows import declared
from workflows.case.casework import Party
from workflows.errors import Refused, RuleBroken
from workflows.people.actor import OFFICIALS, Actor
from workflows.people.tables import Account
from workflows.store.db import new_id
from workflows.store.sealed import index, seal, sealed_place
from workflows.store.session import keys_of
from workflows.time.clock import SHANGHAI, Clock

BY_PHONE = text("SELECT consumer_by_phone(:phone, :id, :sealed, :city)").bindparams(
    bindparam("phone", type_=LargeBinary()), bindparam("sealed", type_=LargeBinary()), bindparam("id", type_=Uuid())
)


@dataclass(frozen=True)
class People:
    """The accounts of a filing.

    :param filer: who brings it: the complainant, or the agent.
    :param others: who complains with the complainant, in the draft's order.
    """

    filer: UUID
    complainant: UUID
    agent: UUID | None = None
    others: tuple[UUID, ...] = ()


def account_of(session: Session, phone: str, city: str) -> UUID:
    """The consumer's account of a phone, made where there is none: its owner signs in with a code sent to it.

    Nothing tells the caller which of the two it was.

    :param phone: as accounts keep it, ``+86`` and eleven digits.
    :raises Refused: the phone cannot be a consumer's.
    """
    new = new_id()
    sealed = keys_of(session).seal(sealed_place(Account.__tablename__, "phone", new), phone)
    values = {"phone": index(session, Account.__tablename__, "phone", phone), "id": new, "sealed": sealed, "city": city}
    found = session.scalar(BY_PHONE, values)
    if found is None:
        raise Refused("phone.taken", "this phone belongs to an account that is no consumer's: give another")
    return UUID(str(found))


def accounts(session: Session, draft: Draft, whose: UUID, city: str) -> People:
    """Whose accounts a filing concerns.

    :param whose: the complainant's account; an agent who files himself is found by his own, and his principal by phone.
    """
    complainant, agent = whose, None
    if draft.agent and draft.channel in intake_rules.SELF:
        complainant, agent = account_of(session, draft.complainant.phone, city), whose
    elif draft.agent:
        agent = account_of(session, draft.agent.phone, city)
    joint = draft.joint.others if draft.joint else ()
    return People(whose, complainant, agent, tuple(account_of(session, o.person.phone, city) for o in joint))


def parties(people: People) -> list[Party]:
    """Who may see the case beside complainant, bureau and firm."""
    agent = [Party(people.agent, "consumer", "agent")] if people.agent else []
    return [*agent, *(Party(other, "consumer", "co-complainant") for other in people.others if other != people.agent)]


def keep(session: Session, complaint: Complaint, draft: Draft, people: People, *, actor: Actor, clock: Clock) -> None:
    """Keep the agent, and the persons of a joint complaint."""
    if draft.agent and people.agent:
        session.add(_agent(session, complaint, draft.agent, people.agent, actor, clock))
    if draft.joint:
        session.add_all(_persons(session, complaint, draft.complainant, draft.joint, people, actor))
    session.flush()


def _agent(
    session: Session, complaint: Complaint, draft: AgentDraft, account: UUID, actor: Actor, clock: Clock
) -> ComplaintAgent:
    """The agent's row; only an officer can have received an original or seen an identity paper."""
    row = ComplaintAgent(
        case_id=complaint.id, account_id=account, scope=list(draft.scope), from_on=draft.from_on,
        until_on=draft.until_on, signed=draft.signed, entered_by=actor.account, entered_at=clock.now(),
    )  # fmt: skip
    if actor.role in OFFICIALS:
        for name in ("original", "identity"):
            day = getattr(draft, f"{name}_on")
            setattr(row, f"{name}_on", day)
            setattr(row, f"{name}_by", actor.account if day else None)
    for field in ("name", "phone"):
        seal(session, row, field, getattr(draft, field).strip())
    return row


def _persons(
    session: Session, complaint: Complaint, first: Person, joint: Joint, people: People, actor: Actor
) -> list[CoComplainant]:
    today, official = complaint.received_on, actor.role in OFFICIALS
    rows: list[tuple[Person, UUID, bool, date | None]] = [(first, people.complainant, joint.first, today)]
    rows += [
        (other.person, account, other.representative, other.joined_on if official else None)
        for other, account in zip(joint.others, people.others, strict=True)
    ]
    made = []
    for ordinal, (person, account, representative, joined) in enumerate(rows, 1):
        chosen = joint.chosen_on if representative else None
        row = CoComplainant(
            case_id=complaint.id, ordinal=ordinal, account_id=account, representative=representative,
            chosen_on=chosen, joined_on=joined, entered_by=actor.account,
        )  # fmt: skip
        for field in ("name", "phone", "address"):
            seal(session, row, field, getattr(person, field).strip())
        made.append(row)
    return made


def check_limit(session: Session, account: UUID, city: str, clock: Clock) -> None:
    """So many filings of one account by itself in a day, and no more: a declared limit, no refusal of the matter.

    What was written stays with whoever wrote it, and phone and window are open; officers are not limited.

    :raises RuleBroken: the day's number is reached.
    """
    most = declared.value(session, intake_rules.PER_DAY, city, clock.today())
    begins = datetime.combine(clock.today(), time.min, SHANGHAI)
    mine = select(Filing.id).where(Filing.filer_id == account, Filing.received_at >= begins)
    if session.scalar(mine.offset(most - 1).limit(1)) is not None:
        message = f"{most} filings a day are possible here: go on tomorrow, call 12315, or come to the bureau's window"
        raise RuleBroken("filing.limit", message, most=most)
