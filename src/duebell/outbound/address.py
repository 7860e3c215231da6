"""Which IP addresses an operator's address may lead to. Pure: one table, read from top to bottom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address


class Reach(StrEnum):
    """When an address is called."""

    PUBLIC = "public"
    PRIVATE = "private"
    """Only when the host that leads to it is among the allowed ones."""
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Kind:
    """What an address is, in words that follow "it is", and when it is called."""

    words: str
    reach: Reach


_PUBLIC = Kind("a public address", Reach.PUBLIC)
_LOOPBACK = Kind("this machine's own address", Reach.PRIVATE)
_PRIVATE = Kind("an address of a private network", Reach.PRIVATE)
_LINK_LOCAL = Kind("a link-local address", Reach.NEVER)
_METADATA = Kind("the address at which a cloud tells its machines' secrets", Reach.NEVER)
_MULTICAST = Kind("a multicast address", Reach.NEVER)
_UNSPECIFIED = Kind("no machine's address", Reach.NEVER)
_RESERVED = Kind("a reserved address", Reach.NEVER)

_KINDS: Sequence[tuple[str, Kind]] = (
    ("169.254.169.254/32", _METADATA),
    ("169.254.170.2/32", _METADATA),
    ("100.100.100.200/32", _METADATA),
    ("168.63.129.16/32", _METADATA),
    ("192.0.0.192/32", _METADATA),
    ("fd00:ec2::254/128", _METADATA),
    ("fd20:ce::254/128", _METADATA),
    ("169.254.0.0/16", _LINK_LOCAL),
    ("fe80::/10", _LINK_LOCAL),
    ("127.0.0.0/8", _LOOPBACK),
    ("::1/128", _LOOPBACK),
    ("10.0.0.0/8", _PRIVATE),
    ("172.16.0.0/12", _PRIVATE),
    ("192.168.0.0/16", _PRIVATE),
    ("100.64.0.0/10", _PRIVATE),
    ("fc00::/7", _PRIVATE),
    ("0.0.0.0/8", _UNSPECIFIED),
    ("::/128", _UNSPECIFIED),
    ("224.0.0.0/4", _MULTICAST),
    ("ff00::/8", _MULTICAST),
    ("192.0.0.0/24", _RESERVED),
    ("192.0.2.0/24", _RESERVED),
    ("192.88.99.0/24", _RESERVED),
    ("198.18.0.0/15", _RESERVED),
    ("198.51.100.0/24", _RESERVED),
    ("203.0.113.0/24", _RESERVED),
    ("240.0.0.0/4", _RESERVED),
    ("2001::/23", _RESERVED),
    ("2001:db8::/32", _RESERVED),
    ("3fff::/20", _RESERVED),
    ("0.0.0.0/0", _PUBLIC),
    ("2000::/3", _PUBLIC),
    ("::/0", _RESERVED),
)
"""The first that holds an address says what it is (IANA's registries of special addresses; the clouds' own documentation)."""

_NETWORKS: Sequence[tuple[IPv4Network | IPv6Network, Kind]] = [(ip_network(network), kind) for network, kind in _KINDS]

_CARRIERS = ((IPv6Network("::ffff:0:0/96"), 0), (IPv6Network("64:ff9b::/96"), 0), (IPv6Network("2002::/16"), 80))
"""IPv6 networks whose addresses lead to the IPv4 address in them (mapped, NAT64, 6to4), and how many bits stand after it."""


def kind_of(address: str) -> Kind:
    """Return what an IP address is; one with a zone (`%eth0`) is link-local, whatever it says.

    Raises:
        ValueError: the text is no IP address.
    """
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address):
        if parsed.scope_id is not None:
            return _LINK_LOCAL
        parsed = _carried(parsed)
    return next(kind for network, kind in _NETWORKS if parsed in network)


def _carried(address: IPv6Address) -> Address:
    for network, bits_after in _CARRIERS:
        if address in network:
            return IPv4Address((int(address) >> bits_after) & 0xFFFFFFFF)
    return address
