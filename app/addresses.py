"""Which addresses a request of ours may go to: the public internet, and nothing of our own house or anybody's cloud.

``ipaddress.is_global`` alone would let translated, relayed and multicast addresses through; and there are many ways to
write ``127.0.0.1``. So an address has one plain spelling here, IPv6 is what is handed out and nothing else, and
what embeds another address is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

PORTS = {"https": (443, 8443)}
LONGEST_HOST = 253

LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
NUMERIC = re.compile(r"\d+|0x[0-9a-f]*", re.ASCII)
UNSEEMLY = re.compile(r"[\x00-\x20\x7f\\]")

NEVER = tuple(
    map(
        ip_network,
        (
            "100.64.0.0/10",  # carrier-grade NAT (RFC 6598); a cloud's metadata lives here too: 100.100.100.200
            "168.63.129.16/32",  # a cloud's wire server: a public number, never a public machine
            "192.0.0.0/24",  # IETF protocol assignments (RFC 6890); metadata at 192.0.0.192
            "192.88.99.0/24",  # 6to4 relays (RFC 7526)
            "2001::/23",  # IETF protocol assignments, Teredo among them (RFC 2928, 4380)
            "2002::/16",  # 6to4: any IPv4 address inside (RFC 3056)
            "3fff::/20",  # documentation (RFC 9637)
        ),
    )
)
GLOBAL_UNICAST = ip_network("2000::/3")
"""All of IPv6 that is handed out (RFC 4291): mapped, translated (64:ff9b::/96) and local forms lie outside it."""


class Unreached(Exception):
    """No answer came.

    :param code: ``syntax``, ``scheme``, ``port``, ``userinfo``, ``host``, ``address``: the address is not for us;
        ``dns``, ``connect``, ``tls``, ``timeout``, ``broken``: it did not work.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Target:
    """An address taken apart; ``host`` without brackets, in ASCII."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def name(self) -> str:
        """The ``Host`` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"https": 443, "http": 80}[self.scheme]
        return host if self.port == usual else f"{host}:{self.port}"


def target(url: str, *, loopback: bool = False) -> Target:
    """Take an address apart and refuse what no webhook needs, before anything is resolved.

    :param loopback: this machine may be a receiver, by plain http too, on any port (demos and tests).
    :raises Unreached: with what is wrong as its code.
    """
    try:
        parsed = parse_url(url)
    except LocationParseError:
        raise Unreached("syntax") from None
    if UNSEEMLY.search(url) or not parsed.host:
        raise Unreached("syntax")
    scheme = parsed.scheme or ""
    if scheme != "https" and not (loopback and scheme == "http"):
        raise Unreached("scheme")
    if parsed.auth is not None:
        raise Unreached("userinfo")
    port = {"https": 443, "http": 80}[scheme] if parsed.port is None else parsed.port
    if not loopback and port not in PORTS[scheme]:
        raise Unreached("port")
    return Target(scheme, _host(parsed.host, scheme, loopback=loopback), port, parsed.request_uri)


def _host(given: str, scheme: str, *, loopback: bool) -> str:
    """The host as it will be connected to; a number is one only in its plain spelling."""
    host = given.strip("[]").removesuffix(".").lower()
    if "[" in given or NUMERIC.fullmatch(host.rpartition(".")[2]):
        if not permitted(host, scheme, loopback=loopback):
            raise Unreached("address")
        return host
    if len(host) > LONGEST_HOST or not all(map(LABEL.fullmatch, host.split("."))):
        raise Unreached("host")
    return host


def permitted(address: str, scheme: str = "https", *, loopback: bool = False) -> bool:
    """Whether a connection may go to an address: a global unicast one, or loopback where that is allowed."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if ip.is_loopback:
        return loopback
    return scheme == "https" and ip.is_global and not ip.is_multicast and not _reserved(ip)


def _reserved(ip: IPv4Address | IPv6Address) -> bool:
    if any(ip in network for network in NEVER):
        return True
    return ip.version == 6 and ip not in GLOBAL_UNICAST
