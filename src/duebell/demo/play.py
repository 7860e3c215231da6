"""Playing the story, and looking whether each step was seen on the phone and in Odoo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from duebell.demo.patience import until
from duebell.demo.sandbox import Sandbox
from duebell.demo.service import Service
from duebell.demo.story import Told
from duebell.errors import DuebellError

GOOD = {"sent", "delivered"}
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


class Audience:
    """Looks whether what a step led to was seen on the phone and in Odoo. `disturbed`: the story's outages take place."""

    def __init__(self, service: Service, sandbox: Sandbox, *, disturbed: bool) -> None:
        self._service = service
        self._sandbox = sandbox
        self._disturbed = disturbed

    def see(self, told: Told) -> Seen:
        """Wait for the event to be in Odoo and, if the customer is told, for the text, the mail and the report of delivery."""
        name = f"{told.type} of {told.person.name}"
        event = until(lambda: self._settled(told), f"{name} to be in Odoo")
        expected = told.text(event["cloud_event"]["data"], disturbed=self._disturbed)
        if expected is None:
            wrong = f"{name} told the customer, and should not have." if event["messages"] else _not_provisioned(name, event)
            return Seen(told=told, event=event, sms=None, wrong=wrong)
        try:
            event = until(lambda: self._delivered(event["id"]), f"the SMS and the e-mail of {name}")
        except DuebellError as error:
            return Seen(told=told, event=event, sms=None, wrong=str(error))
        failed = [
            f"{one['channel']} {one['state']}: {one['because']}" for one in event["messages"] if one["state"] not in GOOD
        ]
        texts = [one for one in self._sandbox.messages(told.person.phone) if one["content"] == expected]
        wrong = _not_provisioned(name, event)
        if failed:
            wrong = f"Of {name}: {'; '.join(failed)}"
        elif len(texts) != 1:
            shown = "; ".join(self._sandbox.texts(told.person.phone)) or "nothing"
            wrong = f"{told.person.name}'s phone shows {len(texts)} times instead of once: {expected} It shows: {shown}"
        return Seen(told=told, event=event, sms=texts[0] if texts else None, wrong=wrong)

    def uninvited(self) -> str | None:
        """What is wrong with the phones as a whole, after the story: a text sent twice."""
        counts = self._sandbox.counts()
        doubled = counts["messages"] - counts["uuids"]
        return f"The phones got {doubled} texts twice." if doubled else None

    def _settled(self, told: Told) -> dict[str, Any] | None:
        rows = [
            row
            for row in self._service.events_of(told.person)
            if row["type"] == told.type and all(owed["state"] != "waiting" for owed in row["provisionings"])
        ]
        return self._service.event(rows[-1]["id"]) if rows else None

    def _delivered(self, event_id: str) -> dict[str, Any] | None:
        event = self._service.event(event_id)
        states = {message["channel"]: message["state"] for message in event["messages"]}
        return event if states.get("sms") in FINAL and states.get("email") in {"sent", *FINAL} else None


def _not_provisioned(name: str, event: dict[str, Any]) -> str | None:
    (owed,) = event["provisionings"]
    return None if owed["state"] == "provisioned" else f"{name} is {owed['state']}: {owed['because']}"
