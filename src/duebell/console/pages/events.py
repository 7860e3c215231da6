"""The events: found while somebody types, a page at a time; and one of them as a story."""

from __future__ import annotations

import json
from collections.abc import Awaitable
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from duebell.console.access.door import ThePrincipal
from duebell.console.access.principal import Principal
from duebell.console.access.trail import noted_within
from duebell.console.api import events
from duebell.console.current import TheInstance
from duebell.console.pages.fate import in_plain_words, listed, sent, story
from duebell.console.pages.rendering import HEADERS, Pages, ThePages
from duebell.console.pages.wording import EVENTS, STATES
from duebell.errors import DuebellError, InvalidValue, Unknown
from duebell.instance import Instance
from duebell.storage.handlers import all_handlers

router = APIRouter(prefix="/events")
NOTED = [Depends(noted_within)]
AT_ONCE = 50
FILTERS = ("search", "environment", "customer", "type", "state", "handler", "since", "until")
"""As they are in the address, so that a list can be shared and gone back to."""
SPANS = (("1h", "Last hour"), ("24h", "Last day"), ("7d", "Last week"))


def given_of(request: Request) -> dict[str, str]:
    """The filters that are in the address; a field that was left empty is none."""
    return {name: value for name in FILTERS if (value := request.query_params.get(name, "").strip())}


Given = Annotated[dict[str, str], Depends(given_of)]


@router.get("")
async def list_(  # noqa: PLR0913 - what may be in the address
    instance: TheInstance,
    asking: ThePrincipal,
    pages: ThePages,
    given: Given,
    before: events.Before = None,
    retried: events.Number = None,
) -> Response:
    """A page of the events that are meant, the newest first; `retried`: how many lines were set going just now."""
    page: dict[str, Any] = {"events": [], "before": None}
    wrong: DuebellError | None = None
    try:
        page = await events.page_of(instance, asking, events.the_filter(instance, asking, **given), before, AT_ONCE)
    except DuebellError as error:
        wrong = error
    return pages.answer(
        "events.html",
        status_code=wrong.http_status if wrong else HTTPStatus.OK,
        wrong=str(wrong) if wrong else "",
        events=listed(page["events"]),
        given={**dict.fromkeys(FILTERS, ""), **given},
        fields=given,
        query=urlencode(given),
        retried=retried,
        may_operate=asking.sees_personal_data,
        before=before,
        older=urlencode({**given, "before": page["before"]}) if page["before"] else "",
        handlers=[row.name for row in await instance.read(all_handlers)],
        environments=instance.environments(),
        types=EVENTS,
        states=STATES,
        spans=[(title, urlencode({**given, "since": span}), given.get("since") == span) for span, title in SPANS],
    )


@router.get("/{event_id}")
async def show(instance: TheInstance, asking: ThePrincipal, pages: ThePages, event_id: str) -> Response:
    """One event: its story, why it is so, and what can be done."""
    try:
        return await _page(instance, asking, pages, event_id)
    except (Unknown, InvalidValue) as nothing:
        return _nothing(pages, nothing)


@router.get("/{event_id}/messages")
async def messages(instance: TheInstance, asking: ThePrincipal, pages: ThePages, event_id: str) -> Response:
    """What was sent of it: a part of its page, which doesn't wait for the targets, or a page by itself."""
    try:
        event = await events.show(instance, asking, event_id)
        said = await events.messages(instance, asking, event["id"])
    except (Unknown, InvalidValue) as nothing:
        return _nothing(pages, nothing)
    template = "event_messages.html" if pages.is_fragment else "event_messages_page.html"
    return pages.answer(template, event=event, handlers=sent(said["handlers"]))


@router.get("/{event_id}/cloud-event.json")
async def cloud_event(instance: TheInstance, asking: ThePrincipal, event_id: str) -> JSONResponse:
    """The event as a file, as others would be told of it; masked for who sees no personal data."""
    event = await events.show(instance, asking, event_id)
    name = {"Content-Disposition": f'attachment; filename="{event["id"]}.json"'}
    return JSONResponse(event["cloud_event"], headers=HEADERS | name, media_type="application/cloudevents+json")


@router.post("/{event_id}/retry", dependencies=NOTED)
async def retry(instance: TheInstance, asking: ThePrincipal, pages: ThePages, event_id: str) -> Response:
    """See the API's `retry`."""
    return await _then_shown(instance, asking, pages, event_id, events.retry(instance, asking, event_id))


@router.post("/{event_id}/skip", dependencies=NOTED)
async def skip(  # noqa: PLR0913 - the form's fields
    instance: TheInstance,
    asking: ThePrincipal,
    pages: ThePages,
    event_id: str,
    because: Annotated[str, Form()] = "",
    handler: Annotated[str, Form()] = "",
) -> Response:
    """See the API's `skip`."""
    asked = events.Skip(because=because, handler=handler or None)
    return await _then_shown(instance, asking, pages, event_id, events.skip(instance, asking, event_id, asked))


def _nothing(pages: Pages, nothing: DuebellError) -> Response:
    shown = {"because": str(nothing), "back": router.prefix, "title": "Events"}
    return pages.answer("nothing.html", status_code=nothing.http_status, **shown)


async def _then_shown(
    instance: Instance, asking: Principal, pages: Pages, event_id: str, change: Awaitable[object]
) -> Response:
    """The page anew; with what was wrong on it, if something was."""
    try:
        await change
    except DuebellError as error:
        return await _page(instance, asking, pages, event_id, wrong=error)
    return RedirectResponse(f"/events/{quote(event_id, safe='')}", HTTPStatus.SEE_OTHER)


async def _page(
    instance: Instance, asking: Principal, pages: Pages, event_id: str, *, wrong: DuebellError | None = None
) -> Response:
    event = await events.show(instance, asking, event_id)
    reasons = (await events.explanation(instance, asking, event["id"]))["reasons"]
    return pages.answer(
        "event.html",
        status_code=wrong.http_status if wrong else HTTPStatus.OK,
        wrong=str(wrong) if wrong else "",
        event=listed([event])[0],
        data=event["cloud_event"]["data"],
        cloud_event=json.dumps(event["cloud_event"], indent=2, ensure_ascii=False),
        chapters=story(event),
        reasons=[{**reason, "sentence": in_plain_words(reason["sentence"])} for reason in reasons],
        waits=sorted({owed["handler"] for owed in event["provisionings"] if owed["state"] == "waiting"}),
        settled=any(owed["state"] != "waiting" for owed in event["provisionings"]),
        may_operate=asking.sees_personal_data,
    )
