"""Merkle trees as RFC 6962 makes them: an append-only log whose every earlier root follows from its leaves.

The hash is SM3 instead of SHA-256; leaves and inner nodes are told apart by a prefix, as in the RFC.
"""

from __future__ import annotations

from collections.abc import Iterable

from workflows.store.crypto import sm3

LEAF = b"\x00"
NODE = b"\x01"


def leaf(data: bytes) -> bytes:
    """The hash of one leaf."""
    return sm3(LEAF + data)


class Tree:
    """A growing tree: leaves are appended, the root can be asked at every size.

    Only the roots of its perfect subtrees are kept, a few dozen for any number of leaves.
    """

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []
        for data in leaves:
            self.append(data)

    def append(self, data: bytes) -> None:
        """Append one leaf; equal neighbours grow together."""
        size, node = 1, leaf(data)
        while self._peaks and self._peaks[-1][0] == size:
            _, left = self._peaks.pop()
            size, node = size * 2, sm3(NODE + left + node)
        self._peaks.append((size, node))
        self.size += 1

    def root(self) -> bytes:
        """The root of all leaves so far; the empty tree's is the hash of nothing."""
        if not self._peaks:
            return sm3(b"")
        node = self._peaks[-1][1]
        for _, left in reversed(self._peaks[:-1]):
            node = sm3(NODE + left + node)
        return node
