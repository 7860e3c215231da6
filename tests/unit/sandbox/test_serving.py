from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys

import httpx2
import pytest

from duebell.errors import InvalidValue, NotPossible
from duebell.sandbox.serving import Sandbox
from unit.sandbox.clock import StandingClock
from unit.sandbox.mail import bring, mail_of


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "odoo.example", ""])  # noqa: S104  refused
async def test_nothing_is_bound_beyond_loopback(clock: StandingClock, host: str) -> None:
    with pytest.raises(InvalidValue, match="listens on loopback only"):
        async with Sandbox(now=clock, host=host):
            pass


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2"])
async def test_any_loopback_address_serves_pages_and_takes_mail(clock: StandingClock, host: str) -> None:
    async with Sandbox(now=clock, host=host) as sandbox:
        async with httpx2.AsyncClient(trust_env=False) as web:
            assert (await web.get(sandbox.mail_url)).status_code == 200
        await bring(sandbox, mail_of(), "john.doe@example.com")

    assert len(sandbox.mailbox.mails()) == 1


@pytest.mark.parametrize("which", ["port", "smtp_port"])
async def test_a_taken_port_is_named_and_the_other_one_let_go(clock: StandingClock, which: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(NotPossible, match=f"Port {port} on 127.0.0.1 can't be opened"):
            async with Sandbox(now=clock, **{which: port}):
                pass


async def test_a_port_that_is_none_is_named(clock: StandingClock) -> None:
    with pytest.raises(NotPossible, match=r"Port 65536 .*ports go from 0 to 65535"):
        async with Sandbox(now=clock, port=65536):
            pass


async def test_its_ports_are_free_again_afterwards(clock: StandingClock) -> None:
    async with Sandbox(now=clock) as first:
        port = int(first.phone_url.rpartition(":")[2])

    async with Sandbox(now=clock, port=port, smtp_port=first.smtp_port) as second:
        assert second.phone_url == first.phone_url


async def test_it_ends_though_a_mail_conversation_is_open(clock: StandingClock) -> None:
    async with Sandbox(now=clock) as sandbox:
        reader, writer = await asyncio.open_connection(sandbox.smtp_host, sandbox.smtp_port)
        assert (await reader.readline()).startswith(b"220 ")

    assert await reader.read() == b""
    writer.close()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
async def test_as_a_process_it_tells_its_addresses_and_ends_on_a_signal(ending: signal.Signals) -> None:
    process = await sandbox_process()
    try:
        assert process.stdout is not None
        addresses = json.loads(await process.stdout.readline())
        async with httpx2.AsyncClient(trust_env=False) as web:
            assert (await web.get(addresses["phone_url"])).status_code == 200
            assert (await web.get(addresses["mail_url"])).status_code == 200
        _, writer = await asyncio.open_connection(addresses["smtp_host"], addresses["smtp_port"])
        writer.close()
        process.send_signal(ending)
        output, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()

    assert (process.returncode, output, errors) == (0, b"", b"")


@pytest.mark.parametrize(
    ("options", "status", "sentence"),
    [
        (
            ("--host", "192.0.2.7"),
            1,
            "The sandbox listens on loopback only: give 127.0.0.1 or ::1 instead of '192.0.2.7'.",
        ),
        (("--report-after", "-1"), 2, "argument --report-after: give seconds from 0 to 3600 instead of '-1'"),
    ],
)
async def test_as_a_process_it_says_in_a_sentence_why_it_cannot_run(
    options: tuple[str, ...], status: int, sentence: str
) -> None:
    process = await sandbox_process(*options)

    output, errors = await process.communicate()

    assert (process.returncode, output) == (status, b"")
    assert errors.decode().endswith(f"{sentence}\n")
    assert b"Traceback" not in errors


async def sandbox_process(*options: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "duebell.sandbox", *options),
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
