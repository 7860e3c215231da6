"""What history keeps, what it lets go, and what is known of an event for ever."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from builders import generated, overdue, paid, suspended
from duebell.errors import ConflictingEvent
from duebell.espf.provisioning import State
from duebell.storage import alarms
from duebell.storage.retention import expire
from duebell.storage.tables import attempt, event, past_event, provisioning, receipt, stream
from unit.storage_operations.conftest import Books

KEPT = timedelta(days=90)


def let_go(books: Books, at_most: int = 200) -> int:
    """Expire in steps until there is no more; how many events went."""
    gone, after = 0, 0
    while True:
        step = books.write(partial(expire, before={"Global": books.clock() - KEPT}, after=after, at_most=at_most))
        gone += step.events
        if step.upto is None:
            return gone
        after = step.upto


def test_what_was_told_long_ago_goes_with_all_that_hangs_on_it_and_younger_history_stays(books: Books) -> None:
    old = books.record(generated("one"), generated("two"))
    books.settle(*(one.id for one in old))
    books.clock.advance(days=89)
    (young,) = books.record(overdue("one"))
    books.settle(young.id)
    books.clock.advance(days=2)
    assert let_go(books, at_most=1) == 2
    assert books.events() == [young.id]
    assert [len(books.rows(table.select())) for table in (provisioning, attempt, receipt)] == [1, 1, 1]


def test_what_waits_stays_however_old_and_so_does_all_after_it_in_its_stream(books: Books) -> None:
    before, waits, after, other = books.record(generated("one"), overdue("one"), paid("one"), generated("two"))
    books.settle(before.id, after.id, other.id)
    books.clock.advance(days=1000)
    assert let_go(books) == 2
    # the payment stays: by it the overdue notice that waits is no longer true
    assert books.events() == [waits.id, after.id]


@pytest.mark.parametrize("state", [State.REFUSED, State.EXHAUSTED])
def test_what_went_wrong_stays_until_a_person_has_seen_it(books: Books, state: State) -> None:
    wrong, after, other = books.record(overdue("one"), paid("one"), generated("two"))
    books.settle(wrong.id, state=state)
    books.settle(after.id, other.id)
    books.write(lambda c: alarms.sound(c, f"events {state.value}", "It was refused.", books.clock()))
    books.clock.advance(days=91)
    assert let_go(books) == 1
    assert books.events() == [wrong.id, after.id]
    books.write(lambda c: alarms.acknowledge(c, books.clock()))
    assert let_go(books) == 2
    assert books.events() == []


def test_a_fact_that_comes_again_after_its_event_has_gone_is_the_same_event_still(books: Books) -> None:
    (first,) = books.record(generated("one"))
    books.settle(first.id)
    books.clock.advance(days=91)
    assert let_go(books) == 1
    # when billing repeats itself, alone or among news
    again, new = books.record(generated("one"), suspended("one"))
    # then the repetition is no event, and the news has the next number
    assert (again.id, again.new, new.new) == (first.id, False, True)
    assert [row.sequence for row in books.rows(event.select())] == [2]
    assert [row.last_sequence for row in books.rows(stream.select())] == [2]
    # and other content under the same id is refused as ever
    with pytest.raises(ConflictingEvent, match="came again with other content"):
        books.record(generated("one", total="31"))
    assert len(books.rows(past_event.select())) == 1


def test_a_step_looks_at_no_more_than_it_may_and_the_next_goes_on_after_it(books: Books) -> None:
    recorded = books.record(*(generated("one", f"INV-{number}") for number in range(7)))
    books.settle(*(one.id for one in recorded))
    books.clock.advance(days=91)
    first = books.write(partial(expire, before={"Global": books.clock() - KEPT}, at_most=3))
    assert (first.events, first.upto is not None, len(books.events())) == (3, True, 4)
    assert let_go(books, at_most=3) == 4
