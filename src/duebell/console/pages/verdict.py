"""Is it flowing? In plain words: how it stands, and what to do. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from duebell.alarms.causes import HANDLER, STORAGE, WAITING
from duebell.console.api.stops import WhetherTold
from duebell.console.pages.wording import count
from duebell.errors import StorageError


class Level(IntEnum):
    """How bad it is, worst last."""

    PASSED = 0
    WARNING = 1
    BAD = 2

    @property
    def badge(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that isn't well: `headline` says what, `because` why, `advice` what to do; where to do it is a path of the console."""

    level: Level
    headline: str
    because: str | None = None
    since: datetime | None = None
    advice: str
    path: str = "/handlers"
    place: str = "Handlers"
    """What the place is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`headline` changes only when the state does; `advice` and what else was found have figures in them."""

    level: Level
    headline: str
    advice: str
    findings: tuple[Finding, ...] = ()


STOPPED = "Customers are told nothing."
"""The headline while it is stopped; who did it and why stands above the verdict, with the button that ends it."""


def verdict(status: Mapping[str, Any], told: WhetherTold) -> Verdict:
    """Judge a status, as `Instance.status` gives it, and whether customers are told."""
    findings = tuple(sorted(_findings(status), key=lambda one: -one.level))
    if not told.told:
        return Verdict(level=Level.BAD, headline=STOPPED, advice="Events still reach Odoo's timeline.", findings=findings)
    waiting = sum(_waiting(handler) for handler in status["handlers"] if handler["enabled"])
    if not findings:
        advice = f"{_events(waiting)} on the way." if waiting else "Everything that was recorded has been told."
        return Verdict(level=Level.PASSED, headline="All is well.", advice=advice)
    return Verdict(
        level=findings[0].level,
        headline=findings[0].headline if len(findings) == 1 else f"{len(findings)} things want a look.",
        advice="Nothing is lost: what is recorded waits." if waiting else "Nothing waits.",
        findings=findings,
    )


def storage_failed(error: StorageError) -> Verdict:
    """The verdict while nothing can be read."""
    return Verdict(level=Level.BAD, headline="Duebell can't read its data.", advice=str(error))


def _findings(status: Mapping[str, Any]) -> Iterator[Finding]:
    if not status["dispatching"]:
        advice = "Start `duebell serve` over this data."
        yield Finding(level=Level.BAD, headline="Nothing is delivered: no dispatcher runs.", advice=advice)
    if not any(handler["enabled"] for handler in status["handlers"]):
        advice = "Events are recorded and nobody is told. Enable a handler."
        yield Finding(level=Level.WARNING, headline="No handler is in use.", advice=advice)
    told: set[str] = set()
    for handler in status["handlers"]:
        if found := _of_handler(handler):
            told |= {HANDLER + handler["name"], WAITING + handler["name"]}
            yield found
    yield from (_of_alarm(alarm) for alarm in status["alarms"] if alarm["cause"] not in told)


def _of_handler(handler: Mapping[str, Any]) -> Finding | None:
    """What keeps a handler from taking events; what a person switched goes before what its target says."""
    name, owed = handler["name"], _owed(handler)
    if not handler["enabled"]:
        return _gone(handler) if handler["state"] == "refused" else None
    if handler["paused_at"]:
        return Finding(
            level=Level.WARNING,
            headline=f"{name} is paused.",
            because=handler["paused_because"],
            since=handler["paused_at"],
            advice=f"{owed} Resume it when it may go on.",
        )
    if handler["unconfigured"]:
        return Finding(
            level=Level.WARNING,
            headline=f"{name} is not configured yet.",
            because=handler["unconfigured"],
            advice=f"{owed} Type its configuration, then Verify it.",
            path="/configuration",
            place="Configuration",
        )
    if handler["state"] == "down":
        return Finding(
            level=Level.BAD,
            headline=f"{name} doesn't answer.",
            because=handler["because"],
            since=handler["since"],
            advice=f"{owed} It is tried again each minute; all leaves by itself once it answers.",
        )
    if handler["state"] == "refused":
        return Finding(
            level=Level.BAD,
            headline=f"{name} refuses what it is told.",
            because=handler["because"],
            since=handler["since"],
            advice=f"{owed} Mend what it says, then Verify its configuration.",
            path="/configuration",
            place="Configuration",
        )
    return None


def _gone(handler: Mapping[str, Any]) -> Finding:
    return Finding(
        level=Level.BAD,
        headline=f"{handler['name']} wants no more events, for good.",
        because=handler["because"],
        since=handler["since"],
        advice=f"{_owed(handler)} Give it another address and Verify that, then enable it.",
        path="/configuration",
        place="Configuration",
    )


def _of_alarm(alarm: Mapping[str, Any]) -> Finding:
    where = (alarm["links"] or [{"title": "Alarms", "path": "/alarms"}])[0]
    return Finding(
        level=Level.BAD if alarm["cause"] == STORAGE else Level.WARNING,
        headline=f"{alarm['title']}.",
        because=alarm["sentence"],
        since=alarm["since"],
        advice=alarm["remedy"],
        path=where["path"],
        place=where["title"],
    )


def _waiting(handler: Mapping[str, Any]) -> int:
    return int(handler["owed"].get("waiting", 0))


def _owed(handler: Mapping[str, Any]) -> str:
    waiting = _waiting(handler)
    return f"{_events(waiting)} waiting for it." if waiting else "Nothing waits for it."


def _events(number: int) -> str:
    return f"{count(number)} event is" if number == 1 else f"{count(number)} events are"
