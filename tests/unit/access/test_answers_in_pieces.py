"""Answers that leave in two pieces don't wait for each other, whoever listens."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from duebell.console.listening import Listening
from duebell.sandbox.loopback import loopback_socket
from duebell.settings import Settings

Bound = Callable[[], AbstractContextManager[socket.socket]]


def of_the_console() -> AbstractContextManager[socket.socket]:
    listening = Listening.of(Settings(data=Path("unused"), listen="127.0.0.1:0"))
    assert listening is not None
    return listening.bound()


@pytest.mark.parametrize("bound", [of_the_console, lambda: loopback_socket("127.0.0.1", 0)], ids=["console", "sandbox"])
async def test_the_second_piece_of_an_answer_does_not_wait_until_the_first_was_acknowledged(bound: Bound) -> None:
    at_once: asyncio.Queue[int] = asyncio.Queue()

    async def converse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened = writer.get_extra_info("socket")
        at_once.put_nowait(opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    with bound() as listening:
        async with await asyncio.start_server(converse, sock=listening):
            _, writer = await asyncio.open_connection(*listening.getsockname())
            assert await at_once.get()
            writer.close()
            await writer.wait_closed()
