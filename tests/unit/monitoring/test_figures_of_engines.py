"""The figures that a monitoring system asks for are the same on each engine."""

from __future__ import annotations

from datetime import timedelta

from builders import Clock, generated, overdue
from duebell.storage import alarms
from duebell.storage.figures import figures
from duebell.storage.recorder import record
from duebell.storage.skip import skip_event
from engines import Engine, with_handlers


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
