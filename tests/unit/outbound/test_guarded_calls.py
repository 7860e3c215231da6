"""Calls through the guard: to the very address that was checked, whatever names, redirects and resolvers do."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebell import outbound
from duebell.outbound import AddressForbidden, AllowedHosts, NameUnknown, NoAnswer, NoConnection, NotReached, TlsFailed
from duebell.outbound.address import Reach, kind_of
from duebell.outbound.call import LONGEST_ANSWER
from duebell.outbound.guard import Guard, Resolve
from unit.odoo_crm.certificates import Authority
from unit.outbound.listener import Listener, answering

NOBODY = AllowedHosts()
METADATA = "169.254.169.254"


def leading_to(*answers: str | Sequence[str]) -> Resolve:
    """A resolver that gives one answer after the other, the last one for ever; nothing else knows these names."""
    left = [[answer] if isinstance(answer, str) else list(answer) for answer in answers]

    async def resolve(host: str, port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    listener = await Listener().start()
    yield listener
    await listener.stop()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def trusted(authority: Authority) -> ssl.SSLContext:
    return authority.trusting()


Client = Callable[..., httpx2.AsyncClient]


@pytest.fixture
async def client(trusted: ssl.SSLContext) -> AsyncIterator[Client]:
    made: list[httpx2.AsyncClient] = []

    def make(allowed: str, resolve: Resolve = outbound.guard.resolve) -> httpx2.AsyncClient:
        made.append(outbound.client(AllowedHosts.parse(allowed), 2.0, tls=trusted, resolve=resolve))
        return made[-1]

    yield make
    for one in made:
        await one.aclose()


async def posted(client: httpx2.AsyncClient, url: str, patience: float = 2.0) -> outbound.Answer:
    return await outbound.post(client, url, b"{}", {}, patience=patience)


# --- the guard alone ---------------------------------------------------------------------------------------------------


async def test_a_public_host_is_called_encrypted_without_being_named() -> None:
    guard = Guard(NOBODY, leading_to("93.184.215.14"))

    assert await guard.addresses("example.com", 443, encrypted=True) == ["93.184.215.14"]


async def test_a_public_host_is_not_called_by_http_though_it_is_named() -> None:
    guard = Guard(AllowedHosts.parse("example.com"), leading_to("93.184.215.14"))

    with pytest.raises(AddressForbidden, match="http:// would show the call"):
        await guard.addresses("example.com", 80, encrypted=False)


@pytest.mark.parametrize("encrypted", [True, False])
async def test_a_private_host_is_called_only_if_it_is_named(encrypted: bool) -> None:
    resolve = leading_to("10.1.2.3")

    with pytest.raises(AddressForbidden, match=r"isn't named in Allowed_Hosts.*name the private host"):
        await Guard(NOBODY, resolve).addresses("crm.internal", 443, encrypted=encrypted)
    named = Guard(AllowedHosts.parse("crm.internal:443"), resolve)
    assert await named.addresses("crm.internal", 443, encrypted=encrypted) == ["10.1.2.3"]
    with pytest.raises(AddressForbidden):
        await named.addresses("crm.internal", 8443, encrypted=encrypted)


async def test_the_metadata_address_is_not_called_though_its_host_is_named() -> None:
    guard = Guard(AllowedHosts.parse(f"cloud.internal, {METADATA}"), leading_to(METADATA))

    for host in ("cloud.internal", METADATA):
        with pytest.raises(AddressForbidden, match="never called"):
            await guard.addresses(host, 80, encrypted=False)


@given(st.lists(st.ip_addresses(), min_size=1, max_size=5), st.booleans())
async def test_one_forbidden_address_among_a_names_answers_refuses_the_lot(
    addresses: list[IPv4Address | IPv6Address], allowed: bool
) -> None:
    texts = list(map(str, addresses))
    guard = Guard(AllowedHosts.parse("host.test" if allowed else ""), leading_to(texts))
    callable_ones = {Reach.PUBLIC, Reach.PRIVATE} if allowed else {Reach.PUBLIC}

    if all(kind_of(text).reach in callable_ones for text in texts):
        assert await guard.addresses("host.test", 443, encrypted=True) == texts
    else:
        with pytest.raises(AddressForbidden):
            await guard.addresses("host.test", 443, encrypted=True)


# --- calls -------------------------------------------------------------------------------------------------------------


async def test_the_address_that_was_checked_is_the_one_that_is_called(listener: Listener, client: Client) -> None:
    """Nobody but the given resolver knows the name: whoever resolved it again would fail."""
    answer = await posted(client("hook.test", leading_to("127.0.0.1")), f"http://hook.test:{listener.port}/hook?token=1")

    assert answer.status == 204
    assert answer.where == f"http://hook.test:{listener.port}/hook"
    assert f"\r\nhost: hook.test:{listener.port}\r\n" in listener.requests[0].lower()


async def test_a_name_that_leads_elsewhere_the_second_time_is_judged_again(listener: Listener, client: Client) -> None:
    listener.answer = answering("204 No Content", "Connection: close")
    caller = client("hook.test", leading_to("127.0.0.1", METADATA))

    await posted(caller, f"http://hook.test:{listener.port}/")
    with pytest.raises(AddressForbidden, match=METADATA):
        await posted(caller, f"http://hook.test:{listener.port}/")


async def test_an_open_connection_is_used_again_without_asking_the_resolver(listener: Listener, client: Client) -> None:
    caller = client("hook.test", leading_to("127.0.0.1", METADATA))

    for _ in range(3):
        await posted(caller, f"http://hook.test:{listener.port}/")

    assert listener.connections == 1


async def test_a_redirect_is_not_followed(listener: Listener, client: Client) -> None:
    listener.answer = answering("307 Temporary Redirect", f"Location: http://{METADATA}/latest/meta-data/")

    answer = await posted(client("127.0.0.1"), f"http://127.0.0.1:{listener.port}/")

    assert answer.status == 307
    assert len(listener.requests) == 1


async def test_even_a_caller_that_follows_redirects_is_not_led_astray(listener: Listener, client: Client) -> None:
    listener.answer = answering("307 Temporary Redirect", f"Location: http://{METADATA}/latest/meta-data/")

    with pytest.raises(AddressForbidden, match=METADATA):
        await client("127.0.0.1").get(f"http://127.0.0.1:{listener.port}/", follow_redirects=True)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0x7f000001", "2130706433", "127.1", "0x7f.1", "[::ffff:127.0.0.1]", "[::1]"]
)
async def test_this_machine_is_not_called_in_any_spelling(listener: Listener, client: Client, host: str) -> None:
    with pytest.raises(NotReached, match="leads to"):
        await posted(client(""), f"http://{host}:{listener.port}/")

    assert listener.connections == 0


async def test_the_environments_proxy_is_not_used(
    listener: Listener, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{listener.port}")

    with pytest.raises(AddressForbidden):
        await posted(client("127.0.0.1"), f"http://{METADATA}/")

    assert listener.connections == 0


async def test_no_cookie_is_kept(listener: Listener, client: Client) -> None:
    listener.answer = answering("204 No Content", "Set-Cookie: session=1")
    caller = client("127.0.0.1")

    for _ in range(2):
        await posted(caller, f"http://127.0.0.1:{listener.port}/")

    assert "cookie" not in listener.requests[1].lower()


async def test_the_next_address_of_a_name_is_tried_when_one_does_not_accept(listener: Listener, client: Client) -> None:
    answer = await posted(
        client("hook.test", leading_to(["::1", "127.0.0.1"])), f"http://hook.test:{listener.port}/"
    )  # it listens on the second only

    assert answer.status == 204


# --- encrypted calls ---------------------------------------------------------------------------------------------------


async def test_the_certificate_must_be_for_the_name_not_for_the_address(authority: Authority, client: Client) -> None:
    listener = await Listener().start(authority.serving("hook.test"))
    try:
        caller = client("hook.test, other.test", leading_to("127.0.0.1"))

        assert (await posted(caller, f"https://hook.test:{listener.port}/")).status == 204
        with pytest.raises(TlsFailed, match=r"other\.test"):
            await posted(caller, f"https://other.test:{listener.port}/")
        assert len(listener.requests) == 1
    finally:
        await listener.stop()


async def test_a_self_signed_certificate_is_refused(authority: Authority, client: Client) -> None:
    listener = await Listener().start(authority.serving("127.0.0.1", self_signed=True))
    try:
        with pytest.raises(TlsFailed, match="self-signed"):
            await posted(client("127.0.0.1"), f"https://127.0.0.1:{listener.port}/")
    finally:
        await listener.stop()


async def test_a_port_that_says_nothing_to_a_handshake_is_no_connection(listener: Listener, client: Client) -> None:
    with pytest.raises(NoConnection):
        await posted(client("127.0.0.1"), f"https://127.0.0.1:{listener.port}/")


async def test_silence_over_an_encrypted_connection_is_no_trouble_of_the_encryption(
    authority: Authority, client: Client
) -> None:
    listener = await Listener(answer=b"").start(authority.serving("127.0.0.1"))
    try:
        with pytest.raises(NoAnswer):
            await posted(client("127.0.0.1"), f"https://127.0.0.1:{listener.port}/", patience=0.5)
    finally:
        await listener.stop()


# --- no answer ---------------------------------------------------------------------------------------------------------


async def test_a_name_that_nobody_knows_is_told_so(client: Client) -> None:
    async def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(NameUnknown, match=r"doesn't resolve \(https://hook.test/\)"):
        await posted(client("", unknown), "https://hook.test/?token=s3cret")


async def test_a_name_without_an_address_is_no_connection(client: Client) -> None:
    with pytest.raises(NoConnection):
        await posted(client("", leading_to([])), "https://hook.test/")


async def test_a_closed_port_is_told_from_a_silent_one(listener: Listener, client: Client) -> None:
    listener.answer = b""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, so that nobody else gets it, and not listening
        with pytest.raises(NoConnection):
            await posted(client("127.0.0.1"), f"http://127.0.0.1:{taken.getsockname()[1]}/")

    with pytest.raises(NoAnswer):
        await posted(client("127.0.0.1"), f"http://127.0.0.1:{listener.port}/", patience=0.2)


async def test_an_endless_answer_is_left_after_its_beginning(listener: Listener, client: Client) -> None:
    listener.answer = answering("200 OK", body=b" " * (LONGEST_ANSWER * 4))
    caller = client("127.0.0.1")

    for _ in range(2):
        assert (await posted(caller, f"http://127.0.0.1:{listener.port}/")).status == 200

    assert listener.connections == 2


async def test_something_else_than_http_is_not_called(client: Client) -> None:
    with pytest.raises(httpx2.UnsupportedProtocol):
        await client("127.0.0.1").get("ftp://127.0.0.1/")
