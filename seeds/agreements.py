"""One agreement between the two cities for the demo's register, plainly an example: no text of a real one is known."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from complaints.competence_models import RegionAgreement
from seeds.reference import bureau_id
from workflows.time.clock import Clock

EXAMPLE = {
    "name": "苏州—上海消费维权异地协助协议（示例，非真实协议）",
    "number": "示例〔2026〕1号",
    "items": ["answer_questions", "visit_site", "reach_firm"],
    "duties": "示例文字：受托方查看现场、联系经营者、答复情况；不受理、不调解、不作处理决定。",
    "tracking": "示例文字：提出、签收、答复都在本系统登记，双方都能看到。",
    "answer_days": 5,
    "counted": "working_days",
}


def load(session: Session, clock: Clock) -> None:
    """Load the example; loading it again changes nothing."""
    row = {
        **EXAMPLE,
        "id": uuid5(NAMESPACE_URL, "wuyou:demo:agreement"),
        "parties": [bureau_id("3205"), bureau_id("3101")],
        "from_on": clock.today().replace(month=1, day=1),
        "until_on": None,
        "example": True,
        "made_at": clock.now(),
    }
    session.execute(insert(RegionAgreement).on_conflict_do_nothing(), row)
