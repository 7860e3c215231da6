"""The handlers at work: for each row its target, its dispatcher and the poll of its receipts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from duebell.errors import NotConfigured
from duebell.espf.agreement import Pairing, Terms, not_told
from duebell.espf.dispatcher import Dispatcher
from duebell.espf.handler import ConfigurationRefused, EventHandler, Outcome, Owed
from duebell.espf.pace import Limits, Pace
from duebell.espf.provisioning import Settlement
from duebell.espf.queue import HandlerRow, Queue
from duebell.espf.receipts import ReceiptPoll, ReceiptsKept
from duebell.espf.retry import RetryPolicy
from duebell.espf.still_true import StillTrue, as_recorded
from duebell.handlers import TYPES, limits
from duebell.tasks import Alarm, cancelled, keep_running


class Deliveries:
    """What is at work now, by handler row.

    `share` is this process's part of what targets bear; `settled` is told, by the handler's name, what calls made of what they carried;
    `still_true` asks the sources of what has waited.
    """

    def __init__(  # noqa: PLR0913 - the composition root passes every collaborator in
        self,
        queue: Queue,
        receipts: ReceiptsKept,
        now: Callable[[], datetime],
        alarm: Alarm,
        *,
        share: Callable[[], float] = lambda: 1.0,
        settled: Callable[[str, Sequence[Settlement]], None] = lambda *_: None,
        still_true: StillTrue = as_recorded,
    ) -> None:
        self._queue = queue
        self._receipts = receipts
        self._now = now
        self._alarm = alarm
        self._share = share
        self._settled = settled
        self._still_true = still_true
        self._running: dict[int, _Delivery] = {}
        self._one_at_a_time = asyncio.Lock()

    async def start(
        self,
        row: HandlerRow,
        read: Callable[[], Mapping[str, str]],
        retry: Callable[[], RetryPolicy] = RetryPolicy,
        terms: Callable[[], Terms | None] = lambda: None,
    ) -> None:
        """Let a handler work with the configuration that `read` and `retry` give, on the `terms`, unless it does already.

        Without one it waits, and says why.
        """
        async with self._one_at_a_time:  # two at once would leave two dispatchers, and a customer in two calls
            values, policy = await asyncio.to_thread(_configured, read), await asyncio.to_thread(retry)
            agreed = await asyncio.to_thread(terms)
            running = self._running.get(row.id)
            if running and (running.values, running.policy, running.terms) == (values, policy, agreed):
                running.dispatcher.wake()
                return
            await self.stop(row.id)
            self._running[row.id] = self._started(row, values, policy, agreed)

    def _started(
        self, row: HandlerRow, values: Mapping[str, str] | str, policy: RetryPolicy, terms: Terms | None
    ) -> _Delivery:
        target = _target(row.type, values, terms)
        poll = ReceiptPoll(row.id, target, self._receipts)
        dispatcher = Dispatcher(
            row.id,
            queue=self._queue,
            target=target,
            now=self._now,
            policy=policy,
            pace=Pace(Limits() if isinstance(values, str) else limits(values), share=self._share),
            provisioned=poll.wake,
            settled=partial(self._settled, row.name),
            still_true=self._still_true,
        )
        work = {f"delivery to {row.name}": dispatcher.run, f"receipts of {row.name}": poll.run}
        tasks = [
            # Their own context: whatever request started them, they aren't part of it.
            asyncio.create_task(keep_running(name, run, self._alarm), context=Context())
            for name, run in work.items()
        ]
        return _Delivery(row.name, values, policy, terms, target, dispatcher, tasks)

    async def stop(self, handler_id: int) -> None:
        """End one; a call that is out is made again when it starts."""
        if handler_id in self._running:
            await self._running.pop(handler_id).close()

    async def stop_others(self, handler_ids: Collection[int]) -> None:
        """End all but these."""
        for handler_id in self._running.keys() - set(handler_ids):
            await self.stop(handler_id)

    async def stop_all(self) -> None:
        for handler_id in list(self._running):
            await self.stop(handler_id)

    def wake(self) -> None:
        """Something may have become due."""
        for delivery in self._running.values():
            delivery.dispatcher.wake()

    @property
    def dispatchers(self) -> Mapping[str, Dispatcher]:
        """Those at work, by their handlers' names."""
        return {one.name: one.dispatcher for one in self._running.values()}

    def in_flight(self, handler_id: int) -> int:
        """How many customers are in a call of this handler's now."""
        return len(self._running[handler_id].dispatcher.in_flight) if handler_id in self._running else 0

    def customers_in_flight(self) -> dict[int, int]:
        """The same of every handler at work."""
        return {id_: self.in_flight(id_) for id_ in self._running}

    def unconfigured(self) -> dict[str, str]:
        """The handlers that nothing is in force for, by name, each with the sentence that says so."""
        return {one.name: one.values for one in self._running.values() if isinstance(one.values, str)}

    def streams_in_flight(self) -> set[int]:
        """The streams that are in a call of any handler's now."""
        return {stream for delivery in self._running.values() for stream in delivery.dispatcher.in_flight}


@dataclass(frozen=True, slots=True)
class _Delivery:
    """`values` is the configuration it works with, or the sentence why there is none."""

    name: str
    values: Mapping[str, str] | str
    policy: RetryPolicy
    terms: Terms | None
    target: EventHandler
    dispatcher: Dispatcher
    tasks: Sequence[asyncio.Task[None]]

    async def close(self) -> None:
        for task in self.tasks:
            await cancelled(task)
        await self.target.close()


def _configured(read: Callable[[], Mapping[str, str]]) -> Mapping[str, str] | str:
    try:
        return read()
    except NotConfigured as error:
        return str(error)


def _target(type_: str, values: Mapping[str, str] | str, terms: Terms | None) -> EventHandler:
    if isinstance(values, str):
        return _Waiting(values)
    target = TYPES[type_].build(values)
    if isinstance(target, Pairing):
        target.terms = terms
        return target
    because = terms and not_told(terms)
    return _Waiting(because) if because else target


class _Waiting:
    """Stands where a handler will be once its group is configured, and it may be told: everything waits."""

    max_batch = 1

    def __init__(self, because: str) -> None:
        self._because = because

    async def provision(self, batch: Sequence[Owed]) -> Mapping[int, Outcome]:  # noqa: ARG002 - the port
        raise ConfigurationRefused(self._because)

    async def probe(self) -> None:
        raise ConfigurationRefused(self._because)

    async def close(self) -> None:
        return
