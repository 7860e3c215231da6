"""Sending settled events anew, and retrying what waits, for all that a filter means: what it would do is shown before it is done."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from duebell.console.access.door import ThePrincipal
from duebell.console.access.principal import Principal
from duebell.console.access.trail import noted_within
from duebell.console.api import events
from duebell.console.current import TheInstance
from duebell.console.pages.events import FILTERS
from duebell.console.pages.rendering import Pages, ThePages
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
    """The plan; or, with that of an earlier one, what came of it."""
    report: dict[str, Any] | None = None
    wrong: DuebellError | None = None
    try:
        report = await _report(instance, asking, given, how, as_of)
    except DuebellError as error:
        wrong = error
    lines = [row for row in report["customers"] if row["action"] != "leave out"] if report else []
    return pages.answer(
        "replay.html",
        status_code=wrong.http_status if wrong else HTTPStatus.OK,
        wrong=str(wrong) if wrong else "",
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


async def _report(
    instance: Instance, asking: Principal, given: dict[str, str], how: str, as_of: int | None
) -> dict[str, Any]:
    if how not in HOW:
        raise InvalidValue(f"There is no way {how!r} to replay: choose one of the form's.")
    filters = {name: value for name, value in given.items() if name != "event_id"}
    wanted, event_id = events.the_filter(instance, asking, **filters), given.get("event_id")
    planned = Replay(instance, wanted, event_id=event_id, tell=how != "timeline", again=how == "again", as_of=as_of)
    if as_of is not None:
        await events.note_replay(instance, asking.name, wanted, event_id)
    return (await planned.run(lambda _done, _of: None, do=as_of is not None)).as_json()
