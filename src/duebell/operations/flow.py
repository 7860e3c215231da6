"""How it flowed in the last hour, minute by minute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from duebell.storage.flow import Minute, minute

if TYPE_CHECKING:
    from duebell.instance import Instance

MINUTES = 60
SETTLED = timedelta(minutes=1)
"""What happened in a minute may be committed a little later: only then it is kept as counted."""
ONE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Seconds from recorded to provisioned: half were faster than `p50`, 95 in 100 than `p95`."""

    p50: float
    p95: float


class Flow:
    """The last hour's minutes. What is over is counted once, in this process's memory; the last two minutes each time.

    All that is counted is read from the database, so that several processes on one PostgreSQL say the same.
    """

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._over: dict[datetime, Minute] = {}

    async def last_hour(self) -> Sequence[Minute]:
        """The minutes of the last hour, the oldest first; the last one isn't over yet."""
        now = self._instance.now()
        current = now.replace(second=0, microsecond=0)
        starts = [current - ONE * before for before in reversed(range(MINUTES))]
        known = self._over

        def query(connection: Connection) -> list[Minute]:
            return [known.get(start) or minute(connection, start) for start in starts]

        minutes = await self._instance.read(query)
        self._over = {one.start: one for one in minutes if one.start + ONE + SETTLED <= now}
        return minutes


def latency(minutes: Sequence[Minute]) -> Latency | None:
    """The latency over these minutes, each with as much weight as was provisioned in it; None: nothing was."""
    weighted = sorted((seconds, one.provisioned / len(one.latencies)) for one in minutes for seconds in one.latencies)
    if not weighted:
        return None
    return Latency(p50=_quantile(weighted, 0.5), p95=_quantile(weighted, 0.95))


def _quantile(weighted: Sequence[tuple[float, float]], part: float) -> float:
    left = part * sum(weight for _, weight in weighted)
    for seconds, weight in weighted:
        left -= weight
        if left <= 0:
            return seconds
    return weighted[-1][0]
