"""Checking an evidence bundle by itself, without the database: files, chain, words."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.bundles import FORMAT, MANIFEST, MOST_BYTES
from workflows.case import journal
from workflows.store.crypto import commitment

MOST_MANIFEST = 4 * 1024 * 1024


def faults(path: Path) -> Iterator[str]:
    """Everything in a bundle that is not as it was made."""
    try:
        with zipfile.ZipFile(path) as packed:
            yield from _faults(packed)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, UnicodeDecodeError):
        yield "is no bundle, or a broken one"


def _faults(packed: zipfile.ZipFile) -> Iterator[str]:
    about = json.loads(_read(packed, MANIFEST, MOST_MANIFEST))
    if about["format"] != FORMAT:
        yield f"has another format than {FORMAT}"
        return
    listed = {file["name"]: file for file in about["files"]}
    names = [name for name in packed.namelist() if name != MANIFEST]
    yield from (
        f"{name}: is not in the manifest, or twice" for name in names if name not in listed or names.count(name) > 1
    )
    yield from (f"{name}: is missing" for name in listed if name not in names)
    for name in (name for name in listed if name in names):
        if hashlib.sha256(_read(packed, name, MOST_BYTES)).hexdigest() != listed[name]["sha256"]:
            yield f"{name}: was altered"
    yield from _chain(_read(packed, "journal.jsonl", MOST_BYTES).decode().splitlines(), about)
    yield from _words(packed)


def _read(packed: zipfile.ZipFile, name: str, most: int) -> bytes:
    """A file, if it is no larger than it may be.

    :raises ValueError: it is larger.
    """
    if packed.getinfo(name).file_size > most:
        raise ValueError(name)
    return packed.read(name)


def _chain(lines: list[str], about: dict[str, Any]) -> Iterator[str]:
    """The journal's chain from its beginning to the head that the manifest names."""
    seq, prev = 0, journal.START.hex()
    for line in lines[1:]:
        event = json.loads(line)
        seq += 1
        body = json.loads(event["body"])
        if event["seq"] != seq or event["prev"] != prev or (body["case"], body["seq"]) != (about["case"], seq):
            yield f"journal: event {seq} does not follow the one before it"
        if journal.link(bytes.fromhex(event["prev"]), event["body"]).hex() != event["hash"]:
            yield f"journal: event {seq} was altered"
        prev = event["hash"]
    if about["head"] != {"seq": seq, "hash": prev}:
        yield "journal: does not end where the manifest says"


def _words(packed: zipfile.ZipFile) -> Iterator[str]:
    """The words kept beside the journal against the commitments in it."""
    events = [json.loads(line) for line in _read(packed, "journal.jsonl", MOST_BYTES).decode().splitlines()[1:]]
    commitments = {event["seq"]: json.loads(event["body"])["commitments"] for event in events}
    for kept in json.loads(_read(packed, "words.json", MOST_BYTES)):
        if commitment(bytes.fromhex(kept["salt"]), kept["words"]).hex() != commitments[kept["seq"]].get(kept["field"]):
            yield f"words: {kept['field']} of event {kept['seq']} are not those that the journal commits to"
