"""Sending settled events anew, and retrying what waits, for all that a filter means: what it would do is shown before it is done."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from duebell.console.access.door import ThePrincipal
from duebell.console.access.principal import Principal
from duebell.console.access.trail import noted_within
from duebell.console.api import events
from duebell.console.api.telling import Tell, going_on
from duebell.console.current import TheInstance
from duebell.console.pages.checks import CUT, STREAM_HEADERS
from duebell.console.pages.events import FILTERS
from duebell.console.pages.progress import is_going, pieces
from duebell.console.pages.rendering import HEADERS, Pages, ThePages
from duebell.errors import DuebellError, InvalidValue
from duebell.instance import Instance
from duebell.operations.replay import Replay

router = APIRouter(prefix="/events")
NOTED = [Depends(noted_within)]
LISTED = 100
"""Lines by customer on the page."""
HOW = {
    "timeline": "To the timeline only: nobody is told",
    "tell": "Tell customers, where it is still true and not too old",
    "again": "Tell customers, also those who were told before",
}
"""How a replay may be meant, the harmless way first."""
ACTIONS = {"tell": "Told", "timeline": "Timeline only", "leave out": "Left out"}
_MEANT = (*FILTERS, "event_id")


@router.get("/replay")
async def plan(
    instance: TheInstance, asking: ThePrincipal, pages: ThePages, request: Request, how: str = "timeline"
) -> Response:
    """What a replay would do: who would be told what, what is left out and why."""
    return await _page(instance, asking, pages, _meant(request.query_params), how)


@router.post("/replay", dependencies=NOTED)
async def replay(  # noqa: PLR0913 - the form's fields
    instance: TheInstance,
    asking: ThePrincipal,
    pages: ThePages,
    request: Request,
    how: Annotated[str, Form()],
    as_of: Annotated[int, Form(ge=0, le=events.LARGEST_NUMBER)],
) -> Response:
    """Do what was planned; what was owed anew since that plan is left out."""
    return await _page(instance, asking, pages, _meant(await request.form()), how, as_of)


@router.post("/retry", dependencies=NOTED)
async def retry(instance: TheInstance, asking: ThePrincipal, request: Request) -> Response:
    """See the API's `retry_filtered`; then the list again, with how many lines that set going."""
    given = _meant(await request.form())
    given.pop("state", None)  # only what waits can be retried
    wanted = events.the_filter(instance, asking, **given)
    lines = (await events.retry_filtered(instance, asking, wanted))["lines"]
    return RedirectResponse(f"/events?{urlencode({**given, 'retried': lines})}", HTTPStatus.SEE_OTHER)


def _meant(fields: Mapping[str, Any]) -> dict[str, str]:
    """The filters and the event that a form or an address names."""
    return {name: value.strip() for name in _MEANT if isinstance(value := fields.get(name), str) and value.strip()}


async def _page(  # noqa: PLR0913 - what is meant, and how
    instance: Instance, asking: Principal, pages: Pages, given: dict[str, str], how: str, as_of: int | None = None
) -> Response:
    """The plan; or, with that of an earlier one, what came of it. What takes its time tells meanwhile how far it is."""
    try:
        planned = _planned(instance, asking, given, how, as_of)
        if as_of is not None:
            await events.note_replay(instance, asking.name, planned.wanted, given.get("event_id"))
        lines = going_on(lambda tell: _report(planned, tell, do=as_of is not None))
        line = await anext(lines)
        while _is_through(line):
            line = await anext(lines)
    except DuebellError as error:
        return _answer(pages, given, how, wrong=error)
    if is_going(line):
        told = pieces(lines, partial(_html, pages, given, how), line)
        return StreamingResponse(told, media_type="text/html; charset=utf-8", headers=STREAM_HEADERS)
    return _answer(pages, given, how, line)


def _planned(instance: Instance, asking: Principal, given: dict[str, str], how: str, as_of: int | None) -> Replay:
    if how not in HOW:
        raise InvalidValue(f"There is no way {how!r} to replay: choose one of the form's.")
    filters = {name: value for name, value in given.items() if name != "event_id"}
    wanted = events.the_filter(instance, asking, **filters)
    return Replay(
        instance, wanted, event_id=given.get("event_id"), tell=how != "timeline", again=how == "again", as_of=as_of
    )


async def _report(planned: Replay, tell: Tell, *, do: bool) -> dict[str, Any]:
    return (await planned.run(tell, do=do)).as_json()


def _is_through(line: Mapping[str, Any]) -> bool:
    return is_going(line) and bool(line["done"] >= line["of"])


def _answer(
    pages: Pages,
    given: dict[str, str],
    how: str,
    line: Mapping[str, Any] | None = None,
    *,
    wrong: DuebellError | None = None,
) -> Response:
    """The page at once."""
    found = line or {"failed": str(wrong)}
    status = wrong.http_status if wrong else InvalidValue.http_status if "failed" in found else HTTPStatus.OK
    return HTMLResponse(_html(pages, given, how, found), status_code=status, headers=HEADERS)


def _html(
    pages: Pages, given: dict[str, str], how: str, line: Mapping[str, Any] | None = None, *, running: bool = False
) -> str:
    """The page with the report or the failure that the last line is; none: it isn't there yet."""
    report = line if line and "failed" not in line else None
    lines = [row for row in report["customers"] if row["action"] != "leave out"] if report else []
    return pages.html(
        "replay.html",
        wrong=line["failed"] if line and "failed" in line else "",
        running=running,
        cut=CUT,
        given=given,
        query=urlencode({name: value for name, value in given.items() if name != "event_id"}),
        how=how,
        ways=HOW,
        actions=ACTIONS,
        report=report,
        customers=lines[:LISTED],
        further=bool(report and report["further"]) or len(lines) > LISTED,
        count=sum(row["count"] for row in report["totals"] if row["action"] != "leave out") if report else 0,
    )
