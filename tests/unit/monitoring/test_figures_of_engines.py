"""The figures that a monitoring system asks for are the same on each engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from builders import Clock, generated, overdue
from duebell.storage import alarms
from duebell.storage.figures import figures
from duebell.storage.raw_events import discard_raw
from duebell.storage.raw_taking import take
from duebell.storage.recorder import record
from duebell.storage.skip import skip_event
from duebell.storage.turned_away import Away, turned_away
from engines import Engine, with_handlers
from unit.inlet.raw_world import a_body, an_arrival


def test_what_waits_since_when_what_was_skipped_which_alarms_stand(engine: Engine) -> None:
    clock = Clock()
    store = with_handlers(engine.new(), ("OdooCRM", "Webhook"), clock())
    try:
        first = store.write(lambda connection: record(connection, [generated()], clock())).result()
        clock.advance(minutes=5)
        store.write(lambda connection: record(connection, [generated("jane-roe"), overdue("jane-roe")], clock())).result()
        store.write(lambda c: skip_event(c, first[0].id, "told by phone", clock(), "Webhook")).result()
        store.write(lambda c: alarms.sound(c, "silence", "No events come.", clock())).result()
        store.write(lambda c: alarms.sound(c, "storage", "It failed.", clock())).result()
        store.write(lambda c: alarms.clear(c, "storage", clock())).result()

        found = store.read(figures)
    finally:
        store.close()

    odoo, webhook = (row.id for row in found.handlers)
    assert found.owed == {odoo: {"waiting": 3}, webhook: {"waiting": 2, "skipped": 1}}
    assert found.waiting_since == {odoo: clock() - timedelta(minutes=5), webhook: clock()}
    assert (list(found.alarms), found.bytes > 10_000) == (["silence"], True)


def test_what_came_to_each_inlet_and_since_when_the_first_of_it_waits(engine: Engine) -> None:
    clock = Clock()
    store = engine.new()
    try:
        came_at = clock()
        first, second, third = (an_arrival(a_body(number), at=came_at) for number in (1, 2, 3))
        store.write(lambda c: take(c, [first, second, second, an_arrival(b"strange", at=came_at)])).result()
        clock.advance(minutes=5)
        store.write(lambda c: take(c, [replace(third, received_at=clock()), second])).result()
        store.write(lambda c: discard_raw(c, 1, "A test.", clock())).result()
        store.write(lambda c: turned_away(c, {Away("berlin", "Its password is wrong."): 2}, clock())).result()

        sources = {source.environment: (source, backlog) for source, backlog in store.read(figures).sources}
    finally:
        store.close()

    assert sources.keys() == {"Global", "berlin"}
    here, waits = sources["Global"]
    assert (here.accepted, here.repeated, here.quarantined, here.unauthorized) == (3, 2, 1, 0)
    assert (waits.waiting, waits.oldest_at) == (2, came_at)
    berlin, waits = sources["berlin"]
    assert (berlin.unauthorized, waits.waiting, waits.oldest_at) == (2, 0, None)
