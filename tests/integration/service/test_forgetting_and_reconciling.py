"""Against a real Odoo: a customer is forgotten there too, and what a restored Odoo lacks comes back without telling anybody."""

from __future__ import annotations

from duebell.demo.patience import until
from integration.cli.command import Command
from integration.service.real import RealOdoo
from integration.service.running import Serve

_FORGOTTEN = """
SELECT 'event' FROM duebell_event WHERE payload LIKE '%{0}%' UNION ALL
SELECT 'message' FROM duebell_message t WHERE t::text LIKE '%{0}%' UNION ALL
SELECT 'customer' FROM duebell_customer t WHERE t::text LIKE '%{0}%' UNION ALL
SELECT 'note' FROM mail_message WHERE body LIKE '%{0}%' UNION ALL
SELECT 'contact' FROM res_partner t WHERE t::text LIKE '%{0}%'
"""


def traces(real: RealOdoo, phone: str) -> set[str]:
    """Where in Odoo a phone number stands."""
    return {table for (table,) in real.cluster.query(real.database, _FORGOTTEN.format(phone))}


def lose(real: RealOdoo, event_id: str) -> None:
    """Let Odoo's database be as it was before an event came."""
    real.cluster.query(
        real.database,
        f"""
        DELETE FROM duebell_message WHERE event_id IN (SELECT id FROM duebell_event WHERE event_id = '{event_id}');
        DELETE FROM duebell_event WHERE event_id = '{event_id}';
        DELETE FROM mail_message WHERE message_id = '<{event_id}.0@duebell>';
        """,
    )


def test_a_customer_is_forgotten_here_and_in_odoo(connected: Serve, real: RealOdoo) -> None:
    phone, duebell = "+12025550191", Command(connected.data)
    event = connected.bill("forgotten", phone=phone)
    connected.arrives(event)
    until(lambda: len(real.texts(phone)) == 1, "the text")
    assert traces(real, phone) == {"event", "message", "customer", "note", "contact"}
    ran = duebell("forget", "forgotten")
    assert ran.exit_code == 0, ran.err
    assert "forgotten is forgotten here.\nOdooCRM: 1 events and 2 messages were emptied. The contact http://" in ran.out
    assert "was emptied of what billing had written: see what colleagues added." in ran.out
    assert (traces(real, phone), real.recorded(event)) == (set(), [["0"]])
    shown = duebell("events", "show", event, "--json").json
    assert (shown["customer_name"], phone in str(shown)) == ("(erased)", False)


def test_what_odoo_could_not_forget_while_it_was_down_it_forgets_later(connected: Serve, real: RealOdoo) -> None:
    phone, duebell = "+12025550192", Command(connected.data)
    connected.arrives(connected.bill("forgotten-later", phone=phone))
    real.server.stop()
    try:
        ran = duebell("forget", "forgotten-later")
        assert ran.exit_code == 1
        assert "forgotten-later is forgotten here.\nOdooCRM: still to be done. " in ran.out
    finally:
        real.server.start()
    until(lambda: not traces(real, phone), "Odoo to forget him", seconds=120)


def test_a_restored_odoo_gets_what_it_lacks_and_nobody_is_told_again(connected: Serve, real: RealOdoo) -> None:
    # given an Odoo that was restored to what it was before two events came
    phones, duebell = ("+12025550193", "+12025550194", "+12025550195"), Command(connected.data)
    kept, *lost = [connected.bill(f"restored-{phone[-1]}", phone=phone) for phone in phones]
    for event in (kept, *lost):
        connected.arrives(event)
    until(lambda: all(len(real.texts(phone)) == 1 for phone in phones), "the texts")
    for event in lost:
        lose(real, event)
    assert [real.recorded(event) for event in lost] == [[], []]
    # when Odoo is only asked
    asked = duebell("reconcile", "odoo", "--since", "1h")
    assert asked.out == (
        "OdooCRM took 3 events since then; it lacks 2:\n  2 invoice.generated\n"
        "Nothing was done. Add --yes to send them again; they will tell nobody.\n"
    )
    assert [real.recorded(event) for event in lost] == [[], []]
    # and then the events are sent again
    done = duebell("reconcile", "odoo", "--since", "1h", "--yes", "--json").json
    assert [(row["asked"], row["owed"]) for row in done["handlers"]] == [(3, 2)]
    for event in lost:
        assert connected.arrives(event)["because"] == "too late"
    # then Odoo has each once, tells nobody, and lacks nothing
    assert [real.recorded(event) for event in (kept, *lost)] == [[["0"]]] * 3
    assert duebell("reconcile", "odoo", "--since", "1h").out == "OdooCRM took 3 events since then; it lacks 0.\n"
    assert [len(real.texts(phone)) for phone in phones] == [1, 1, 1]
