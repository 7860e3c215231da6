"""What is watched, and when it is an alarm: from facts to sentences. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from duebell.alarms.causes import CONFIGURATION, DISK, HANDLER, SILENCE, WAITING
from duebell.alarms.open_hours import OpenHours
from duebell.espf.queue import HandlerRow, HandlerState

_BYTES_A_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Beyond these it is an alarm; no time and no space (bytes): never."""

    oldest_waiting: timedelta
    silence_after: timedelta
    silence_counts: OpenHours
    free_space: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """What a process that keeps watch knows of its own machine."""

    machine: str
    free_space: int
    """Of the data folder's disk, in bytes."""
    trouble: str | None
    """Why it can't read how to tell alarms; None: it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was found."""

    here: Here
    handlers: Sequence[HandlerRow]
    waiting_since: Mapping[int, datetime]
    """By handler id, since when the oldest event that it is owed waits; without those that nothing waits for."""
    latest_recorded: datetime | None
    """When the latest event was recorded; None: there was none yet."""
    unhandled: Mapping[str, bool] = field(default_factory=dict)
    """For each standing alarm about failed events, whether one of them was neither skipped nor replayed."""


def findings(facts: Facts, limits: Limits, now: datetime) -> dict[str, str | None]:
    """Return for each cause that is watched the sentence of its alarm; None: all is well with it."""
    return {
        **{WAITING + row.name: _waiting(row, facts.waiting_since.get(row.id), limits, now) for row in facts.handlers},
        SILENCE: _silence(facts.latest_recorded, limits, now),
        DISK + facts.here.machine: _disk(facts.here.free_space, limits),
        CONFIGURATION + facts.here.machine: facts.here.trouble,
    }


def ended(facts: Facts) -> set[str]:
    """Return the causes that are over though nobody said so: a handler not in use any more, failed events all handled."""
    unused = {HANDLER + row.name for row in facts.handlers if not row.enabled and row.state is not HandlerState.REFUSED}
    return unused | {cause for cause, unhandled in facts.unhandled.items() if not unhandled}


def _waiting(row: HandlerRow, since: datetime | None, limits: Limits, now: datetime) -> str | None:
    if not row.enabled or since is None or now - since <= limits.oldest_waiting:
        return None
    minutes = limits.oldest_waiting // timedelta(minutes=1)
    return f"The oldest event owed to {row.name} waits since {_moment(since)}, longer than {minutes} min. {_why(row)}"


def _why(row: HandlerRow) -> str:
    if row.paused_at is not None:
        return f"{row.name} was paused at {_moment(row.paused_at)}: resume it when it may go on."
    if row.state is not HandlerState.UP:
        return f"{row.name} is {row.state} since {_moment(row.since)}: {row.because}"
    return f"{row.name} takes events: either more come than it takes, or this customer's line is held up."


def _silence(latest: datetime | None, limits: Limits, now: datetime) -> str | None:
    if latest is None or not limits.silence_after:
        return None
    if limits.silence_counts.between(latest, now) <= limits.silence_after:
        return None
    hours = limits.silence_after // timedelta(hours=1)
    return f"The latest event was recorded at {_moment(latest)}: for over {hours} h billing has told nothing."


def _disk(free: int, limits: Limits) -> str | None:
    if free >= limits.free_space:
        return None
    return f"The data folder's disk has less than {limits.free_space // _BYTES_A_MEGABYTE} MB free."


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} (UTC)"
