"""Check a statement of standing with nothing but this file, its text, its signature and the published key.

    python3 verify_statement.py BODY_FILE SIGNATURE_BASE64 PUBLIC_KEY_BASE64

``BODY_FILE`` holds the exact text, as the page and the API show it. Needs the package ``cryptography`` and nothing of
the platform. Prints ``ok`` and what the statement is; exit status 1 where the signature does not fit.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORM = "wuyou.standing-statement.v1"


def signed(body: bytes) -> bytes:
    """What the signature is under: the name of the form and the text, each after its length in eight bytes."""
    return b"".join(len(part).to_bytes(8, "big") + part for part in (FORM.encode(), body))


def check(body: bytes, signature: bytes, key: bytes) -> bool:
    """Whether the key's holder signed exactly this text."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, signed(body))
    except InvalidSignature:
        return False
    return True


def main(arguments: list[str]) -> int:
    """Read, check, say."""
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    body = Path(arguments[0]).read_bytes().strip()
    if not check(body, *(base64.b64decode(text) for text in arguments[1:])):
        print("the signature does not fit")
        return 1
    says = json.loads(body)
    print(f"ok {says['number']} {says['firm']['uscc']} {says['made_at']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
