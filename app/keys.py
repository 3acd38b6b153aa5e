"""The installation's keys: files under ``WUYOU_DATA/keys``, made at the first start, never in the database.

``data.json`` holds the sealing keys by id and which one is current: a new key is added, old ones stay so
that what they sealed still opens. Back this folder up apart from the database; without it sealed columns
are lost for good.
"""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from app.places import Places, write_private
from workflows.store.crypto import KEY_BYTES, Keys


def load_keys(places: Places) -> Keys:
    """The keys, made when there are none yet."""
    ring = _ring(places)
    data = {key_id: base64.b64decode(value) for key_id, value in ring["data"].items()}
    return Keys(data, ring["current"], base64.b64decode(ring["index"]), _signing(places))


def _ring(places: Places) -> dict[str, Any]:
    path = places.keys / "data.json"
    if not path.exists():
        fresh = {"current": "k1", "data": {"k1": _key()}, "index": _key()}
        write_private(path, json.dumps(fresh))
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _signing(places: Places) -> Ed25519PrivateKey:
    path = places.keys / "signing.pem"
    if not path.exists():
        fresh = Ed25519PrivateKey.generate()
        pem = fresh.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_private(path, pem.decode())
        public = fresh.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        (places.keys / "signing.pub").write_text(f"{base64.b64encode(public).decode()}\n", "utf-8")
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path} does not hold an Ed25519 key")
    return key
