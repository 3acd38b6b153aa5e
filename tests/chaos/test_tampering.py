"""T27: as a superuser, seven ways to falsify history; the stand-alone verifier names each."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from complaints.models import Complaint, Report
from complaints.operations import decide
from workflows.case import checkpoints, export
from workflows.case.journal import START, link
from workflows.case.merkle import Tree
from workflows.store.crypto import sm3

VERIFIER = Path(__file__).parent.parent.parent / "tools" / "verify_journal.py"
KINDS = (Complaint, Report)


@pytest.fixture
def history(world, root, tmp_path):
    """Two decided complaints under a checkpoint, and the trigger out of the forger's way."""
    cases = [world.file(), world.file()]
    for case in cases:
        world.decide(case, decide.accept)
        world.decide(case, decide.told, "phone")
    folder = tmp_path / "checkpoints"
    with world.as_worker() as session:
        checkpoints.take(session, KINDS, world.db.keys, folder)
    root.execute("ALTER TABLE case_event DISABLE TRIGGER ALL")
    return world, root, folder, cases


def verdict(world, folder, tmp_path) -> tuple[int, str]:
    exported, key = tmp_path / "export.jsonl", tmp_path / "key.pub"
    with world.as_worker() as session:
        exported.write_text("\n".join(export.journal_lines(session, KINDS)) + "\n", "utf-8")
    raw = world.db.keys.public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    key.write_text(base64.b64encode(raw).decode(), "ascii")
    command = [sys.executable, "-I", str(VERIFIER), str(exported), str(folder), str(key)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.returncode, found.stdout + found.stderr


def body(root, case, seq) -> dict:
    return json.loads(
        root.execute("SELECT body FROM case_event WHERE case_id=%s AND seq=%s", [case, seq]).fetchone()[0]
    )


def forge(root, case) -> None:
    """Rewrite a whole chain with a consistent head, as somebody with every right in the database could."""
    prev = START
    rows = root.execute("SELECT seq, body FROM case_event WHERE case_id=%s ORDER BY seq", [case]).fetchall()
    for seq, text in rows:
        altered = text.replace('"by":"phone"', '"by":"post"')
        head = link(prev, altered)
        root.execute(
            "UPDATE case_event SET body=%s, prev=%s, hash=%s WHERE case_id=%s AND seq=%s",
            [altered, prev, head, case, seq],
        )
        prev = head
    root.execute("UPDATE complaint SET chain_hash=%s WHERE id=%s", [prev, case])


def edit(root, case, _):
    root.execute(
        "UPDATE case_event SET body = replace(body, 'accepted', 'declined') WHERE case_id=%s AND seq=2", [case]
    )


def delete(root, case, _):
    root.execute("DELETE FROM case_event WHERE case_id=%s AND seq=2", [case])


def insert(root, case, _):
    copied = "case_id, 4, kind, event, at, body, hash, hash, alg"
    root.execute(f"INSERT INTO case_event SELECT {copied} FROM case_event WHERE case_id=%s AND seq=3", [case])


def reorder(root, case, _):
    for one, other in ((2, 99), (3, 2), (99, 3)):
        root.execute("UPDATE case_event SET seq=%s WHERE case_id=%s AND seq=%s", [other, case, one])


def swap_ciphertexts(root, case, other):
    root.execute(
        "UPDATE complaint c SET phone_sealed = o.phone_sealed FROM complaint o WHERE c.id=%s AND o.id=%s", [case, other]
    )


def drop_tail(root, case, _):
    root.execute("DELETE FROM case_event WHERE case_id=%s AND seq=3", [case])
    row = root.execute("SELECT hash FROM case_event WHERE case_id=%s AND seq=2", [case]).fetchone()
    root.execute("UPDATE complaint SET chain_seq=2, chain_hash=%s WHERE id=%s", [row[0], case])


def rewrite(root, case, _):
    forge(root, case)


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (edit, "event 2 was altered"),
        (delete, "event 2 is missing"),
        (insert, "event 4 was altered"),
        (reorder, "event 2 does not follow"),
        (swap_ciphertexts, "the sealed phone is not the one the journal vouches for"),
        (drop_tail, "event 3 was logged and is gone: its tail was cut off"),
        (rewrite, "its chain was rewritten"),
    ],
)
def test_the_verifier_names_the_tampering(history, tmp_path, tamper, says):
    world, root, folder, cases = history
    assert verdict(world, folder, tmp_path) == (0, "ok 2 cases, 6 events\n")
    tamper(root, *cases)
    status, text = verdict(world, folder, tmp_path)
    assert status == 1
    assert says in text
    assert str(cases[0]) in text
    assert str(cases[1]) not in text


def test_a_case_that_vanished_whole_is_named(history, tmp_path):
    world, root, folder, cases = history
    root.execute("DELETE FROM complaint WHERE id=%s", [cases[0]])
    assert f"case {cases[0]}: has a journal and no case" in verdict(world, folder, tmp_path)[1]
    root.execute("DELETE FROM case_event WHERE case_id=%s", [cases[0]])
    assert f"case {cases[0]}: event 3 was logged and is gone" in verdict(world, folder, tmp_path)[1]


def test_an_altered_log_or_note_is_named(history, tmp_path):
    world, _, folder, cases = history
    log = folder / checkpoints.LOG
    log.write_text(log.read_text("ascii").replace(f"{cases[0]} 3", f"{cases[0]} 2"), "ascii")
    assert "the log does not have the root that was signed" in verdict(world, folder, tmp_path)[1]
    note = next(folder.glob("*.txt"))
    note.write_text(note.read_text("utf-8").replace("\n2\n", "\n1\n"), "utf-8")
    assert "its signature is not by this key" in verdict(world, folder, tmp_path)[1]


def test_our_own_verifier_finds_the_same(history):
    world, root, folder, cases = history
    with world.as_worker() as session:
        assert list(checkpoints.verify(session, folder, world.db.keys.public)) == []
    forge(root, cases[0])
    with world.as_worker() as session:
        assert "was rewritten" in next(checkpoints.verify(session, folder, world.db.keys.public))


def test_a_second_checkpoint_logs_only_what_moved(history):
    world, _, folder, cases = history
    with world.as_worker() as session:
        assert checkpoints.take(session, KINDS, world.db.keys, folder).size == 2
    world.file()
    with world.as_worker() as session:
        assert checkpoints.take(session, KINDS, world.db.keys, folder).size == 3
        assert set(checkpoints.logged(folder)) > set(cases)


def test_sm3_and_the_tree_follow_their_standards():
    assert sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert Tree().root() == sm3(b"")
    a, b, c = (sm3(b"\x00" + x) for x in (b"a", b"b", b"c"))
    assert Tree([b"a", b"b", b"c"]).root() == sm3(b"\x01" + sm3(b"\x01" + a + b) + c)
