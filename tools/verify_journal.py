"""Check an exported journal with nothing but this file, the export, the checkpoint folder and a public key.

    python3 verify_journal.py EXPORT CHECKPOINTS PUBLIC_KEY

Needs Python and no package: SM3 and Ed25519 are written out below, so that the checker shares no code with
what it checks. Prints ``ok`` and counts, or one line per fault; exit status 1 on any fault.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

Event = dict[str, object]
START = "00" * 32
ORIGIN = "wuyou/journal"

# SM3 (GB/T 32905-2016)

MASK = 0xFFFFFFFF
FIRST = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)


def rotl(x: int, n: int) -> int:
    n %= 32
    return ((x << n) | (x >> (32 - n))) & MASK


def p1(x: int) -> int:
    return x ^ rotl(x, 15) ^ rotl(x, 23)


def compress(v: tuple[int, ...], block: bytes) -> tuple[int, ...]:
    w = [int.from_bytes(block[i : i + 4], "big") for i in range(0, 64, 4)]
    for j in range(16, 68):
        w.append(p1(w[j - 16] ^ w[j - 9] ^ rotl(w[j - 3], 15)) ^ rotl(w[j - 13], 7) ^ w[j - 6])
    a, b, c, d, e, f, g, h = v
    for j in range(64):
        early = j < 16
        ss1 = rotl((rotl(a, 12) + e + rotl(0x79CC4519 if early else 0x7A879D8A, j)) & MASK, 7)
        ss2 = ss1 ^ rotl(a, 12)
        ff = a ^ b ^ c if early else (a & b) | (a & c) | (b & c)
        gg = e ^ f ^ g if early else (e & f) | (~e & MASK & g)
        tt1 = (ff + d + ss2 + (w[j] ^ w[j + 4])) & MASK
        tt2 = (gg + h + ss1 + w[j]) & MASK
        a, b, c, d = tt1, a, rotl(b, 9), c
        e, f, g, h = tt2 ^ rotl(tt2, 9) ^ rotl(tt2, 17), e, rotl(f, 19), g
    return tuple(x ^ y for x, y in zip(v, (a, b, c, d, e, f, g, h), strict=True))


def sm3(data: bytes) -> bytes:
    padded = data + b"\x80" + b"\x00" * ((55 - len(data)) % 64) + (8 * len(data)).to_bytes(8, "big")
    v: tuple[int, ...] = FIRST
    for i in range(0, len(padded), 64):
        v = compress(v, padded[i : i + 64])
    return b"".join(x.to_bytes(4, "big") for x in v)


def framed(domain: str, *parts: bytes) -> bytes:
    return b"".join(len(p).to_bytes(8, "big") + p for p in (domain.encode(), *parts))


# Ed25519 (RFC 8032), verification only

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]


def recover_x(y: int, sign: int) -> int | None:
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def add(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(s: int, p: Point) -> Point:
    q: Point = (0, 1, 1, 0)
    while s:
        q = add(q, p) if s & 1 else q
        p, s = add(p, p), s >> 1
    return q


def decompress(data: bytes) -> Point | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = recover_x(y, sign) if y < P else None
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = decompress(BASE_Y.to_bytes(32, "little"))


def signed(public: bytes, message: bytes, signature: bytes) -> bool:
    a, r = decompress(public), decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or a is None or r is None or BASE is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    left, right = multiply(s, BASE), add(r, multiply(k, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


# The journal


class Export:
    """The export, read: every case's head and its events in the order they stand."""

    def __init__(self, path: Path) -> None:
        self.heads: dict[str, dict[str, object]] = {}
        self.events: dict[str, list[Event]] = {}
        with path.open(encoding="utf-8") as file:
            for line in file:
                value = json.loads(line)
                if "of" in value:
                    self.events.setdefault(value["of"], []).append(value)
                else:
                    self.heads[value["case"]] = value
                    self.events.setdefault(value["case"], [])


