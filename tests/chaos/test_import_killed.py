"""An operator's import killed in the middle, and a second one beside the first."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from sqlalchemy import func, select

from app.import_tables import ImportRun
from merchants.models import Enrolment, Promise, Standing, Store
from tests.chaos import harness
from tests.support import lists
from workflows.store.session import Role

ROWS = 9_000
WUYOU = (sys.executable, str(Path(sys.executable).with_name("wuyou")))


def far(system) -> int:
    with system.db.transaction(Role.OWNER) as session:
        return session.scalar(select(func.coalesce(func.max(ImportRun.done_rows), 0)))


def counted(system) -> set[int]:
    with system.db.transaction(Role.OWNER) as session:
        imported = select(func.count()).select_from(Store).where(Store.plaque.is_not(None))
        others = (select(func.count()).select_from(t) for t in (Standing, Enrolment, Promise))
        return {session.scalar(query) for query in (imported, *others)}


def wuyou(system, *arguments: str, expected: int = 0) -> subprocess.CompletedProcess:
    done = subprocess.run([*WUYOU, *arguments], env=system.env, capture_output=True, text=True, check=False)
    assert done.returncode == expected, done.stderr
    return done


def test_an_import_killed_in_the_middle_goes_on_and_ends_as_if_it_never_was(system, tmp_path):
    file = lists.write_csv(tmp_path / "shops.csv", lists.rows(ROWS))
    killed = subprocess.Popen([*WUYOU, "import", "merchants", str(file)], env=system.env, stderr=subprocess.DEVNULL)
    harness.wait_for(lambda: far(system) >= 2_000, "the first chunks")
    busy = wuyou(system, "import", "merchants", str(lists.write_csv(tmp_path / "b.csv", lists.rows(3))), expected=2)
    assert "another import is at work" in busy.stderr
    killed.kill()
    killed.wait()
    done = far(system)
    assert 2_000 <= done < ROWS
    assert counted(system) == {done}
    told = json.loads(wuyou(system, "import", "merchants", str(file), "--json").stdout)
    assert (told["resumed_at"], told["added"], told["known"]) == (done, ROWS, 0)
    assert counted(system) == {ROWS}
    assert wuyou(system, "verify", "journal")
    assert wuyou(system, "verify", "clocks")
    again = json.loads(wuyou(system, "import", "merchants", str(file), "--json").stdout)
    assert (again["added"], again["known"]) == (0, ROWS)
    assert counted(system) == {ROWS}
