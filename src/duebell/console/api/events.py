"""Events over HTTP: list, show, explain, retry, replay, skip."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection

from duebell.console.access.door import NotAllowed, ThePrincipal
from duebell.console.access.masking import masked_event, masked_messages, masked_sentence
from duebell.console.access.principal import Principal
from duebell.console.access.trail import noted_within
from duebell.console.api import answers
from duebell.console.api.moment import moment
from duebell.console.api.paging import next_page
from duebell.console.api.telling import Tell, told
from duebell.console.current import TheInstance
from duebell.console.problems import problems
from duebell.console.routes import STREAMED
from duebell.errors import NotPossible, Unknown
from duebell.instance import Instance
from duebell.operations.explain import explain
from duebell.operations.replay import Replay
from duebell.operations.retry import retry_all, retry_one
from duebell.operations.skip import skip as skip_event
from duebell.operations.told import Quoted, quoted
from duebell.storage.audit import note
from duebell.storage.circumstances import circumstances
from duebell.storage.event_filter import EventFilter
from duebell.storage.event_log import list_events, show_event

router = APIRouter(prefix="/events")
NOTED = [Depends(noted_within)]
LARGEST_NUMBER = 2**63 - 1
"""What a database's integer holds."""
STILL_OUT = "If a call with it is out at this moment, the target may still get it; whatever it answers, the event stays skipped here."


def the_filter(  # noqa: PLR0913 - one parameter a filter
    instance: TheInstance,
    asking: ThePrincipal,
    environment: str | None = None,
    customer: str | None = None,
    search: str | None = None,
    type: str | None = None,  # noqa: A002 - the word of the trade
    state: str | None = None,
    handler: str | None = None,
    since: str | None = None,
    until: str | None = None,
    text: str | None = None,
) -> EventFilter:
    """Which events; times as `moment` reads them. Who sees no personal data can't try it out either: ids and numbers only.

    Raises:
        NotAllowed: such a one looks for a text.
    """
    now = instance.now()
    sees = asking.sees_personal_data
    if text is not None and not sees:
        raise NotAllowed(f"{asking.name} may look for ids and numbers only, with `search`: a text may be personal data.")
    typed = search.strip() if search else None
    return EventFilter(
        environment=environment,
        customer=customer if sees else None,
        customer_id=None if sees else customer,
        search=typed or None if sees else None,
        reference=None if sees else typed or None,
        type=type,
        state=state,
        handler=handler,
        since=moment(since, now) if since is not None else None,
        until=moment(until, now) if until is not None else None,
        text=text,
    )


TheFilter = Annotated[EventFilter, Depends(the_filter)]
Number = Annotated[int | None, Query(ge=0, le=LARGEST_NUMBER)]
Before = Annotated[int | None, Query(ge=1, le=LARGEST_NUMBER)]


class Skip(BaseModel):
    """Why, and for which handler if not for all."""

    model_config = ConfigDict(extra="forbid")
    because: str
    handler: str | None = None


