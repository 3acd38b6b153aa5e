"""Case numbers for people: city, day, an unguessable part and a check character.

``SZ260720-K3M9-QXD4-7``: the letters leave out those that are mistaken for digits, and the last
character (ISO 7064 Mod 37,36) catches a slip of the tongue or the finger. The middle is random, so
that nobody can walk through the numbers and one leg's number says nothing of another's.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from datetime import date

from stdnum.iso7064 import mod_37_36

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LETTERS = frozenset(ALPHABET)
GROUP = 4
CITIES = {"3205": "SZ", "3101": "SH"}
OTHER_CITY = "CN"


def by_chance(letters: str) -> str:
    """One of the letters, each as likely as the other: 32 of them divide a byte without a rest."""
    return letters[os.urandom(1)[0] % len(letters)]


def make(city: str, day: date, mark: str = "", pick: Callable[[str], str] = by_chance) -> str:
    """A new number.

    :param city: four-digit region code.
    :param mark: a letter that tells kinds of case apart; none for a complaint.
    :param pick: chooses a character; from a seed for data that is made, by chance for people.
    """
    head, check = f"{CITIES.get(city, OTHER_CITY)}{mark}{day:%y%m%d}", ""
    while check not in LETTERS:  # a check character that is mistaken for another would check nothing
        middle = "".join(pick(ALPHABET) for _ in range(2 * GROUP))
        check = mod_37_36.calc_check_digit(head + middle)
    return f"{head}-{middle[:GROUP]}-{middle[GROUP:]}-{check}"


def normal(text: str) -> str | None:
    """The number that somebody typed, in its one spelling; None when its check character is wrong."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", text).upper() if c.isascii() and c.isalnum())
    if len(plain) <= 2 * GROUP + 1 or not mod_37_36.is_valid(plain):
        return None
    head, middle, check = plain[: -2 * GROUP - 1], plain[-2 * GROUP - 1 : -1], plain[-1]
    return f"{head}-{middle[:GROUP]}-{middle[GROUP:]}-{check}"
