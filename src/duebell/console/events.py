"""Events over HTTP: list, show, retry, replay."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from duebell.console.current import TheInstance
from duebell.storage.event_log import EventFilter, list_events, replay_event, retry_event, show_event

router = APIRouter(prefix="/events")
LARGEST_NUMBER = 2**63 - 1
"""What a database's integer holds."""


@router.get("")
async def list_(  # noqa: PLR0913 - one parameter a filter
    instance: TheInstance,
    customer: str | None = None,
    type: str | None = None,  # noqa: A002 - the word of the trade
    state: str | None = None,
    text: str | None = None,
    before: Annotated[int | None, Query(ge=1, le=LARGEST_NUMBER)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> list[dict[str, Any]]:
    """Newest first; `before` is the last row's `number` for the next page."""
    wanted = EventFilter(customer=customer, type=type, state=state, text=text, before=before, limit=limit)
    return await instance.read(lambda connection: list_events(connection, wanted))


@router.get("/{event_id}")
async def show(instance: TheInstance, event_id: str) -> dict[str, Any]:
    """One event with its attempts and messages; the id may be shortened."""
    return await instance.read(lambda connection: show_event(connection, event_id))


@router.post("/{event_id}/retry")
async def retry(instance: TheInstance, event_id: str) -> dict[str, Any]:
    """What waits of it is due at once."""
    return await instance.write(lambda connection: retry_event(connection, event_id, instance.now()))


@router.post("/{event_id}/replay")
async def replay(instance: TheInstance, event_id: str, *, tell: bool = False) -> dict[str, Any]:
    """Owe it anew; without `tell` it reaches the timeline only."""
    return await instance.write(lambda connection: replay_event(connection, event_id, instance.now(), tell=tell))
