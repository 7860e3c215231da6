"""One batch on its way: as a whole if the target takes it, else in smaller calls until a culprit stands alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import structlog

from duebell.espf.handler import (
    BatchRefused,
    EventHandler,
    NotAttempted,
    Outcome,
    Owed,
    ProvisioningError,
    RefusalKind,
    Refused,
    TargetDown,
    TryAgain,
)

log = structlog.get_logger(__name__)

LONE_TRIES = 3
"""A call with one event that is refused as a whole, with nothing accepted beside it, is made so often before the event is at fault."""
SUSPICIOUS = 3
"""So many customers refused one by one, and nobody accepted: it is the target that fails, not the events."""

Settle = Callable[[Sequence[Owed], Mapping[int, Outcome], datetime], Awaitable[None]]
"""Write what a call that began at that moment made of these."""


@dataclass(frozen=True, slots=True)
class _Culprit:
    owed: Owed
    because: str
    started_at: datetime


async def deliver(batch: Sequence[Owed], target: EventHandler, settle: Settle, now: Callable[[], datetime]) -> None:
    """Make the call, or the smaller ones, and settle what came of each.

    A stream of which an event did not end is left for the next batch, so that its order holds.

    Raises:
        TargetDown, ConfigurationRefused: the target, not the events; what had ended before is settled, the rest waits.
    """
    waiting = [batch]
    blocked: set[int] = set()
    culprits: list[_Culprit] = []
    accepted = False
    while waiting:
        part = [owed for owed in waiting.pop(0) if owed.stream not in blocked]
        if not part:
            continue
        started_at = now()
        try:
            outcomes = await _provision(target, part)
        except BatchRefused as refused:
            if len(part) > 1:
                waiting[:0] = _halves(part)
                continue
            culprits.append(_Culprit(part[0], refused.because, started_at))
            blocked.add(part[0].stream)
            if len(culprits) == SUSPICIOUS and not accepted:
                raise TargetDown(f"It refuses every call. {refused.because}", status=refused.status) from refused
            continue
        accepted = True
        await settle(part, outcomes, started_at)
        blocked |= {owed.stream for owed in part if isinstance(outcomes[owed.provisioning], TryAgain | NotAttempted)}
    for culprit in culprits:
        outcome = _outcome(culprit, guilty=accepted or culprit.owed.attempts + 1 >= LONE_TRIES)
        await settle([culprit.owed], {culprit.owed.provisioning: outcome}, culprit.started_at)


def by_stream(batch: Iterable[Owed]) -> list[list[Owed]]:
    """The batch's events, those of a stream together and in order."""
    ordered = sorted(batch, key=lambda owed: owed.stream)  # stable: each stream keeps its order
    return [list(group) for _, group in groupby(ordered, key=lambda owed: owed.stream)]


async def _provision(target: EventHandler, part: Sequence[Owed]) -> Mapping[int, Outcome]:
    try:
        return await target.provision(part)
    except ProvisioningError:
        raise
    except Exception as bug:  # a bug must end as a row that a person sees, and must not stop other streams
        log.exception("handler failed", events=len(part))
        raise BatchRefused(f"An internal error ({type(bug).__name__}); the log tells more.") from bug


def _outcome(culprit: _Culprit, *, guilty: bool) -> Outcome:
    return Refused(culprit.because, RefusalKind.INTERNAL) if guilty else TryAgain(culprit.because)


def _halves(batch: Sequence[Owed]) -> list[list[Owed]]:
    """Two smaller batches, by stream where there are several, else by order within the one."""
    streams = by_stream(batch)
    parts = streams if len(streams) > 1 else [[owed] for owed in batch]
    middle = len(parts) // 2
    return [[owed for part in half for owed in part] for half in (parts[:middle], parts[middle:])]
