"""Hashing, sealing and signing behind one provider, so that an algorithm can be changed in one place.

Every stored digest and ciphertext names its algorithm and key. SM3 and Ed25519 now; SM2 and certified
modules fit behind the same methods. Keys come from outside the database and never enter it.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from workflows.errors import Refused

HASH = "sm3"
DIGEST_BYTES = 32
NONCE_BYTES = 12
KEY_BYTES = 32
INDEX_BYTES = 16
SEAL_FORMAT = 1


def sm3(data: bytes) -> bytes:
    """The SM3 digest (GB/T 32905) of ``data``."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def sm3_of(chunks: Iterable[bytes]) -> bytes:
    """The SM3 digest of bytes that come in pieces, as of a large file."""
    digest = hashes.Hash(hashes.SM3())
    for chunk in chunks:
        digest.update(chunk)
    return digest.finalize()


def framed(domain: str, *parts: bytes) -> bytes:
    """Parts put together so that no other parts give the same bytes: each with its length, after a domain."""
    pieces = [domain.encode(), *parts]
    return b"".join(len(piece).to_bytes(8, "big") + piece for piece in pieces)


def digest(domain: str, *parts: bytes) -> bytes:
    """The digest of framed parts in their domain."""
    return sm3(framed(domain, *parts))


def commitment(salt: bytes, text: str) -> bytes:
    """Proves a text later without holding it: erase text and salt, and nothing can be learned from this."""
    return digest("wuyou.commitment.v1", salt, text.encode())


@dataclass(frozen=True)
class Keys:
    """The keys of an installation, by id; the current one seals, all of them open.

    :param data: keys of 32 bytes for sealed columns, by id.
    :param current: the id that new ciphertexts get.
    :param index: the key of blind indexes; as secret as the data keys, since phone numbers can be tried out.
    :param signing: the private Ed25519 key of checkpoints and passes.
    """

    data: Mapping[str, bytes]
    current: str
    index: bytes
    signing: Ed25519PrivateKey

    def seal(self, where: str, text: str) -> bytes:
        """Encrypt ``text`` for the place it is kept in (table, column, row): elsewhere it will not open."""
        return self.seal_bytes(where, text.encode())

    def seal_bytes(self, where: str, content: bytes) -> bytes:
        """Encrypt a file's content for the place it is kept in."""
        nonce = os.urandom(NONCE_BYTES)
        key_id = self.current.encode()
        sealed = AESGCM(self.data[self.current]).encrypt(nonce, content, _bound(where, self.current))
        return bytes([SEAL_FORMAT, len(key_id)]) + key_id + nonce + sealed

    def open(self, where: str, sealed: bytes) -> str:
        """Decrypt what :meth:`seal` made for the same place.

        :raises Refused: an unknown key, another place, or altered bytes.
        """
        return self.open_bytes(where, sealed).decode()

    def open_bytes(self, where: str, sealed: bytes) -> bytes:
        """Decrypt what :meth:`seal_bytes` made for the same place.

        :raises Refused: an unknown key, another place, or altered bytes.
        """
        key_id = sealed[2 : 2 + sealed[1]].decode("ascii", "replace")
        rest = sealed[2 + sealed[1] :]
        if sealed[0] != SEAL_FORMAT or key_id not in self.data:
            raise Refused("sealed.key", f"no key {key_id!r} for a sealed value")
        try:
            return AESGCM(self.data[key_id]).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], _bound(where, key_id))
        except InvalidTag:
            raise Refused(
                "sealed.altered", f"a sealed value of {where.split('|', maxsplit=1)[0]} does not open in its place"
            ) from None

    def blind(self, column: str, value: str) -> bytes:
        """What an exact search looks for in place of the value; another column gives another index."""
        return hmac.digest(hmac.digest(self.index, column.encode(), sha256), value.encode(), sha256)[:INDEX_BYTES]

    def sign(self, message: bytes) -> bytes:
        """An Ed25519 signature of the message."""
        return self.signing.sign(message)

    @property
    def public(self) -> Ed25519PublicKey:
        """The key that checks our signatures."""
        return self.signing.public_key()


def _bound(where: str, key_id: str) -> bytes:
    return f"{where}|{key_id}".encode()
