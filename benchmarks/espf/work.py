"""The program that measures ours: `python -m benchmarks.espf.work`, its order on the standard input, its answer printed."""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

import structlog
from sqlalchemy import Connection, func, select

from benchmarks import crowd
from benchmarks.espf import promptness, serving
from benchmarks.espf.bare_rows import bare_rows
from benchmarks.espf.composition import at_work, opened
from duebell.espf.handler import Owed
from duebell.espf.provisioning import State
from duebell.instance import utc_now
from duebell.storage.recorder import record
from duebell.storage.tables import provisioning

AT_ONCE = 1000
READY = "ready"
_MB = 1024  # of what the system counts in


def fill(url: str, streams: int, events: int) -> Mapping[str, Any]:
    """Record so many events of so many customers."""
    happenings = crowd.notices(utc_now(), customers=streams, events=events)
    started = time.perf_counter()
    with opened(url) as store:
        while some := list(islice(happenings, AT_ONCE)):
            store.write(partial(record, happenings=some, recorded_at=utc_now())).result()
    return {"events": events, "seconds": time.perf_counter() - started}


async def dispatch(url: str, processes: int = 1) -> Mapping[str, Any]:
    """Deliver all that is owed, as one of so many processes: it says when it is ready and begins when it is told to.

    The clock runs until the last event is settled and committed.
    """
    log = _Log()
    with opened(url) as store:
        async with at_work(store, log.called, processes) as dispatcher:
            if processes > 1:
                await asyncio.to_thread(_wait_for_the_others)
            started = time.perf_counter()
            await dispatcher.drain()
            took = time.perf_counter() - started
        if processes == 1 and (left := store.read(_waiting)):
            raise RuntimeError(f"{left} events were not delivered: the measurement doesn't count.")
    return {"events": log.count, "seconds": took, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MB}


def _wait_for_the_others() -> None:
    print(READY, flush=True)
    sys.stdin.readline()


def _waiting(connection: Connection) -> int:
    waiting = select(func.count()).where(provisioning.c.state == State.WAITING.value)
    return connection.execute(waiting).scalar_one()


class _Log:
    """Counts, and watches the order of each stream."""

    def __init__(self) -> None:
        self.count = 0
        self._last: dict[int, int] = {}

    def called(self, batch: Sequence[Owed]) -> None:
        for owed in batch:
            if owed.provisioning <= self._last.get(owed.stream, 0):
                raise RuntimeError(f"Stream {owed.stream} is out of order: the measurement doesn't count.")
            self._last[owed.stream] = owed.provisioning
        self.count += len(batch)


ORDERS: Mapping[str, Callable[..., Mapping[str, Any] | Awaitable[Mapping[str, Any]]]] = {
    "fill": fill,
    "dispatch": dispatch,
    promptness.OURS: promptness.ours,
    promptness.FLOOR: promptness.bare,
    "serve": serving.serve,
    "bare rows": bare_rows,
}


async def _answer(result: Awaitable[Mapping[str, Any]]) -> Mapping[str, Any]:
    return await result


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    order = json.loads(sys.stdin.readline())
    result = ORDERS[order.pop("do")](**order)
    print(json.dumps(result if isinstance(result, Mapping) else asyncio.run(_answer(result))))


if __name__ == "__main__":
    main()
