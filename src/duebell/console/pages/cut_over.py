"""The cut-over to a PortaBilling, and looking after it: what `duebell portabilling` does by command, by buttons."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from duebell.console.api.moment import moment
from duebell.console.api.telling import Tell, going_on
from duebell.console.current import TheInstance
from duebell.console.pages.checks import CUT, STREAM_HEADERS
from duebell.console.pages.fate import of_message
from duebell.console.pages.progress import pieces
from duebell.console.pages.rendering import HEADERS, Pages, ThePages
from duebell.errors import InvalidValue, Unknown
from duebell.instance import Instance
from duebell.operations.matching import match
from duebell.operations.taking_over import take_over
from duebell.sources.reconciling import Reconciled, reconcile
from duebell.storage.known import count_read
from duebell.storage.sources import all_sources
from duebell.storage.told_customers import ToldCustomer, told_customers

router = APIRouter(prefix="/from-portabilling/sources/{environment}")
LISTED = 100
"""Customers or messages on the page."""
AT_ONCE = 500
"""Events whose messages are read at once for the file."""
COLUMNS = tuple(name for name in ToldCustomer.__slots__ if name != "number")
"""Of the file: those of `duebell portabilling told`."""
RECENTLY = "3d"
"""Since when, unless something else is typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What one of the page's buttons does: the `name` by which the template knows it, what was typed, and the report that comes of it."""

    name: str
    run: Callable[[Tell], Awaitable[Any]]
    typed: Mapping[str, Any] = field(default_factory=dict)


@router.get("/cut-over")
async def cut_over(instance: TheInstance, pages: ThePages, environment: str, told_since: str | None = None) -> HTMLResponse:
    """The steps; and who was told since a moment, if one is given."""
    page = partial(_html, pages, await _source(instance, environment))
    if told_since is None:
        return _answer(page())
    try:
        since = moment(told_since.strip(), instance.now())
    except InvalidValue as wrong:
        return _answer(page(told_since=told_since, wrong=str(wrong)), wrong.http_status)
    query = partial(told_customers, environment=environment, since=since, limit=LISTED)
    told = [of_message(asdict(one)) for one in await instance.read(query)]
    return _answer(page(told_since=told_since, told=told))


@router.get("/told.csv")
async def told_file(instance: TheInstance, environment: str, since: str = RECENTLY) -> StreamingResponse:
    """Who was told since then, as a file."""
    await _source(instance, environment)
    lines = _csv(instance, environment, moment(since.strip(), instance.now()))
    headers = HEADERS | {"Content-Disposition": 'attachment; filename="told.csv"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/match")
async def match_customers(instance: TheInstance, pages: ThePages, environment: str) -> Response:
    """Ask Odoo who all customers are or would be; nothing is changed."""
    return await _do(instance, pages, environment, Work(name="match", run=partial(match, instance, environment)))


@router.post("/take-over")
async def take_over_customers(instance: TheInstance, pages: ThePages, environment: str) -> Response:
    """Read all customers that were never read and remember how they stand; nobody is told."""
    return await _do(instance, pages, environment, Work(name="take over", run=partial(take_over, instance, environment)))


@router.post("/reconcile")
async def compare_with_portabilling(
    instance: TheInstance,
    pages: ThePages,
    environment: str,
    since: Annotated[str, Form()] = RECENTLY,
    record: Annotated[bool, Form()] = False,  # noqa: FBT002 - a field of the form
) -> Response:
    """Compare the invoices issued since then, and how all customers stand, with what is known; `record`: read those who differ."""
    try:
        at = moment(since.strip(), instance.now())
    except InvalidValue as wrong:
        page = _html(pages, await _source(instance, environment), since=since, wrong=str(wrong))
        return _answer(page, wrong.http_status)

    async def compare(tell: Tell) -> Reconciled:
        async with instance.sources.reader(environment) as reader:
            return await reconcile(reader, at, tell, instance.now, do=record)

    typed = {"since": since, "at": f"{at:%Y-%m-%dT%H:%M:%SZ}", "record": record}
    return await _do(instance, pages, environment, Work(name="compare", run=compare, typed=typed))


async def _do(instance: Instance, pages: Pages, environment: str, work: Work) -> StreamingResponse:
    """The page at once, then how far it is, then what came of it."""
    html = partial(_of_work, pages, await _source(instance, environment), work)

    async def report(tell: Tell) -> dict[str, Any]:
        return asdict(await work.run(tell))

    told = pieces(going_on(report), html)
    return StreamingResponse(told, media_type="text/html; charset=utf-8", headers=STREAM_HEADERS)


async def _source(instance: Instance, environment: str) -> dict[str, Any]:
    """How an environment's PortaBilling stands.

    Raises:
        Unknown: there is no such environment.
    """
    if environment not in instance.environments():
        raise Unknown(f"There is no environment {environment!r}: choose one on the page PortaBilling.")
    paused = [one.paused_at for one, _ in await instance.read(all_sources) if one.environment == environment]
    return {
        "environment": environment,
        "configured": instance.sources.options(environment) is not None,
        "paused": any(paused),
        "customers": (await instance.read(count_read)).get(environment, 0),
    }


def _answer(html: str, status: int = HTTPStatus.OK) -> HTMLResponse:
    return HTMLResponse(html, status_code=status, headers=HEADERS)


def _of_work(
    pages: Pages,
    source: Mapping[str, Any],
    work: Work,
    line: Mapping[str, Any] | None = None,
    *,
    running: bool = False,
) -> str:
    """The page with the report or the failure that the last line is; none: it isn't there yet."""
    failed = line["failed"] if line and "failed" in line else ""
    report = line if not failed else None
    known = source["customers"] + (report["taken_over"] if report and work.name == "take over" else 0)
    shown = {"work": work.name, "report": report, "wrong": failed, "running": running, **work.typed}
    return _html(pages, {**source, "customers": known}, **shown)


def _html(pages: Pages, source: Mapping[str, Any], **shown: Any) -> str:
    """The page, with what differs from when nothing was typed or done yet."""
    nothing = {"work": "", "report": None, "wrong": "", "running": False, "at": "", "record": False, "told": None}
    typed = {"since": RECENTLY, "told_since": RECENTLY}
    return pages.html("cut_over.html", **{**nothing, **typed, "cut": CUT, "listed": LISTED, **source, **shown})


async def _csv(instance: Instance, environment: str, since: datetime) -> AsyncIterator[str]:
    yield _lines([COLUMNS])
    after: int | None = 0
    while after is not None:
        query = partial(told_customers, environment=environment, since=since, after=after, limit=AT_ONCE)
        found = await instance.read(query)
        yield _lines([[getattr(one, name) or "" for name in COLUMNS] for one in found])
        after = found[-1].number if found else None


def _lines(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
