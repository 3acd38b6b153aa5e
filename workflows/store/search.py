"""Finding words in Chinese text: every pair of neighbouring characters is a key, so two characters are enough.

Trigrams alone do not find a word of two characters, which most Chinese words are. A text's pairs are kept in an
array under a GIN index; a search asks for rows that have all pairs of its words, and then looks for the words
themselves.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MOST_GRAMS = 400
MOST_WORDS = 5
RUNS = re.compile(r"[^\W_]+")


def plain(text: str) -> str:
    """One spelling for searching: width and case do not matter."""
    return unicodedata.normalize("NFKC", text).lower()


def grams(*texts: str, most: int = MOST_GRAMS) -> list[str]:
    """The search keys of texts, sorted, each once: pairs of characters, and single ones that stand alone.

    :param most: keys kept at most; what a text has beyond them is not found.
    """
    found: set[str] = set()
    for run in RUNS.findall(plain(" ".join(texts))):
        found.update(_pairs(run))
    return sorted(found)[:most]


def _pairs(run: str) -> Iterable[str]:
    return (run[i : i + 2] for i in range(len(run) - 1)) if len(run) > 1 else (run,)


def words(asked: str) -> list[str]:
    """The words that somebody asked for, at most five; a single character is too little to find by."""
    return [run for run in RUNS.findall(plain(asked)) if len(run) > 1][:MOST_WORDS]
