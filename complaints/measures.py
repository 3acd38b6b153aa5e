"""What one day says about complaints, by district and city: set-based, and the same whenever it is run.

A case belongs to the day its outcome became known and never moves to another day afterwards:

- ``complaint.accept_on_time`` 1 (按时受理率): decided *and told* within the term ÷ all whose outcome is known. The
  day is that of the telling when in time, else the first day late; so an overdue case counts at once, not when
  it is finally told. The law asks for both within the seven working days (art. 15).
- ``complaint.settled`` 1 (调解成功率): settled in mediation ÷ all closed that day, declined ones included – the
  denominator that the published figures of earlier years fit.
- ``complaint.satisfied`` 1 (满意率): ratings of 4 and 5 ÷ all ratings given that day.
- ``complaint.score`` 1: the sum of all scores ÷ their number.
- ``complaint.recovered_fen`` 1 (挽回损失): fen agreed and paid ÷ cases settled that day.
- ``complaint.outcome_proved`` 1: agreements confirmed by the consumer or proved by a matched receipt ÷ all outcomes
  that became known that day; ``complaint.outcome_silent`` and ``complaint.outcome_denied`` 1 are the rest of the same
  whole. An agreement that was denied first and kept later became known twice.
- ``complaint.kept`` 1: promises kept in full ÷ all answers that day to the question whether they were.
- ``complaint.visited`` 1 (回访率): drawn return visits recorded by their day ÷ all drawn that were due that day.
- ``complaint.days_…`` 1: see :mod:`complaints.ledgers`.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from complaints import ledgers
from complaints.terms import ACCEPT
from workflows.measures import Figure

VERSION = 1
ALL = "all"

ACCEPT_ON_TIME = """
    SELECT c.city, c.district, count(*) FILTER (WHERE k.stopped_on <= k.due_on) AS num, count(*) AS den
    FROM case_clock k JOIN complaint c ON c.id = k.case_id
    WHERE k.term = :accept AND c.state <> 'withdrawn'
      AND CASE WHEN k.stopped_on <= k.due_on THEN k.stopped_on ELSE k.due_on + 1 END = :day
    GROUP BY GROUPING SETS ((c.city, c.district), (c.city), ())
"""

SETTLED = """
    SELECT city, district, count(settled_on) AS num, count(*) AS den
    FROM complaint WHERE closed_on = :day
    GROUP BY GROUPING SETS ((city, district), (city), ())
"""

RATED = """
    SELECT c.city, c.district, {num} AS num, count(*) AS den
    FROM evaluation e JOIN complaint c ON c.id = e.case_id
    WHERE e.given_at >= :day ::timestamp AT TIME ZONE 'Asia/Shanghai'
      AND e.given_at < (:day ::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
    GROUP BY GROUPING SETS ((c.city, c.district), (c.city), ())
"""

RECOVERED = """
    SELECT city, district, coalesce(sum(settled_fen) FILTER (WHERE paid_on IS NOT NULL), 0) AS num, count(*) AS den
    FROM complaint WHERE settled_on = :day
    GROUP BY GROUPING SETS ((city, district), (city), ())
"""

OUTCOME = """
    SELECT c.city, c.district, count(*) FILTER (WHERE o.kind IN ({kinds})) AS num, count(*) AS den
    FROM outcome o JOIN complaint c ON c.id = o.case_id WHERE o.decided_on = :day
    GROUP BY GROUPING SETS ((c.city, c.district), (c.city), ())
"""

KEPT = """
    SELECT c.city, c.district, count(*) FILTER (WHERE q.answer = 'yes') AS num, count(*) AS den
    FROM question q JOIN complaint c ON c.id = q.case_id
    WHERE q.answer IS NOT NULL AND q.answered_at >= :day ::timestamp AT TIME ZONE 'Asia/Shanghai'
      AND q.answered_at < (:day ::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
    GROUP BY GROUPING SETS ((c.city, c.district), (c.city), ())
"""

VISITED = """
    SELECT c.city, c.district, count(*) FILTER (WHERE v.done_on <= v.due_on) AS num, count(*) AS den
    FROM return_visit v JOIN complaint c ON c.id = v.case_id WHERE v.reason = 'sample' AND v.due_on = :day
    GROUP BY GROUPING SETS ((c.city, c.district), (c.city), ())
"""

DEFINITIONS = {
    "complaint.accept_on_time": ACCEPT_ON_TIME,
    "complaint.settled": SETTLED,
    "complaint.satisfied": RATED.format(num="count(*) FILTER (WHERE e.score >= 4)"),
    "complaint.score": RATED.format(num="sum(e.score)"),
    "complaint.recovered_fen": RECOVERED,
    "complaint.outcome_proved": OUTCOME.format(kinds="'confirmed', 'receipt'"),
    "complaint.outcome_silent": OUTCOME.format(kinds="'silent'"),
    "complaint.outcome_denied": OUTCOME.format(kinds="'denied'"),
    "complaint.kept": KEPT,
    "complaint.visited": VISITED,
}
NAMES = (*DEFINITIONS, *ledgers.NAMES)


def measure(session: Session, day: date) -> list[Figure]:
    """Every figure of the day, for each district, each city and both cities together."""
    asked = [figure for name, query in DEFINITIONS.items() for figure in _figures(session, name, query, day)]
    return [*asked, *ledgers.measure(session, day)]


def _figures(session: Session, name: str, query: str, day: date) -> list[Figure]:
    values = {"day": day} | ({"accept": ACCEPT} if ":accept" in query else {})
    rows = session.execute(text(query), values)
    return [Figure(name, VERSION, r.district or r.city or ALL, int(r.num), int(r.den)) for r in rows if r.den]
