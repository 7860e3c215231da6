"""Takes what is owed to one handler to its target: per stream in order, batched, several calls in flight, nothing lost.

A stream is in at most one call at a time. What gathers during the calls is the next batch, so an idle handler sends at once and
a busy one sends full calls. If the process ends in mid-call, nothing is settled and the same calls are made again with the
same keys.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from duebell.espf.delivery import by_stream, deliver
from duebell.espf.handler import (
    ConfigurationRefused,
    EventHandler,
    Outcome,
    Owed,
    ProvisioningError,
    TargetDown,
    TargetGone,
)
from duebell.espf.pace import Pace
from duebell.espf.provisioning import Call, Settlement, State
from duebell.espf.queue import HandlerState, Queue
from duebell.espf.retry import RetryPolicy
from duebell.espf.still_true import StillTrue, as_recorded
from duebell.trace import CURRENT, Trace

log = structlog.get_logger(__name__)

SOON = timedelta(milliseconds=50)
FIRST_PROBE = timedelta(seconds=1)
SLOWEST_PROBE = timedelta(minutes=1)
LONGEST_SLEEP = 60.0
"""Seconds: a clock that was set forward, or a machine that slept, makes due what was to wait for longer."""


class Dispatcher:
    """The deliveries of one handler row. `run()` until cancelled; `wake()` whenever something may have become due."""

    def __init__(  # noqa: PLR0913 - the composition root passes every collaborator in
        self,
        handler_id: int,
        *,
        queue: Queue,
        target: EventHandler,
        now: Callable[[], datetime],
        policy: RetryPolicy,
        pace: Pace,
        provisioned: Callable[[], None] = lambda: None,
        settled: Callable[[Sequence[Settlement]], None] = lambda _: None,
        still_true: StillTrue = as_recorded,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._handler_id = handler_id
        self._queue = queue
        self._target = target
        self._now = now
        self._policy = policy
        self._provisioned = provisioned
        self._settled = settled
        self._still_true = still_true
        self._jitter = jitter
        self._pace = pace
        self._woken = asyncio.Event()
        self._moved = asyncio.Event()
        self._probing = False
        self._calls: dict[asyncio.Task[None], frozenset[int]] = {}
        self._lines: int | None = None
        self._rest_until = 0.0
        self._probe_wait = FIRST_PROBE
        self._stood_back_at: datetime | None = None
        self._probe_at: datetime | None = None

    def wake(self) -> None:
        """Something was recorded, replayed or applied: look at once."""
        self._woken.set()

    async def moves(self) -> None:
        """Return when it has looked for work once more: it isn't stuck. A probe may take long and is no standstill."""
        if not self._probing:
            self._moved.clear()
            self.wake()
            await self._moved.wait()

    @property
    def in_flight(self) -> Collection[int]:
        """The streams that are in a call now."""
        return set().union(*self._calls.values())

    async def run(self) -> None:
        """Deliver until cancelled or storage fails; calls still out are abandoned then, to be made again at the next start."""
        try:
            while True:
                if self._woken.is_set():
                    self._woken.clear()
                    self._rest_until = 0.0
                rest = self._rest_until - asyncio.get_running_loop().time()
                until = self._now() + timedelta(seconds=rest) if rest > 0 else await self._step()
                self._moved.set()
                await self._wait(until)
        finally:
            for call in self._calls:
                call.cancel()
            await asyncio.gather(*self._calls, return_exceptions=True)
            self._calls.clear()  # a call that was cancelled would cancel the next run

    async def drain(self) -> None:
        """Return when nothing is due and no call is out, or when the handler takes nothing. For commands and tests."""
        while True:
            until = await self._step()
            due = until is not None and until <= self._now()
            if not self._calls and not (due and (await self._queue.handler(self._handler_id)).is_taking):
                return
            await self._wait(until)

    async def _step(self) -> datetime | None:
        """Start what can be started; answers when to look again (None: when woken)."""
        while len(self._calls) < self._pace.calls_in_flight:
            if (until := self._pace.wait_until(self._now())) is not None:
                return until
            limit, all_lines = self._pace.batch(self._target.max_batch), self._lines is None
            look = await self._queue.look(
                self._handler_id, limit=limit, lines=self._lines or limit, without=self.in_flight, now=self._now()
            )
            if look.batch:
                self._begin(look.batch, limit)
                if all_lines and len(look.batch) < limit // 2:
                    return self._rest(look.batch, limit)
            elif not look.row.enabled or look.row.paused_at is not None:
                return None
            elif look.row.state is HandlerState.UP:
                return look.next_due
            elif self._calls:
                return None
            elif self._is_too_early() or not await self._probe():
                return self._probe_at
        return None

    def _rest(self, batch: Sequence[Owed], limit: int) -> datetime:
        """That was all that is due. By soon the call may have ended, and one look serves both.

        If nothing was left out, neither of a line nor for another call, there is nothing to look for until then, unless woken or
        the call doesn't end well.
        """
        lines = by_stream(batch)
        if len(self._calls) == 1 and max(map(len, lines)) < limit // len(lines):
            self._rest_until = asyncio.get_running_loop().time() + SOON.total_seconds()
        return self._now() + SOON

    def _begin(self, batch: Sequence[Owed], limit: int) -> None:
        """Make the call. Where few long lines would fill it, the next calls take fewer of them, so that all can be out at once."""
        streams = frozenset(owed.stream for owed in batch)
        if len(batch) <= limit // 2:
            self._lines = None
        elif self._lines is None and len(streams) <= limit // 2:
            self._lines = -(-len(streams) // self._pace.calls_in_flight)
        self._pace.began(self._now())
        self._calls[asyncio.create_task(self._deliver(batch))] = streams

    async def _wait(self, until: datetime | None) -> None:
        timeout = None if until is None else min(max(0.0, (until - self._now()).total_seconds()), LONGEST_SLEEP)
        woken = asyncio.create_task(self._woken.wait())
        try:
            done, _ = await asyncio.wait({woken, *self._calls}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()
        for call in done - {woken}:
            del self._calls[call]  # type: ignore[arg-type]
            call.result()

    # --- one call ---------------------------------------------------------------------------------------------------

    async def _deliver(self, batch: Sequence[Owed]) -> None:
        CURRENT.set(Trace.begun())  # its own: events of many requests leave in one call
        provisioned = 0

        async def settle(part: Sequence[Owed], outcomes: Mapping[int, Outcome], started_at: datetime) -> None:
            nonlocal provisioned
            provisioned += await self._settle(part, outcomes, started_at)

        try:
            await deliver(await self._still_true(batch), self._target, settle, self._now)
        except (TargetDown, ConfigurationRefused) as error:
            self._pace.failed(len(batch))
            await self._stand_back(error, events=len(batch))
        finally:
            if provisioned < len(batch):
                self._rest_until = 0.0

    async def _settle(self, part: Sequence[Owed], outcomes: Mapping[int, Outcome], started_at: datetime) -> int:
        """Return how many are provisioned."""
        call = Call(started_at=started_at, ended_at=self._now(), policy=self._policy, jitter=self._jitter())
        heads = {stream_events[0].provisioning for stream_events in by_stream(part)}
        settlements = [call.settle(owed, outcomes[owed.provisioning], head=owed.provisioning in heads) for owed in part]
        await self._queue.settle(settlements)
        self._provisioned()
        self._settled(settlements)
        self._probe_wait = FIRST_PROBE
        self._pace.answered(len(part), (call.ended_at - started_at).total_seconds())
        ends = [settlement.outcome for settlement in settlements]
        log.info(
            "called",
            handler=self._handler_id,
            events=len(part),
            seconds=round((call.ended_at - started_at).total_seconds(), 3),
            **{end: ends.count(end) for end in sorted(set(ends))},
        )
        return sum(settlement.state is State.PROVISIONED for settlement in settlements)

    # --- the handler's own state ------------------------------------------------------------------------------------

    def _is_too_early(self) -> bool:
        """Whether a probe has to wait. Before the moment of standing back it hasn't: the clock was set back."""
        if self._probe_at is None or self._stood_back_at is None:
            return False
        return self._stood_back_at <= self._now() < self._probe_at

    async def _probe(self) -> bool:
        self._probing = True
        self._moved.set()
        try:
            await self._target.probe()
        except (TargetDown, ConfigurationRefused) as error:
            await self._stand_back(error, events=0)
            return False
        finally:
            self._probing = False
        self._probe_at = None
        await self._queue.set_state(self._handler_id, HandlerState.UP, None, self._now())
        log.info("target up", handler=self._handler_id)
        return True

    async def _stand_back(self, error: ProvisioningError, *, events: int) -> None:
        """Wait with everything, and probe: after 1, 2, 4 … seconds until something is provisioned again."""
        if isinstance(error, TargetGone):
            await self._queue.disable(self._handler_id, error.because, self._now())
            log.warning("target gone: handler disabled", handler=self._handler_id, because=error.because)
            return
        self._stood_back_at = self._now()
        self._probe_at = self._stood_back_at + self._probe_wait
        if isinstance(error, TargetDown) and error.not_before is not None:
            self._probe_at = max(self._probe_at, error.not_before)
        self._probe_wait = min(self._probe_wait * 2, SLOWEST_PROBE)
        state = HandlerState.REFUSED if isinstance(error, ConfigurationRefused) else HandlerState.DOWN
        await self._queue.set_state(self._handler_id, state, error.because, self._now())
        log.warning(
            "target down or refusing",
            state=state.value,
            handler=self._handler_id,
            because=error.because,
            events_waiting=events,
        )
