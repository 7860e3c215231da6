"""Lists of PortaBilling, page after page, while rows come and go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebell.portabilling.api import customers, invoices
from duebell.portabilling.api.faults import OtherShape
from duebell.portabilling.api.lists import Page, rows
from unit.portabilling_api.api_server import ApiServer, Call, Reply
from unit.portabilling_api.conftest import Made

Change = Callable[[list[int], int], None]


def read(listed: list[int], limit: int, change: Change, *, says_total: bool, most: int = 1000) -> list[str]:
    """Read the list to its end; before each call but the first it is changed. A page has `most` rows, whatever is asked for."""
    calls = 0

    async def ask(offset: int, limit: int) -> Page:
        nonlocal calls
        if calls:
            change(listed, calls)
        calls += 1
        found = [{"id": number} for number in listed[offset : offset + min(limit, most)]]
        return Page(found, len(listed) if says_total else None)

    async def all_of_it() -> list[str]:
        return [str(row["id"]) async for row in rows(ask, lambda row: str(row["id"]), limit)]

    return asyncio.run(all_of_it())


@given(
    size=st.integers(0, 90),
    limit=st.integers(2, 30),
    most=st.integers(2, 40),
    changes=st.lists(st.tuples(st.sampled_from(["add", "remove"]), st.integers(0, 10_000), st.integers(1, 40)), max_size=6),
    says_total=st.booleans(),
)
def test_each_row_that_stays_is_read_once_whatever_comes_and_goes(
    size: int, limit: int, most: int, changes: list[tuple[str, int, int]], *, says_total: bool
) -> None:
    listed = list(range(size))

    def change(rows: list[int], call: int) -> None:
        if call > len(changes):
            return
        what, place, count = changes[call - 1]
        at = place % (len(rows) + 1)
        if what == "add":
            rows[at:at] = range(1000 * call, 1000 * call + count)
        else:
            del rows[at : at + count]

    found = read(listed, limit, change, says_total=says_total, most=most)

    assert len(found) == len(set(found))
    assert {number for number in listed if number < size} <= set(map(int, found))


def test_a_list_that_nobody_changes_takes_as_few_calls_as_can_be() -> None:
    calls: list[int] = []

    assert len(read(list(range(3)), 200, lambda _rows, call: calls.append(call), says_total=True)) == 3
    assert calls == []
    assert len(read(list(range(390)), 200, lambda _rows, call: calls.append(call), says_total=True)) == 390
    assert calls == [1]


async def test_invoices_are_asked_for_as_the_api_wants_it(server: ApiServer, client: Made) -> None:
    server.answer = pages_of("invoice_list", [{"i_invoice": str(number)} for number in range(5)])

    found = [
        row["i_invoice"]
        async for row in invoices(
            client(), i_customer="7", issued_after=datetime(2026, 11, 1, tzinfo=UTC), key="i_invoice", limit=4
        )
    ]

    assert found == ["0", "1", "2", "3", "4"]
    asked = [call.params for call in server.came if call.name == "Invoice/get_invoice_list"]
    assert asked == [
        {"i_customer": 7, "issued_after": "2026-11-01 00:00:00", "limit": 4, "offset": offset} for offset in (0, 2)
    ]


async def test_customers_are_listed_whatever_the_list_is_called(server: ApiServer, client: Made) -> None:
    server.answer = pages_of("customers", [{"i_customer": number} for number in (3, 1, 2)])

    assert [row["i_customer"] async for row in customers(client())] == [3, 1, 2]


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        ({"customer_list": [{"id": 7}], "total": 1}, "a row of the list has no i_customer"),
        ({"customer_list": [], "total": "many"}, "the list's total is no number"),
    ],
)
async def test_a_list_of_another_shape_says_what_is_wrong(
    server: ApiServer, client: Made, answer: Mapping[str, Any], wrong: str
) -> None:
    server.answer = lambda _call: Reply(answer)

    with pytest.raises(OtherShape, match=wrong):
        [row async for row in customers(client())]


def pages_of(name: str, listed: list[dict[str, Any]]) -> Callable[[Call], Reply]:
    def answer(call: Call) -> Reply:
        offset, limit = call.params["offset"], call.params["limit"]
        return Reply({name: listed[offset : offset + limit], "total": str(len(listed))})

    return answer
