"""How it flowed in the last hour, over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter

from duebell.console.api.answers import Answer
from duebell.console.overview import TheOverview
from duebell.operations.flow import latency
from duebell.storage.flow import Minute

router = APIRouter()


class Latency(Answer):
    """Seconds from recorded to provisioned: half took no longer than `p50`, 95 in 100 no longer than `p95`; null: nothing was told."""

    p50: float | None
    p95: float | None


class OneMinute(Latency):
    """The minute from `start` on: events that were recorded in it, and provisionings that ended well in it, of all handlers."""

    start: datetime
    recorded: int
    provisioned: int


class LastHour(Latency):
    """The whole hour's latency, and its minutes, the oldest first; the last one isn't over yet."""

    minutes: list[OneMinute]


@router.get("/flow")
async def flow(looks: TheOverview) -> LastHour:
    """How much was recorded and told in the last hour, minute by minute, and how fast."""
    minutes = await looks.flow.last_hour()
    return LastHour(**_latency(minutes), minutes=[_minute(one) for one in minutes])


def _minute(one: Minute) -> OneMinute:
    return OneMinute(start=one.start, recorded=one.recorded, provisioned=one.provisioned, **_latency([one]))


def _latency(minutes: Sequence[Minute]) -> dict[str, float | None]:
    known = latency(minutes)
    return {"p50": known.p50 if known else None, "p95": known.p95 if known else None}
