"""The words of the ten documents: from a case's facts and what its officer gave, to a letter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from app.catalogue import text
from app.documents import letter
from app.documents.letter import LetterSheet
from app.documents.sheet import chinese_date
from app.views.money import yuan
from complaints import codes
from complaints.operations.papers import Content
from complaints.papers import Form
from workflows.people.masks import masked_name, masked_phone

SUFFIX = "市场监督管理局"
UNKNOWN = "—"


@dataclass(frozen=True)
class Facts:
    """What a document needs to know of its case; personal values are plain here, and sealed with the document.

    :param case: the complaint's or report's row.
    :param person: name, phone and address of the complainant; empty for an anonymous report.
    :param reason: why it was declined or ended, as it was kept.
    """

    case: Any
    person: Mapping[str, str]
    bureau: Any
    officer: str
    reason: str
    today: date


def compose(form: Form, facts: Facts, given: Mapping[str, Any], address: str) -> Callable[[UUID, int], Content]:
    """Words a document once its id and number are known.

    :param address: of the page where a document is checked; its id is put behind.
    """

    def word(paper: UUID, serial: int) -> Content:
        sheet = sheet_of(form, facts, given, serial, f"{address}/{paper}")
        return Content(letter.content(sheet), letter.digest(sheet))

    return word


def sheet_of(form: Form, facts: Facts, given: Mapping[str, Any], serial: int, url: str) -> LetterSheet:
    """The letter of a form."""
    parts: dict[str, Any] = WORDS[form.number](facts, given)
    return LetterSheet(
        title=_t(f"form.{form.number}.title"),
        number=number(facts, serial),
        addressee=parts.pop("addressee", facts.person.get("name", "")),
        bureau=facts.bureau.name,
        signed_on=facts.today,
        verify_url=url,
        **parts,
    )


def number(facts: Facts, serial: int) -> str:
    """A document's number (文号): reports have a series and a mark of their own, and leave no gap in the other one."""
    key = "form.number" if facts.case.case_kind == "complaint" else "reports.paper_number"
    return _t(key, prefix=facts.bureau.name.removesuffix(SUFFIX), year=facts.today.year, serial=serial)


def again(content: Mapping[str, Any]) -> LetterSheet:
    """The letter that a kept content is of."""
    return LetterSheet(
        title=content["title"],
        number=content["number"],
        addressee=content["addressee"],
        paragraphs=tuple(content["paragraphs"]),
        grounds=tuple((label, bool(ticked)) for label, ticked in content["grounds"]),
        fields=tuple((label, value) for label, value in content["fields"]),
        closing=tuple(content["closing"]),
        bureau=content["bureau"],
        signed_on=date.fromisoformat(content["date"]),
        verify_url=content["url"],
    )


def _t(key: str, **values: Any) -> str:
    return text(key, "zh", **values)


def _day(value: Any) -> str:
    return chinese_date(value if isinstance(value, date) else date.fromisoformat(str(value)))


def about(facts: Facts) -> str:
    """What the case is about, in a few words."""
    problem = getattr(facts.case, "problem", None)
    words = f"({_t(f'problem.{problem}')})" if problem else ""
    return _t("form.about", respondent=facts.case.respondent_name, problem=words)


def _fields(**values: str) -> tuple[tuple[str, str], ...]:
    return tuple((_t(f"form.field.{name.rstrip('_')}"), value or UNKNOWN) for name, value in values.items())


def _register(facts: Facts, _: Mapping[str, Any]) -> dict[str, Any]:
    case, person = facts.case, facts.person
    rows = _fields(
        registrar=facts.bureau.name,
        case=case.number,
        name=person["name"],
        phone=person["phone"],
        address=person["address"],
        publish=_t(f"form.field.{'yes' if case.publish else 'no'}"),
        entrust=_t(f"form.field.{'yes' if case.entrust else 'no'}"),
        respondent=case.respondent_name,
        respondent_address=case.respondent_address,
        when=_day(case.happened_on),
        where=case.place,
        amount=yuan(case.amount_fen),
        facts=case.narrative[: letter.LONGEST_TEXT],
        requests="、".join(_t(f"requests.{code}") for code in case.requests),
    )
    return {"addressee": "", "paragraphs": (), "fields": rows}


def _report_register(facts: Facts, _: Mapping[str, Any]) -> dict[str, Any]:
    """The register of a report; its reporter masked, for whoever needs the name looks at it with a reason (art. 37)."""
    case, person = facts.case, facts.person
    known = {"phone": masked_phone(person["phone"])} if person.get("phone") else {}
    rows = _fields(
        registrar=facts.bureau.name,
        case=case.number,
        reporter=masked_name(person["name"]) if person.get("name") else _t("form.field.anonymous"),
        **known,
        reported=case.respondent_name,
        address=case.respondent_address,
        clues=case.clues[: letter.LONGEST_TEXT],
        basis=case.basis[: letter.LONGEST_TEXT],
    )
    return {"addressee": "", "paragraphs": (), "fields": rows}


