from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from builders import NOON, Clock, generated, overdue, paid
from duebell.espf.handler import Owed
from duebell.espf.still_true import FRESH, doubtful
from duebell.storage.event_filter import EventFilter
from duebell.storage.judging import judged_anew
from duebell.storage.replay import Action, Terms, latest, replay

AS_TOLD = Terms(tell=True, again=True, as_of=0)


class Source:
    """A source that is asked: it keeps what of, and says what the test lets it record."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.asked: list[str] = []

    async def __call__(self, batch: Sequence[Owed]) -> Sequence[Owed]:
        self.asked += [owed.type for owed in doubtful(batch, self.clock())]
        return batch


async def test_what_has_waited_is_asked_about_before_it_is_told_and_what_is_fresh_is_not(espf) -> None:
    source = Source(espf.clock)
    espf.record(overdue("waited"))
    espf.clock.advance(seconds=FRESH.total_seconds() + 1)
    espf.record(overdue("fresh"), paid("fresh", "INV-2"))
    await espf.dispatch(still_true=source)
    assert source.asked == ["invoice.overdue"]
    assert len(espf.target.sent) == 3


async def test_nothing_is_asked_about_what_nothing_makes_untrue_or_nobody_would_be_told_of(espf) -> None:
    source = Source(espf.clock)
    espf.record(paid("settled"), generated("old"), overdue("paid since"), paid("paid since"))
    espf.clock.advance(hours=49)
    espf.record(overdue("new"))
    await espf.dispatch(still_true=source)
    assert source.asked == []


async def test_what_a_source_says_is_untrue_travels_with_what_made_it_so(espf) -> None:
    espf.record(overdue())
    espf.clock.advance(minutes=5)

    async def paid_meanwhile(batch: Sequence[Owed]) -> Sequence[Owed]:
        espf.record(paid())
        return espf.store.read(lambda connection: judged_anew(connection, batch))

    await espf.dispatch(still_true=paid_meanwhile)
    told = espf.target.calls[0][0]
    assert (told.type, told.superseded_by and told.superseded_by.type) == ("invoice.overdue", "invoice.paid")


async def test_a_fact_for_the_timeline_only_tells_nobody_when_it_is_recorded_and_when_it_is_replayed(espf) -> None:
    espf.record(replace(generated(), told=False))
    await espf.dispatch()
    assert espf.target.calls[0][0].notify_by < NOON
    again = espf.store.write(
        lambda c: replay(c, [1], EventFilter(), replace(AS_TOLD, as_of=latest(c)), espf.clock())
    ).result()
    assert [one.action for one in again] == [Action.LEAVE]
    assert again[0].because == "too old"


async def test_the_same_fact_that_may_be_told_is_told_until_its_time_is_over(espf) -> None:
    espf.record(generated())
    await espf.dispatch()
    assert espf.target.calls[0][0].notify_by == NOON + timedelta(hours=48)