@router.get("", response_model=answers.EventPage, responses=problems(Unknown))
async def list_(  # noqa: PLR0913 - who asks, what, and which page
    instance: TheInstance,
    request: Request,
    asking: ThePrincipal,
    wanted: TheFilter,
    before: Before = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> dict[str, Any]:
    """`events`, newest first, each with what is owed of it; `before` for the next page, null on the last. See `EventPage`."""
    page = await page_of(instance, asking, wanted, before, limit)
    return page | {"next": next_page(request, before=page["before"])}


async def page_of(
    instance: Instance, asking: Principal, wanted: EventFilter, before: int | None, limit: int
) -> dict[str, Any]:
    """The page as that one may see it."""
    page = asdict(await instance.read(partial(list_events, wanted=wanted, before=before, limit=limit)))
    return page if asking.sees_personal_data else {**page, "events": [masked_event(one) for one in page["events"]]}


@router.post("/retry", response_model=answers.Lines, responses=problems(Unknown), dependencies=NOTED)
async def retry_filtered(instance: TheInstance, asking: ThePrincipal, wanted: TheFilter) -> dict[str, int]:
    """All that waits for a later moment is due at once: how many customers' `lines` that sets going."""
    return {"lines": await retry_all(instance, asking.name, wanted)}


@router.post("/replay", responses=STREAMED, dependencies=NOTED)
async def replay(  # noqa: PLR0913 - what an operator may say of a replay
    instance: TheInstance,
    asking: ThePrincipal,
    wanted: TheFilter,
    event_id: str | None = None,
    as_of: Number = None,
    *,
    tell: bool = False,
    again: bool = False,
    yes: bool = False,
) -> StreamingResponse:
    """Owe settled events anew; without `yes` only say what that would do. The last line is the report."""
    planned = Replay(instance, wanted, event_id=event_id, tell=tell, again=again, as_of=as_of)

    async def work(tell: Tell) -> dict[str, Any]:
        if yes:
            await note_replay(instance, asking.name, wanted, event_id)
        return (await planned.run(tell, do=yes)).as_json()

    return told(work)


async def note_replay(instance: Instance, who: str, wanted: EventFilter, event_id: str | None) -> None:
    """Keep who began a replay, and of what; a text that he looked for may be personal data and isn't kept."""
    ids = {"customer": wanted.customer_id, "type": wanted.type, "state": wanted.state, "handler": wanted.handler}
    shown = ", ".join(f"{name} {value}" for name, value in ids.items() if value)
    spans = {"since": wanted.since, "until": wanted.until}
    shown = ", ".join(filter(None, [shown, *(f"{name} {at:%Y-%m-%d %H:%M} UTC" for name, at in spans.items() if at)]))
    entry = partial(note, at=instance.now(), who=who, action="replayed events", subject=event_id, detail=shown or None)
    await instance.write(entry)


@router.get("/{event_id}", response_model=answers.WholeEvent, responses=problems(Unknown))
async def show(instance: TheInstance, asking: ThePrincipal, event_id: str) -> dict[str, Any]:
    """One event with its attempts and messages; the id may be shortened."""
    found = await instance.read(lambda connection: show_event(connection, event_id))
    return shown(found, asking)


@router.get("/{event_id}/explanation", response_model=answers.Explanation, responses=problems(Unknown))
async def explanation(instance: TheInstance, asking: ThePrincipal, event_id: str) -> dict[str, Any]:
    """Why it waits or why nobody was told, in sentences: `reasons`, each with a `slug`; `event_id` is the other event it is about."""
    now = instance.now()

    def query(connection: Connection) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        found = circumstances(connection, event_id)
        reasons = explain(found, now, dispatching=instance.is_dispatching)
        return show_event(connection, found.event_id), [asdict(reason) for reason in reasons]

    event, reasons = await instance.read(query)
    if not asking.sees_personal_data:
        known = event["cloud_event"]["data"]["customer"]
        reasons = [{**reason, "sentence": masked_sentence(reason["sentence"], known)} for reason in reasons]
    return {"id": event["id"], "reasons": reasons}


@router.get("/{event_id}/messages", response_model=answers.EventMessages, responses=problems(Unknown))
async def messages(instance: TheInstance, asking: ThePrincipal, event_id: str) -> dict[str, Any]:
    """What was sent of it, in the words that its targets have; they are asked now, and what they say is kept nowhere here."""
    event = await instance.read(lambda connection: show_event(connection, event_id))
    known = None if asking.sees_personal_data else event["cloud_event"]["data"]["customer"]
    return {"id": event["id"], "handlers": [_quoted(one, known) for one in await quoted(instance, event["id"])]}


def _quoted(said: Quoted, known: dict[str, Any] | None) -> dict[str, Any]:
    """As the API has it; masked where it is given what is `known` of the customer."""
    shown = asdict(said) | {"told": [{"replay": replay, **asdict(one)} for replay, one in said.told.items()]}
    if known is None:
        return shown
    told = [masked_messages(one, known) for one in shown["told"]]
    return shown | {"because": masked_sentence(said.because, known), "told": told}


@router.post("/{event_id}/retry", response_model=answers.Event, responses=problems(Unknown, NotPossible), dependencies=NOTED)
async def retry(instance: TheInstance, asking: ThePrincipal, event_id: str) -> dict[str, Any]:
    """What waits of it is due at once."""
    return shown(await retry_one(instance, asking.name, event_id), asking)


@router.post("/{event_id}/skip", response_model=answers.Event, responses=problems(Unknown, NotPossible), dependencies=NOTED)
async def skip(instance: TheInstance, asking: ThePrincipal, event_id: str, asked: Skip) -> dict[str, Any]:
    """Settle what waits of it without sending it; its line moves on."""
    skipped = await skip_event(instance, asking.name, event_id, asked.because, asked.handler)
    return {**shown(skipped, asking), "note": STILL_OUT}


def shown(event: dict[str, Any], asking: Principal) -> dict[str, Any]:
    """An event as that one may see it."""
    event = {name: value for name, value in event.items() if name != "stream_id"}
    return event if asking.sees_personal_data else masked_event(event)