def _dispatch(facts: Facts, given: Mapping[str, Any]) -> dict[str, Any]:
    words = _t(
        "form.3.body",
        name=facts.person.get("name", ""),
        received=_day(facts.case.received_on),
        about=about(facts),
        report_by=_day(given["report_by"]),
    )
    enclosed = (_t("form.3.closing", pages=given["pages"]),) if given.get("pages") else ()
    return {"addressee": given.get("to", facts.bureau.name), "paragraphs": (words,), "closing": enclosed}


def _identity(facts: Facts, given: Mapping[str, Any]) -> dict[str, Any]:
    bureau = facts.bureau
    second = _t("form.4.body2", until=_day(given["until"]), papers=given["papers"])
    return {
        "paragraphs": (_t("form.4.body1"), second, _t("form.4.body3")),
        "closing": (_t("form.4.closing", phone=bureau.phone, address=bureau.address or UNKNOWN),),
    }


def _accept(facts: Facts, _: Mapping[str, Any]) -> dict[str, Any]:
    body = _t("form.5.body", received=_day(facts.case.received_on), about=about(facts))
    contact = _t("form.5.contact", officer=facts.officer or UNKNOWN, phone=facts.bureau.phone)
    return {"paragraphs": (body,), "closing": (contact, _t("form.told"))}


def _grounds(listed: tuple[str, ...], chosen: str, kind: str) -> dict[str, Any]:
    marks = tuple((f"{n}. {_t(f'{kind}.{code}')}", code == chosen) for n, code in enumerate(listed, 1))
    return {"grounds": marks}


def _place_of(listed: tuple[str, ...], chosen: str) -> dict[str, Any]:
    """Which item of which article a ground is: ``O121-16-3`` is item 3 of art. 16."""
    return {"n": listed.index(chosen) + 1, "article": chosen.split("-")[1]}


def _decline(facts: Facts, _: Mapping[str, Any]) -> dict[str, Any]:
    case, listed = facts.case, codes.REFUSALS[facts.case.rule_set]
    item = _place_of(listed, case.decline_ground)
    body = _t("form.6.body", received=_day(case.received_on), about=about(facts), **item)
    reason = (_t("form.6.reason", reason=facts.reason),) if facts.reason else ()
    closing = (*reason, _t("form.6.closing"), _t("form.told"))
    return {"paragraphs": (body,), **_grounds(listed, case.decline_ground, "refusal"), "closing": closing}


def _mediation(facts: Facts, given: Mapping[str, Any]) -> dict[str, Any]:
    bring = "；".join(filter(None, (_t("form.7.papers"), given.get("bring", ""))))
    lines = (
        _t("form.7.body", about=about(facts), at=given["at"], place=given["place"]),
        _t("form.7.bring", bring=bring),
        _t("form.7.recusal", recusal_days=given["recusal_days"]),
    )
    contact = _t("form.7.contact", mediators=given["mediators"], phone=facts.bureau.phone)
    addressee = f"{facts.person['name']}、{facts.case.respondent_name}"
    return {"addressee": addressee, "paragraphs": lines, "closing": (contact, _t("form.noticed"))}


def _terminate(facts: Facts, _: Mapping[str, Any]) -> dict[str, Any]:
    case, listed = facts.case, codes.TERMINATIONS[facts.case.rule_set]
    item = _place_of(listed, case.termination_ground)
    body = _t("form.8.body", about=about(facts), **item)
    addressee = f"{facts.person['name']}、{case.respondent_name}"
    closing = (_t("form.8.closing"), _t("form.told"))
    marks = _grounds(listed, case.termination_ground, "termination")
    return {"addressee": addressee, "paragraphs": (body,), **marks, "closing": closing}


def _agreement(facts: Facts, given: Mapping[str, Any]) -> dict[str, Any]:
    case, person = facts.case, facts.person
    rows = _fields(
        name=person["name"],
        phone=person["phone"],
        address=person["address"],
        respondent=case.respondent_name,
        respondent_address=case.respondent_address,
        requests="、".join(_t(f"requests.{code}") for code in case.requests),
        amount=yuan(case.settled_fen),
    )
    signing = (_t("form.9.sign1"), _t("form.9.sign2"), _t("form.9.sign3", mediators=given.get("mediators", "")))
    lines = (_t("form.9.body"), given["agreed"])
    return {"addressee": "", "fields": rows, "paragraphs": lines, "closing": (_t("form.9.closing"), *signing)}


def _outcome(facts: Facts, given: Mapping[str, Any]) -> dict[str, Any]:
    basis = _t(f"reports.law.{given['basis']}")
    lines = (_t("form.10.body", about=about(facts), basis=basis), given["outcome"])
    return {"paragraphs": lines, "closing": (_t("form.told"),)}


WORDS: Mapping[int, Callable[[Facts, Mapping[str, Any]], dict[str, Any]]] = {
    1: _register,
    2: _report_register,
    3: _dispatch,
    4: _identity,
    5: _accept,
    6: _decline,
    7: _mediation,
    8: _terminate,
    9: _agreement,
    10: _outcome,
}
