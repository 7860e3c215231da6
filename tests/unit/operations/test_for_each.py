"""Many things done, so many at once."""

from __future__ import annotations

import asyncio

import pytest

from duebell.tasks import for_each


async def test_each_is_done_once_and_never_more_at_once_than_allowed() -> None:
    done: list[int] = []
    under_way = most = 0

    async def do(one: int) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        done.append(one)

    await for_each(range(20), do, at_once=3)
    assert (sorted(done), most) == (list(range(20)), 3)


async def test_the_first_error_ends_all_and_is_raised() -> None:
    begun: list[int] = []

    async def do(one: int) -> None:
        begun.append(one)
        await asyncio.sleep(0)
        if one == 1:
            raise ValueError(one)
        await asyncio.Event().wait()

    with pytest.raises(ValueError, match="1"):
        await for_each(range(20), do, at_once=3)
    assert begun == [0, 1, 2]
