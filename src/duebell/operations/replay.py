"""Replaying many events: found the newest first, owed anew the oldest first, a few at a time, so that nobody else waits long."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from duebell.errors import InvalidValue
from duebell.operations.report import Report
from duebell.storage.event_filter import EventFilter, search
from duebell.storage.event_log import find_event
from duebell.storage.replay import Terms, decide, latest, replay

if TYPE_CHECKING:
    from duebell.instance import Instance

STEP, PLANNED_AT_ONCE = 50, 500
"""Events a unit of work, under 50 ms each; and a look, for which nobody waits."""
FOUND_AT_ONCE = 10_000


class Replay:
    """One replay of the events that a filter means, or of one event; the report tells what came of it, or would.

    `as_of` of an earlier one's report: nothing that was owed anew since is owed once more, so that the same replay may be
    done twice, or gone on with after a failure.
    """

    def __init__(  # noqa: PLR0913 - what an operator may say of a replay
        self,
        instance: Instance,
        wanted: EventFilter,
        *,
        event_id: str | None = None,
        tell: bool = False,
        again: bool = False,
        as_of: int | None = None,
    ) -> None:
        if event_id is None and wanted == EventFilter():
            raise InvalidValue("Say which events to replay: one's id, or a filter; --since takes a time or a span like 2h.")
        if again and not tell:
            raise InvalidValue("--again tells those again who were told before, so it goes with --tell.")
        self._instance = instance
        self.wanted = wanted
        self._event_id = event_id
        self._tell, self._again, self._as_of = tell, again, as_of

    async def run(self, tell: Callable[[int, int], None], *, do: bool) -> Report:
        """Plan it, or `do` it; `tell` hears how many events were gone through, and of how many.

        Raises:
            Unknown, InvalidValue: the filter names what there can't be.
        """
        as_of = await self._instance.read(latest) if self._as_of is None else self._as_of
        terms = Terms(tell=self._tell, again=self._again, as_of=as_of, within=self._instance.notify_within)
        report = Report(done=do, as_of=as_of)
        numbers = await self._numbers()
        size = STEP if do else PLANNED_AT_ONCE
        for start in range(0, len(numbers), size):
            step, now = numbers[start : start + size], self._instance.now()
            if do:
                unit = partial(replay, numbers=step, wanted=self.wanted, terms=terms, now=now)
                report.add(await self._instance.write(unit))
            else:
                query = partial(decide, numbers=step, wanted=self.wanted, terms=terms, now=now)
                report.add(await self._instance.read(query))
            tell(start + len(step), len(numbers))
        return report

    async def _numbers(self) -> list[int]:
        """The events', the oldest first."""
        if (event_id := self._event_id) is not None:
            return [(await self._instance.read(lambda connection: find_event(connection, event_id)))["number"]]
        numbers: list[int] = []
        before: int | None = None
        while True:
            found, before = await self._instance.read(partial(_older, wanted=self.wanted, before=before))
            numbers += found
            if before is None:
                return numbers[::-1]


def _older(connection: Connection, wanted: EventFilter, before: int | None) -> tuple[list[int], int | None]:
    return search(connection, wanted).older(connection, before, FOUND_AT_ONCE)
