from __future__ import annotations

import asyncio
import logging

import pytest

from duebell.sandbox.portabilling.background import in_the_background


async def fail() -> None:
    raise ZeroDivisionError


async def test_work_that_fails_is_logged_at_once_and_raised_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    background = in_the_background(fail(), "EventSender")
    await background.__aenter__()
    await asyncio.sleep(0.01)

    assert caplog.record_tuples == [
        ("duebell.sandbox.portabilling.background", logging.ERROR, "EventSender failed, and doesn't go on")
    ]
    with pytest.raises(ZeroDivisionError):
        await background.__aexit__(None, None, None)


async def test_work_that_goes_on_is_ended_with_the_block() -> None:
    ended = asyncio.Event()

    async def go_on() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with in_the_background(go_on(), "EventSender"):
        await asyncio.sleep(0)

    assert ended.is_set()