def chain_faults(case: str, events: list[Event], head: dict[str, object] | None) -> Iterator[str]:
    prev, seq = START, 0
    for event in events:
        seq += 1
        if event["seq"] != seq:
            yield f"case {case}: event {seq} is missing; the next one found is {event['seq']}"
            seq = int(str(event["seq"]))
        elif event["prev"] != prev:
            yield f"case {case}: event {seq} does not follow the event before it"
        body = str(event["body"])
        if sm3(framed("wuyou.journal.v1", bytes.fromhex(str(event["prev"])), body.encode())).hex() != event["hash"]:
            yield f"case {case}: event {seq} was altered"
        elif (said := json.loads(body))["case"] != case or said["seq"] != event["seq"]:
            yield f"case {case}: event {seq} belongs to case {said['case']}, event {said['seq']}"
        prev = str(event["hash"])
    if head is None:
        yield f"case {case}: has a journal and no case"
    elif (head["seq"], head["hash"]) != (seq, prev):
        yield f"case {case}: its head names event {head['seq']}, its journal ends with event {seq}"


def sealed_faults(case: str, events: list[Event], head: dict[str, object]) -> Iterator[str]:
    """A sealed column must be the one that the journal vouched for last."""
    if not events:
        return
    vouched = json.loads(str(events[-1]["body"]))["sealed"]
    now = dict(head["sealed"]) if isinstance(head["sealed"], dict) else {}
    for field in sorted({*vouched, *now}):
        if vouched.get(field) != now.get(field):
            yield f"case {case}: the sealed {field} is not the one the journal vouches for"


# The checkpoints


def merkle_root(peaks: list[tuple[int, bytes]]) -> bytes:
    if not peaks:
        return sm3(b"")
    node = peaks[-1][1]
    for _, left in reversed(peaks[:-1]):
        node = sm3(b"\x01" + left + node)
    return node


def grow(peaks: list[tuple[int, bytes]], line: str) -> None:
    size, node = 1, sm3(b"\x00" + line.encode())
    while peaks and peaks[-1][0] == size:
        _, left = peaks.pop()
        size, node = size * 2, sm3(b"\x01" + left + node)
    peaks.append((size, node))


def note_faults(folder: Path, lines: list[str], public: bytes) -> Iterator[str]:
    roots, peaks = {0: sm3(b"")}, list[tuple[int, bytes]]()
    for count, line in enumerate(lines, 1):
        grow(peaks, line)
        roots[count] = merkle_root(peaks)
    for path in sorted(folder.glob("*.txt")):
        head, _, tail = path.read_text("utf-8").partition("\n\n")
        origin, size, root = head.split("\n")
        if origin != ORIGIN or not signed(public, f"{head}\n".encode(), base64.b64decode(tail.split()[-1])):
            yield f"checkpoint {path.name}: its signature is not by this key"
        if roots.get(int(size)) != base64.b64decode(root):
            yield f"checkpoint {path.name}: the log does not have the root that was signed"


def logged_faults(lines: list[str], export: Export) -> Iterator[str]:
    last = {line.split(" ")[0]: line.split(" ")[1:] for line in lines}
    for case, (seq, digest) in last.items():
        found = next((e for e in export.events.get(case, []) if e["seq"] == int(seq)), None)
        if found is None:
            yield f"case {case}: event {seq} was logged and is gone: its tail was cut off"
        elif found["hash"] != digest:
            yield f"case {case}: event {seq} is not the one that was logged: its chain was rewritten"


def faults(export: Export, folder: Path, public: bytes) -> Iterator[str]:
    """Every fault there is."""
    for case, events in export.events.items():
        head = export.heads.get(case)
        yield from chain_faults(case, events, head)
        if head is not None:
            yield from sealed_faults(case, events, head)
    log = folder / "heads.log"
    lines = log.read_text("ascii").splitlines() if log.exists() else []
    yield from note_faults(folder, lines, public)
    yield from logged_faults(lines, export)


def main(export_path: str, folder: str, key: str) -> int:
    """Check, print, and say by the exit status whether anything is wrong."""
    export = Export(Path(export_path))
    found = list(faults(export, Path(folder), base64.b64decode(Path(key).read_text("ascii"))))
    for fault in found:
        print(fault)
    if not found:
        print(f"ok {len(export.heads)} cases, {sum(map(len, export.events.values()))} events")
    return 1 if found else 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
