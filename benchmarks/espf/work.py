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

from benchmarks import crowd
from benchmarks.espf.composition import dispatcher, opened
from duebell.espf.handler import Owed
from duebell.instance import utc_now
from duebell.storage.recorder import record

AT_ONCE = 1000
_MB = 1024  # of what the system counts in


def fill(url: str, streams: int, events: int) -> Mapping[str, Any]:
    """Record so many events of so many customers."""
    happenings = crowd.notices(utc_now(), customers=streams, events=events)
    started = time.perf_counter()
    with opened(url) as store:
        while some := list(islice(happenings, AT_ONCE)):
            store.write(partial(record, happenings=some, recorded_at=utc_now())).result()
    return {"events": events, "seconds": time.perf_counter() - started}


async def dispatch(url: str, events: int) -> Mapping[str, Any]:
    """Deliver all that is owed; the clock runs until the last event is settled and committed."""
    log = _Log()
    with opened(url) as store:
        started = time.perf_counter()
        await dispatcher(store, log.called).drain()
        took = time.perf_counter() - started
    if log.count != events:
        raise RuntimeError(f"{events} events were owed, {log.count} were delivered: the measurement doesn't count.")
    return {"events": events, "seconds": took, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MB}


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
