"""The stand-in's control: its nuisances, its EventSender, its sessions, and what its API shows instead of what billing says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from duebell.sandbox.portabilling.current import TheBooks, TheSender, TheSessions, TheSwitches
from duebell.sandbox.portabilling.nuisances import Nuisances
from duebell.sandbox.portabilling.raw_event import PostedEvent
from duebell.sandbox.portabilling.sending import Sending


class Said(BaseModel):
    """An event to send, of any type; it gets a number of its own."""

    model_config = ConfigDict(extra="forbid")

    event_type: str
    variables: dict[str, str] = {}


class Shown(BaseModel):
    """Fields that the API shows from now on, by PortaBilling's names; null: as billing has them. `event_type` is then sent."""

    model_config = ConfigDict(extra="forbid")

    fields: dict[str, str | None]
    event_type: str | None = None


router = APIRouter(prefix="/control")


@router.get("/nuisances")
async def nuisances(switches: TheSwitches) -> Nuisances:
    return switches.on


@router.put("/nuisances")
async def switch(
    switches: TheSwitches, on: Nuisances, seconds: Annotated[float | None, Query(gt=0, le=3600)] = None
) -> Nuisances:
    switches.switch(on, seconds)
    return switches.on


@router.get("/sending")
async def sending(sender: TheSender) -> dict[str, Any]:
    return _without_password(sender.sending)


@router.put("/sending")
async def send_to(sender: TheSender, sending: Sending) -> dict[str, Any]:
    sender.send_to(sending)
    return _without_password(sender.sending)


@router.get("/events")
async def events(sender: TheSender) -> dict[str, Any]:
    kinds = {"waiting": sender.waiting(), "taken": sender.taken, "lost": sender.lost, "coalesced": sender.coalesced}
    stands = {"idle": sender.is_idle, "counts": asdict(sender.counts)}
    return stands | {kind: _listed(events) for kind, events in kinds.items()}


@router.post("/events", status_code=201)
async def say(sender: TheSender, said: Said) -> dict[str, object]:
    return sender.say(said.event_type, said.variables).body()


@router.post("/sessions/expire", status_code=204)
async def expire(sessions: TheSessions) -> None:
    sessions.expire_tokens()


@router.post("/sessions/end", status_code=204)
async def end(sessions: TheSessions) -> None:
    sessions.end_all()


@router.put("/shown/{external_id}", status_code=204)
async def show_customer(books: TheBooks, external_id: str, shown: Shown) -> None:
    books.show_instead(external_id, None, shown.fields, shown.event_type)


@router.put("/shown/{external_id}/{number}", status_code=204)
async def show_invoice(books: TheBooks, external_id: str, number: str, shown: Shown) -> None:
    books.show_instead(external_id, number, shown.fields, shown.event_type)


def _without_password(sending: Sending) -> dict[str, Any]:
    return sending.model_dump(exclude={"password"})


def _listed(events: Iterable[PostedEvent]) -> list[dict[str, object]]:
    return [event.body() for event in events]
