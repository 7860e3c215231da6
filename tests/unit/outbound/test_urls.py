"""What an address for us to call may look like, and which private hosts are allowed."""

from __future__ import annotations

import pytest

from duebell.outbound import AllowedHosts, checked_allowed_hosts, checked_url, shown_url


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" https://Example.COM/Hook?token=1 ", "https://example.com/Hook?token=1"),
        ("https://example.com:443/hook", "https://example.com/hook"),
        ("https://example.com:8443", "https://example.com:8443"),
        ("https://example.com./hook", "https://example.com/hook"),
        ("https://bücher.example/hook", "https://xn--bcher-kva.example/hook"),
        ("http://localhost./hook", "http://localhost/hook"),
        ("http://127。0。0。1/hook", "http://127.0.0.1/hook"),
        ("http://[FD12:0:0::1]:80/hook", "http://[fd12::1]/hook"),
    ],
)
def test_an_address_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert checked_url(typed) == kept
    assert checked_url(kept) == kept


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "begin with https://"),
        ("example.com/hook", "begin with https://"),
        ("ftp://example.com", "begin with https://"),
        ("file:///etc/passwd", "begin with https://"),
        ("https:///hook", "no valid host"),
        ("https://exa mple.com", "no valid host"),
        ("https://ex%61mple.com", "no valid host"),
        ("https://example..com", "no valid host"),
        (f"https://{'a' * 64}.com", "no valid host"),
        (f"https://{'a.' * 127}com", "no valid host"),
        ("https://example.com\t/hook", "not a web address"),
        ("https://①②⑦.0.0.1/", "not a web address"),
        ("https://john:s3cret@example.com", "leave out the user"),
        ("https://john@example.com", "leave out the user"),
        ("https://example.com\\@10.0.0.1/", "leave out the user"),
        ("https://example.com/hook#part", "leave out the #"),
        ("https://example.com:0", "from 1 to 65535"),
        ("https://example.com:65536", "from 1 to 65535"),
        ("https://example.com:-1", "from 1 to 65535"),
        ("https://example.com:https", "not a web address"),
        ("http://2130706433", "four plain numbers"),
        ("http://0x7f000001", "four plain numbers"),
        ("http://0x7f.0.0.0x1", "four plain numbers"),
        ("http://127.1", "four plain numbers"),
        ("http://0177.0.0.1", "not a web address"),
        ("http://127.0.0.01", "not a web address"),
        ("http://256.0.0.1", "not a web address"),
        ("http://[fe80::1%25eth0]", "leave out the %"),
        ("http://[::1", "not a web address"),
    ],
)
def test_an_address_that_can_be_misread_is_refused_with_what_to_type(typed: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as refused:
        checked_url(typed)

    assert "s3cret" not in str(refused.value)


def test_what_is_shown_of_an_address_holds_no_secret() -> None:
    assert shown_url("https://john:s3cret@example.com/hook?token=s3cret#s3cret") == "https://example.com/hook"


def test_allowed_hosts_are_kept_in_one_form() -> None:
    assert checked_allowed_hosts("CRM.internal., 10.1.2.3:8443\n[fd12:0::1]:80 [fd13::1] crm.internal") == (
        "crm.internal, 10.1.2.3:8443, [fd12::1]:80, [fd13::1]"
    )


@pytest.mark.parametrize("typed", ["https://crm.internal", "10.0.0.0/8", "a@b", "crm.internal:0", "127.1", "fd12::1"])
def test_what_is_no_host_is_not_allowed(typed: str) -> None:
    with pytest.raises(ValueError, match="is not a host"):
        checked_allowed_hosts(f"fine.internal, {typed}")


@pytest.mark.parametrize(
    ("host", "port", "covered"),
    [
        ("crm.internal", 1, True),
        ("CRM.internal.", 443, True),
        ("10.1.2.3", 8443, True),
        ("10.1.2.3", 8080, False),
        ("fd12::1", 443, True),
        ("fd12:0:0::1", 443, True),
        ("other.internal", 443, False),
        ("sub.crm.internal", 443, False),
        ("0x0a.1.2.3", 8443, False),
        ("%", 443, False),
    ],
)
def test_a_host_is_allowed_by_its_exact_name_and_port(host: str, port: int, covered: bool) -> None:
    allowed = AllowedHosts.parse("crm.internal, 10.1.2.3:8443, [fd12::1]:443")

    assert allowed.cover(host, port) is covered
