"""Waiting for an event, but not for ever."""

from __future__ import annotations

import asyncio

import pytest

from duebell.tasks import set_within


async def test_an_event_that_comes_ends_the_wait() -> None:
    event = asyncio.Event()
    waiting = asyncio.create_task(set_within(event, None))
    await asyncio.sleep(0)
    assert not waiting.done()
    event.set()
    assert await waiting


async def test_one_that_does_not_come_ends_it_too() -> None:
    assert not await set_within(asyncio.Event(), 0.01)


async def test_one_that_is_there_is_not_waited_for() -> None:
    event = asyncio.Event()
    event.set()
    assert await set_within(event, 0)


async def test_whoever_cancels_the_wait_ends_it() -> None:
    waiting = asyncio.create_task(set_within(asyncio.Event(), None))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
