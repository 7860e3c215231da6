"""Playing the story, and looking whether each step was seen on the phone and in Odoo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from duebell.demo.patience import until
from duebell.demo.sandbox import Sandbox
from duebell.demo.service import Service
from duebell.demo.story import Person, Step, Told, World
from duebell.errors import DuebellError

FINAL = {"delivered", "failed", "unknown", "cancelled"}
"""Message states after which nothing more is expected of an SMS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One event of a step, as it was seen: the event whole (`duebell events show --json`), the text on the phone and how it stands.

    `wrong` says what was not as the story has it; None: all was.
    """

    told: Told
    event: dict[str, Any]
    sms: dict[str, Any] | None
    wrong: str | None


def play(steps: Sequence[Step], world: World, service: Service, sandbox: Sandbox) -> Iterator[tuple[Step, Iterator[Seen]]]:
    """Do each step; what was seen of it is found out as it is asked for."""
    for step in steps:
        step.do(world)
        yield step, (see(told, service, sandbox) for told in step.told)


def see(told: Told, service: Service, sandbox: Sandbox) -> Seen:
    """Wait for the event to be in Odoo and, if the customer is told, for the text, the mail and the report of its delivery."""
    event = until(lambda: _provisioned(told, service), f"{told.type} of {told.person.name} to be in Odoo")
    expected = told.text(event["cloud_event"]["data"])
    sms = None
    if expected is not None:
        try:
            event = until(
                lambda: _delivered(event["id"], service), f"the SMS and e-mail of {told.type} to {told.person.name}"
            )
        except DuebellError as error:
            return Seen(told=told, event=event, sms=None, wrong=str(error))
        sms = next(iter(_texts(told.person, expected, sandbox)), None)
    return Seen(told=told, event=event, sms=sms, wrong=_wrong(told, event, expected, sandbox))


def _wrong(told: Told, event: dict[str, Any], expected: str | None, sandbox: Sandbox) -> str | None:
    (owed,) = event["provisionings"]
    if owed["state"] != "provisioned":
        return f"{told.type} of {told.person.name} is {owed['state']}: {owed['because']}"
    if expected is None:
        return f"{told.type} of {told.person.name} told him, and should not have." if event["messages"] else None
    times = len(_texts(told.person, expected, sandbox))
    if times != 1:
        shown = "; ".join(sandbox.texts(told.person.phone)) or "nothing"
        return f"{told.person.name}'s phone shows {times} times instead of once: {expected!r}. It shows: {shown}"
    return None


def _provisioned(told: Told, service: Service) -> dict[str, Any] | None:
    rows = [row for row in service.events_of(told.person) if row["type"] == told.type and row["state"] != "waiting"]
    return service.event(rows[-1]["id"]) if rows else None


def _delivered(event_id: str, service: Service) -> dict[str, Any] | None:
    event = service.event(event_id)
    states = {message["channel"]: message["state"] for message in event["messages"]}
    return event if states.get("sms") in FINAL and states.get("email") in {"sent", *FINAL} else None


def _texts(person: Person, expected: str, sandbox: Sandbox) -> list[dict[str, Any]]:
    return [message for message in sandbox.messages(person.phone) if message["content"] == expected]
