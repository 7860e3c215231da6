"""Which addresses are called: never the ones that only this machine can reach, in whatever form they are written."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebell.outbound.address import Reach, kind_of

ANY_IPV4 = st.ip_addresses(v=4)
CARRIERS = [IPv6Network(network) for network in ("::ffff:0:0/96", "64:ff9b::/96", "2002::/16")]


@pytest.mark.parametrize(
    ("address", "reach"),
    [
        ("8.8.8.8", Reach.PUBLIC),
        ("2a00:1450:4001::1", Reach.PUBLIC),
        ("127.0.0.1", Reach.PRIVATE),
        ("127.255.255.254", Reach.PRIVATE),
        ("::1", Reach.PRIVATE),
        ("10.1.2.3", Reach.PRIVATE),
        ("172.16.0.1", Reach.PRIVATE),
        ("172.32.0.1", Reach.PUBLIC),
        ("192.168.1.1", Reach.PRIVATE),
        ("100.64.0.1", Reach.PRIVATE),
        ("fd12:3456::1", Reach.PRIVATE),
        ("169.254.169.254", Reach.NEVER),
        ("169.254.0.1", Reach.NEVER),
        ("100.100.100.200", Reach.NEVER),
        ("168.63.129.16", Reach.NEVER),
        ("192.0.0.192", Reach.NEVER),
        ("fd00:ec2::254", Reach.NEVER),
        ("fe80::1", Reach.NEVER),
        ("fe80::1%eth0", Reach.NEVER),
        ("fd12:3456::1%eth0", Reach.NEVER),
        ("fec0::1", Reach.NEVER),
        ("0.0.0.0", Reach.NEVER),  # noqa: S104 - nothing is bound
        ("0.1.2.3", Reach.NEVER),
        ("::", Reach.NEVER),
        ("224.0.0.1", Reach.NEVER),
        ("ff02::1", Reach.NEVER),
        ("255.255.255.255", Reach.NEVER),
        ("240.0.0.1", Reach.NEVER),
        ("203.0.113.7", Reach.NEVER),
        ("2001:db8::1", Reach.NEVER),
        ("2001:0:1::1", Reach.NEVER),
        ("::7f00:1", Reach.NEVER),
        ("64:ff9b:1::a00:1", Reach.NEVER),
    ],
)
def test_each_kind_of_address_has_its_reach(address: str, reach: Reach) -> None:
    assert kind_of(address).reach is reach


@given(ANY_IPV4)
def test_an_ipv4_address_is_what_it_is_also_inside_an_ipv6_one(address: IPv4Address) -> None:
    number = int(address)
    inside = [0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80 | 0xBEEF]

    assert {kind_of(str(IPv6Address(other))).reach for other in inside} == {kind_of(str(address)).reach}


@given(st.ip_addresses())
def test_what_is_called_without_being_allowed_is_public_for_python_too(address: IPv4Address | IPv6Address) -> None:
    carried = isinstance(address, IPv6Address) and any(address in carrier for carrier in CARRIERS)

    if kind_of(str(address)).reach is Reach.PUBLIC and not carried:
        assert address.is_global
        assert not address.is_multicast


@given(
    st.one_of(
        st.ip_addresses(network=ip_network(network))
        for network in ("169.254.0.0/16", "0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "fe80::/10", "ff00::/8", "fec0::/10")
    )
)
def test_link_local_multicast_unspecified_and_reserved_addresses_are_never_called(
    address: IPv4Address | IPv6Address,
) -> None:
    assert kind_of(str(address)).reach is Reach.NEVER


def test_what_is_no_address_is_an_error() -> None:
    with pytest.raises(ValueError, match="0x7f000001"):
        kind_of("0x7f000001")
