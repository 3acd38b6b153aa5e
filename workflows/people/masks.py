"""How personal values are shown where they need not be known: masked."""

from __future__ import annotations


def masked_phone(phone: str) -> str:
    """``138****0000``."""
    digits = phone.removeprefix("+86")
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 11 else "****"


def masked_contact(contact: str) -> str:
    """A phone or an e-mail address, masked: ``138****0000``, ``l****@example.com``."""
    name, at, domain = contact.rpartition("@")
    return f"{name[:1]}****@{domain}" if at else masked_phone(contact)


def plain_phone(phone: str) -> str:
    """``139 0000 0001``, as people in mainland China write their own numbers."""
    digits = phone.removeprefix("+86")
    return f"{digits[:3]} {digits[3:7]} {digits[7:]}" if len(digits) == 11 else phone


def masked_name(name: str) -> str:
    """``张**``: the first character and a star for each other one."""
    return f"{name[:1]}{'*' * (len(name) - 1)}" if len(name) > 1 else "*"


def masked_address(address: str) -> str:
    """The beginning of an address, as far as a district is named by it."""
    return f"{address[:6]}****" if len(address) > 6 else "****"
