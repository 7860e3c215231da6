"""Events over HTTP: list, show, retry, replay, skip."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict

from duebell.console.api.moment import moment
from duebell.console.api.telling import Tell, told
from duebell.console.current import TheInstance
from duebell.console.routes import STREAMED
from duebell.operations.replay import Replay
from duebell.operations.retry import retry_all
from duebell.storage.event_filter import EventFilter
from duebell.storage.event_log import list_events, show_event
from duebell.storage.retry import retry_event
from duebell.storage.skip import skip_event

router = APIRouter(prefix="/events")
LARGEST_NUMBER = 2**63 - 1
"""What a database's integer holds."""
STILL_OUT = "If a call with it is out at this moment, the target may still get it; whatever it answers, the event stays skipped here."


def _filter(  # noqa: PLR0913 - one parameter a filter
    instance: TheInstance,
    customer: str | None = None,
    type: str | None = None,  # noqa: A002 - the word of the trade
    state: str | None = None,
    handler: str | None = None,
    since: str | None = None,
    until: str | None = None,
    text: str | None = None,
) -> EventFilter:
    """Which events; times as `moment` reads them."""
    now = instance.now()
    return EventFilter(
        customer=customer,
        type=type,
        state=state,
        handler=handler,
        since=moment(since, now) if since is not None else None,
        until=moment(until, now) if until is not None else None,
        text=text,
    )


TheFilter = Annotated[EventFilter, Depends(_filter)]
Number = Annotated[int | None, Query(ge=0, le=LARGEST_NUMBER)]


class Skip(BaseModel):
    """Why, and for which handler if not for all."""

    model_config = ConfigDict(extra="forbid")
    because: str
    handler: str | None = None


@router.get("")
async def list_(
    instance: TheInstance,
    wanted: TheFilter,
    before: Annotated[int | None, Query(ge=1, le=LARGEST_NUMBER)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> dict[str, Any]:
    """`events`, newest first, each with what is owed of it; `before` for the next page, null on the last. See `EventPage`."""
    return asdict(await instance.read(partial(list_events, wanted=wanted, before=before, limit=limit)))


@router.post("/retry")
async def retry_filtered(instance: TheInstance, wanted: TheFilter) -> dict[str, int]:
    """All that waits for a later moment is due at once: how many customers' `lines` that sets going."""
    return {"lines": await retry_all(instance, wanted)}


@router.post("/replay", responses=STREAMED)
async def replay(  # noqa: PLR0913 - what an operator may say of a replay
    instance: TheInstance,
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
        return (await planned.run(tell, do=yes)).as_json()

    return told(work)


@router.get("/{event_id}")
async def show(instance: TheInstance, event_id: str) -> dict[str, Any]:
    """One event with its attempts and messages; the id may be shortened."""
    return await instance.read(lambda connection: show_event(connection, event_id))


@router.post("/{event_id}/retry")
async def retry(instance: TheInstance, event_id: str) -> dict[str, Any]:
    """What waits of it is due at once."""
    return await instance.write(lambda connection: retry_event(connection, event_id, instance.now()))


@router.post("/{event_id}/skip")
async def skip(instance: TheInstance, event_id: str, asked: Skip) -> dict[str, Any]:
    """Settle what waits of it without sending it; its line moves on."""
    unit = partial(skip_event, event_id=event_id, because=asked.because, now=instance.now(), handler=asked.handler)
    return {**await instance.write(unit), "note": STILL_OUT}
