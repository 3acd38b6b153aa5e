"""The adapter of a platform that speaks ``docs/bridge-dialect.md``: every call has a time limit, every change a key."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

import requests

from app.places import Places
from app.settings import VERSION, Settings
from complaints.bridging import HOTLINE, NATIONAL
from workflows.delivery.platforms import Batch, Declined, Listed, Platform, Receipt, Unanswered

CONNECT_SECONDS = 3.0
SECONDS = 8.0
"""Two of these, with what a lane may take besides, stay within :attr:`app.aside.Aside.LONGEST`."""

MOST_BYTES = 4 * 1024 * 1024
CHUNK = 64 * 1024
AGAIN = (408, 429)
ADDRESS_FILE = "stand-in.address"


@dataclass(frozen=True)
class Http:
    """A platform behind an address.

    :param address: ends in the platform's name.
    :param seconds: for one call, from the connection to the last byte.
    """

    address: str
    token: str
    seconds: float = SECONDS

    def hand_over(self, key: str, filing: Mapping[str, Any]) -> Receipt:
        """See :class:`workflows.delivery.platforms.Platform`, as all of these."""
        said = self._call("POST", "/v1/filings", dict(filing), key)
        return Receipt(_text(said, "number"), _day(said, "received_on"))

    def tell(self, key: str, number: str, status: Mapping[str, Any]) -> None:
        """Tell a status."""
        self._call("POST", f"/v1/filings/{quote(number, safe='')}/statuses", dict(status), key)

    def batches(self) -> Sequence[Batch]:
        """The batches that wait."""
        return [
            Batch(_text(b, "key"), [_row(r) for r in _list(b, "rows")]) for b in self._listed("/v1/batches", "batches")
        ]

    def taken(self, key: str, outcomes: Sequence[Mapping[str, Any]]) -> None:
        """Say what became of a batch."""
        self._call("POST", f"/v1/batches/{quote(key, safe='')}/taken", {"rows": list(outcomes)}, f"taken:{key}")

    def day(self, day: date) -> Sequence[Listed]:
        """A day's list."""
        return [_case(row) for row in self._listed(f"/v1/days/{day}", "cases")]

    def find(self, number: str) -> Sequence[Listed]:
        """What is under a number."""
        return [_case(row) for row in self._listed(f"/v1/filings/{quote(number, safe='')}", "cases")]

    def _listed(self, path: str, name: str) -> Sequence[Mapping[str, Any]]:
        return _list(self._call("GET", path), name)

    def _call(self, method: str, path: str, body: Any = None, key: str | None = None) -> Mapping[str, Any]:
        about = {"Authorization": f"Bearer {self.token}", "User-Agent": f"Wuyou-Bridge/{VERSION}"}
        about |= {"Idempotency-Key": key} if key else {}
        until = time.monotonic() + self.seconds
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.request(
                    method, self.address + path, json=body, headers=about, stream=True, allow_redirects=False,
                    timeout=(CONNECT_SECONDS, self.seconds),
                )  # fmt: skip
                said = _read(answer, until)
        except requests.Timeout:
            raise Unanswered("timeout") from None
        except requests.RequestException:
            raise Unanswered("broken") from None
        return _judged(answer.status_code, said)


def _read(answer: requests.Response, until: float) -> Any:
    """The answer's JSON, whole and in time.

    :raises Unanswered: too long, too late, or no JSON.
    """
    body = b""
    for chunk in answer.iter_content(CHUNK):
        body += chunk
        if len(body) > MOST_BYTES or time.monotonic() > until:
            raise Unanswered("long" if len(body) > MOST_BYTES else "timeout")
    try:
        return json.loads(body)
    except ValueError:
        return None


def _judged(status: int, said: Any) -> Mapping[str, Any]:
    """What was said, if it was yes.

    :raises Declined: the platform said no.
    :raises Unanswered: it said nothing that can be read.
    """
    if 400 <= status < 500 and status not in AGAIN:
        code = said.get("code") if isinstance(said, dict) else None
        raise Declined(code if isinstance(code, str) else f"http_{status}")
    if not 200 <= status < 300:
        raise Unanswered(f"http_{status}")
    if not isinstance(said, dict):
        raise Unanswered("unreadable")
    return said


def _text(said: Any, name: str) -> str:
    value = said.get(name) if isinstance(said, Mapping) else None
    if not isinstance(value, str):
        raise Unanswered("unreadable")
    return value


def _day(said: Any, name: str) -> date:
    try:
        return date.fromisoformat(_text(said, name))
    except ValueError:
        raise Unanswered("unreadable") from None


def _list(said: Any, name: str) -> Sequence[Mapping[str, Any]]:
    value = said.get(name) if isinstance(said, Mapping) else None
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Unanswered("unreadable")
    return value


def _row(said: Mapping[str, Any]) -> Mapping[str, str]:
    """A row as plain texts; what is none is left out and becomes a fault of its field."""
    return {str(name): value for name, value in said.items() if isinstance(value, str)}


def _case(said: Mapping[str, Any]) -> Listed:
    district = said.get("district")
    return Listed(
        _text(said, "number"), _text(said, "kind"), _day(said, "received_on"), _text(said, "status"),
        district if isinstance(district, str) else "",
    )  # fmt: skip


def platforms(told: Settings) -> dict[str, Platform]:
    """The platforms that this installation is connected with; those of the demo are the stand-in's, while it runs."""
    places, known = Places(told.data), {NATIONAL: told.bridge_national, HOTLINE: told.bridge_hotline}
    return {
        system: Http(address, places.secret(f"bridge-{system}"))
        for system, given in known.items()
        if (address := given or _stand_in(told, places, system))
    }


def _stand_in(told: Settings, places: Places, system: str) -> str:
    path = places.run / ADDRESS_FILE
    return f"{path.read_text('utf-8').strip()}/{system}" if told.demo and path.exists() else ""
