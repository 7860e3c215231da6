"""What goes over the connections of calls, whatever its size, and when one of them is used again."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx2
import pytest

from duebell import outbound
from duebell.outbound import AllowedHosts
from duebell.outbound.connection import WAITS, Connection
from unit.odoo_crm.certificates import Authority
from unit.outbound.listener import answering

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
LARGE = 8 * 2**20


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@asynccontextmanager
async def calling(
    serve: Serve, authority: Authority, *, encrypted: bool = False
) -> AsyncIterator[tuple[httpx2.AsyncClient, str]]:
    """A client and the address of whoever serves."""
    tls: ssl.SSLContext | None = authority.serving("127.0.0.1") if encrypted else None

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(served, "127.0.0.1", 0, ssl=tls)
    client = outbound.client(AllowedHosts.parse("127.0.0.1"), 5.0, tls=authority.trusting())
    async with server, client:
        yield client, f"http{'s' if encrypted else ''}://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def test_what_is_written_waits_for_the_rest_of_the_call_but_not_when_it_is_much() -> None:
    came: asyncio.Queue[bytes] = asyncio.Queue()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while some := await reader.read(2 * WAITS):
            came.put_nowait(some)
            writer.write(b"heard")

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        connection = await Connection.open("127.0.0.1", server.sockets[0].getsockname()[1], timeout=5)
        await connection.write(b"the head, ")
        await asyncio.sleep(0.05)
        assert came.empty()
        await connection.write(b"the body")
        assert await connection.read(100) == b"heard"
        assert await came.get() == b"the head, the body"
        await connection.write(bytes(WAITS))
        async with asyncio.timeout(5):
            assert await came.get()
        await connection.aclose()


@pytest.mark.parametrize("encrypted", [False, True])
async def test_large_bodies_and_answers_come_whole(authority: Authority, *, encrypted: bool) -> None:
    sent = bytes(range(256)) * (LARGE // 256)
    came: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        came.append(await reader.readexactly(LARGE))
        writer.write(answering("200 OK", body=came[0]))
        await writer.drain()

    async with calling(serve, authority, encrypted=encrypted) as (client, url):
        answer = await client.post(url, content=sent)

    assert came == [sent]
    assert answer.content == sent


@pytest.mark.parametrize("encrypted", [False, True])
async def test_a_connection_on_which_the_other_side_hung_up_is_not_used_again(
    authority: Authority, *, encrypted: bool
) -> None:
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answering())
        await writer.drain()

    async with calling(serve, authority, encrypted=encrypted) as (client, url):
        for _ in range(3):
            assert (await client.post(url)).status_code == 204
            await asyncio.sleep(0.05)  # the end of the connection arrives

    assert connections == 3


async def test_an_answer_that_breaks_off_is_no_answer(authority: Authority) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answering("200 OK", body=b"the whole")[:-3])
        await writer.drain()

    async with calling(serve, authority) as (client, url):
        with pytest.raises(httpx2.RemoteProtocolError):
            await client.post(url)


async def test_a_call_that_is_given_up_leaves_no_connection_behind(authority: Authority) -> None:
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        assert await reader.read() == b""
        ended.set()

    async with calling(serve, authority) as (client, url):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await client.post(url)
        async with asyncio.timeout(5):
            await ended.wait()
