"""The lifecycles as drawings for the documentation, made from the edge tables themselves."""

from __future__ import annotations

from workflows.case.machine import Machine

TITLES = {
    "enrolment": "An application to enrol (入驻申请)",
    "standing": "The standing of a store (承诺状态)",
    "complaint": "A complaint's life (投诉)",
    "report": "A report's life (举报)",
    "order": "A supervision order (督办单)",
    "talk": "A talk with a firm (约谈)",
    "consultation": "A consultation's life (咨询)",
}


def page(machine: Machine) -> str:
    """One lifecycle as a Markdown page with a Mermaid drawing and a table of its edges."""
    rows = [f"| {e.source} | `{e.event}` | {e.target} | {e.article or '—'} |" for e in machine.edges]
    table = ["| From | Event | To | Article |", "|---|---|---|---|", *rows]
    drawing = ["```mermaid", machine.to_mermaid().rstrip(), "```"]
    head = [f"# {TITLES[machine.name]}", "", "Made from the edge table; `make docs` writes it anew."]
    return "\n".join([*head, "", *drawing, "", *table]) + "\n"
