"""What became of an event, in the few words of a badge, and as a story from the fact to the message."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from duebell.console.pages import wording

_UNTOLD: Mapping[str, str] = {
    "superseded": "Not sent: no longer true",
    "too late": "Not sent: too late",
    "older": "Not sent: newer is known",
    "no rule": "Not sent: no text for it",
    "unmatched": "Not sent: no contact yet",
}
_REJECTED: Mapping[str, str] = {"event": "Rejected: data", "internal": "Rejected: bug"}
_OUTCOMES: Mapping[str, str] = {"TryAgain": "Put off", "Refused": "Rejected", "NotAttempted": "Not tried"}
_TYPE = re.compile("|".join(map(re.escape, sorted(wording.EVENTS, key=len, reverse=True))))
_CHANNELS: Mapping[str, str] = {"sms": "SMS", "email": "E-mail"}
_OF_MESSAGES: Mapping[str, str] = {"sent": "delivered", "delivered": "delivered", "failed": "failed", "cancelled": "skipped"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """`kind` is the badge's class, `text` what people read."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One thing that happened, or is to happen, at a moment (aware); `text` may come from a target."""

    at: datetime
    title: str
    kind: str = "calm"
    text: str | None = None
    link: str | None = None
    seconds: float | None = None


def fate(owed: Mapping[str, Any]) -> Badge:
    """Of one provisioning, as `storage.event_log` lists it."""
    state, because = owed["state"], owed["because"]
    if state == "provisioned" and because is not None:
        return Badge(kind="skipped", text=_UNTOLD.get(because, "Not sent"))
    if state == "refused":
        return Badge(kind="refused", text=_REJECTED.get(owed["kind"], "Rejected"))
    return Badge(kind=state, text=wording.state(state, owed["handler_type"]))


def in_plain_words(sentence: str) -> str:
    """Event types as people read them."""
    return _TYPE.sub(lambda found: wording.event(found[0]), sentence)


def story(event: Mapping[str, Any]) -> list[Chapter]:
    """Of one event with all that is owed of it, as `storage.event_log` shows it: the fact, then the rest, the oldest first.

    The fact may be dated later than what followed from it: billing may run on a fast clock.
    """
    followed = [
        Chapter(at=event["recorded_at"], title="Recorded", text=f"Number {event['sequence']} of this customer's line."),
        *(chapter for owed in event["provisionings"] for chapter in _chapters(owed, event["recorded_at"])),
    ]
    fact = Chapter(at=event["occurred_at"], title=f"{wording.event(event['type'])} in billing")
    return [fact, *sorted(followed, key=lambda chapter: chapter.at)]


def _chapters(owed: Mapping[str, Any], recorded_at: datetime) -> Iterator[Chapter]:
    handler, attempts = owed["handler"], owed["attempts"]
    if owed["replay"]:
        began = attempts[0]["started_at"] if attempts else owed["next_at"]
        yield Chapter(at=began, title=f"Owed to {handler} once more: replay {owed['replay']}")
    else:
        yield Chapter(at=recorded_at, title=f"Owed to {handler}")
    yield from (_of_attempt(one, owed) for one in attempts)
    if owed["state"] == "waiting":
        yield Chapter(at=owed["next_at"], title=f"Due to leave for {handler}", kind="waiting", text=owed["because"])
    elif owed["state"] == "skipped":
        yield Chapter(at=owed["next_at"], title=f"Skipped, not sent to {handler}", kind="skipped", text=owed["because"])
    ended = max((one["started_at"] + timedelta(seconds=one["seconds"]) for one in attempts), default=recorded_at)
    yield from (_of_message(one, ended) for one in owed["messages"])


def _of_attempt(attempt: Mapping[str, Any], owed: Mapping[str, Any]) -> Chapter:
    """The last attempt of what was given up says so."""
    took, outcome = attempt["outcome"] == "Provisioned", attempt["outcome"]
    text = attempt["because"] and (_UNTOLD.get(attempt["because"]) or attempt["because"])
    title = f"{owed['handler']} has it" if took else f"{_OUTCOMES.get(outcome, outcome)} by {owed['handler']}"
    kind = "provisioned" if took else "refused" if outcome == "Refused" else "waiting"
    if owed["state"] == "exhausted" and attempt is owed["attempts"][-1]:
        title, kind = f"Gave up on {owed['handler']}: needs a person", "exhausted"
    link = owed["link"] if took else None
    return Chapter(at=attempt["started_at"], title=title, kind=kind, text=text, link=link, seconds=attempt["seconds"])


def _of_message(message: Mapping[str, Any], not_before: datetime) -> Chapter:
    """Odoo tells whole seconds: without `not_before` a message would seem older than the call that it came from."""
    state = message["state"]
    title = f"{_CHANNELS.get(message['channel'], message['channel'])} {state}"
    at = max(message["at"], not_before)
    return Chapter(at=at, title=title, kind=_OF_MESSAGES.get(state, "waiting"), text=message["because"])


def sent(handlers: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What was sent of an event, as the API's `messages` tells it, each message with its channel's name, `by`, and its state's badge."""
    return [
        {**said, "told": [{**told, "messages": list(map(of_message, told["messages"]))} for told in said["told"]]}
        for said in handlers
    ]


def of_message(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message with its channel's name, `by`, and its state's badge."""
    state = message["state"]
    badge = Badge(kind=_OF_MESSAGES.get(state, "waiting"), text=state.capitalize())
    return {**message, "by": _CHANNELS.get(message["channel"], message["channel"]), "badge": badge}


def listed(events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Events of a list, each with the `fates` of what is owed of it."""
    return [{**event, "fates": [(owed, fate(owed)) for owed in event["provisionings"]]} for event in events]
