"""Lists, page after page, though rows come and go meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from duebell.portabilling.api.client import Client
from duebell.portabilling.api.faults import Evidence, OtherShape
from duebell.portabilling.api.shape import records

PAGE = 200
"""Rows asked for in a call."""
OVERLAP = 10
"""Rows of the page before that are asked for again: are they others by now, rows have moved up meanwhile."""
SWEEPS = 2
"""How often a list is read from its start where PortaBilling says that it has more rows than were seen."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and how many there are altogether, if that was said."""

    rows: Sequence[Row]
    total: int | None


Ask = Callable[[int, int], Awaitable[Page]]
"""Offset and limit to a page."""


async def invoices(  # noqa: PLR0913 - what a list of invoices is asked for with
    client: Client,
    *,
    i_customer: str | None = None,
    issued_after: datetime | None = None,
    issued_before: datetime | None = None,
    key: str = "i_invoice",
    limit: int = PAGE,
) -> AsyncIterator[Row]:
    """Each invoice once, of one customer or of all, issued between two moments (aware); `key` is its id's field.

    Raises:
        PortaBillingError: a call failed; the subclass says why.
    """
    asked = {
        "i_customer": i_customer and numbered(i_customer),
        "issued_after": issued_after and _utc(issued_after),
        "issued_before": issued_before and _utc(issued_before),
    }
    async for row in _listed(client, ("Invoice", "get_invoice_list"), asked, key, limit):
        yield row


async def customers(client: Client, *, key: str = "i_customer", limit: int = PAGE) -> AsyncIterator[Row]:
    """Each customer once; `key` is its id's field.

    Raises:
        PortaBillingError: a call failed; the subclass says why.
    """
    async for row in _listed(client, ("Customer", "get_customer_list"), {}, key, limit):
        yield row


def numbered(id_: str) -> int | str:
    """An id as the API takes it."""
    return int(id_) if id_.isdecimal() else id_


async def rows(ask: Ask, key: Callable[[Row], str], limit: int) -> AsyncIterator[Row]:
    """Each row once that is there all the while, whatever comes and goes between the calls; rows keep their order, `limit` is 2 at least."""
    seen: set[str] = set()
    offset = overlap = 0
    sweeps = SWEEPS
    while True:
        page = await ask(offset, limit)
        keys = [key(row) for row in page.rows]
        if overlap and not (keys and keys[0] in seen):  # rows have moved up by more than was asked for again
            offset = max(0, offset - limit)
            overlap = min(offset, 1)
            continue
        for one, row in zip(keys, page.rows, strict=True):
            if one not in seen:
                seen.add(one)
                yield row
        more = len(keys) > overlap if page.total is None else offset + len(keys) < page.total
        if keys and more:
            overlap = min(OVERLAP, len(keys) // 2)
            offset += len(keys) - overlap
        elif page.total is not None and len(seen) < page.total and sweeps > 1:
            offset, overlap, sweeps = 0, 0, sweeps - 1
        else:
            return


def _listed(client: Client, call: tuple[str, str], asked: Mapping[str, Any], key: str, limit: int) -> AsyncIterator[Row]:
    service, method = call
    params = {name: value for name, value in asked.items() if value is not None}
    evidence = Evidence(url=f"{client.url}/rest/{service}/{method}")

    async def ask(offset: int, limit: int) -> Page:
        answer = await client.call(service, method, {**params, "limit": limit, "offset": offset}, fresh=True)
        total = str(answer.get("total", ""))
        if total and not total.isdecimal():
            raise OtherShape(evidence, "the list's total is no number")
        return Page(records(answer), int(total) if total else None)

    def known_by(row: Row) -> str:
        if key not in row:
            raise OtherShape(evidence, f"a row of the list has no {key}")
        return str(row[key])

    return rows(ask, known_by, limit)


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
