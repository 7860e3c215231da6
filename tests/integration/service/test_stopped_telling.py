"""Stop telling customers, against a real Odoo: nobody gets anything, also not what Odoo had queued, until it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from duebell.console.control_socket import answers
from duebell.demo.patience import until
from integration.cli.command import Command
from integration.service.real import RealOdoo
from integration.service.running import Serve

QUEUE = "SELECT res_id FROM ir_model_data WHERE module = 'sms' AND name = 'ir_cron_sms_scheduler_action'"


@pytest.fixture
def duebell(serve: Serve) -> Command:
    return Command(serve.data)


@contextmanager
def sms_queue_at_rest(real: RealOdoo) -> Iterator[None]:
    """Odoo sends no SMS of its queue."""
    real.cluster.query(real.database, f"UPDATE ir_cron SET active = false WHERE id IN ({QUEUE})")
    try:
        yield
    finally:
        real.cluster.query(real.database, f"UPDATE ir_cron SET active = true WHERE id IN ({QUEUE})")


def message(real: RealOdoo, event: str) -> list[str]:
    """State of the SMS about an event, whether it is to be queued again, and the state of its row in Odoo's queue."""
    rows = real.cluster.query(
        real.database,
        "SELECT m.state, m.retry_at IS NOT NULL, coalesce(q.state, '') FROM duebell_message m "
        "JOIN duebell_event e ON e.id = m.event_id LEFT JOIN sms_sms q ON q.uuid = m.uuid "
        f"WHERE e.event_id = '{event}' AND m.channel = 'sms'",
    )
    return rows[0] if rows else []


def held(real: RealOdoo) -> bool:
    return bool(real.cluster.query(real.database, "SELECT 1 FROM ir_config_parameter WHERE key = 'duebell.held_since'"))


def restart(serve: Serve) -> None:
    serve.terminate()
    serve.start()
    until(lambda: answers(serve.socket), "the service to answer")


def test_nobody_is_told_until_it_ends_and_then_only_what_is_still_true(
    connected: Serve, duebell: Command, real: RealOdoo
) -> None:
    # given two invoices whose SMS are in Odoo's own queue
    with sms_queue_at_rest(real):
        kept, untrue = (connected.bill(f"queued-{number}", phone=f"+1202555013{number}") for number in (0, 1))
        for event in (kept, untrue):
            connected.arrives(event)
            until(lambda event=event: message(real, event) == ["released", "f", "outgoing"], "the SMS to be queued")
        # when an operator stops it, then what was queued is taken back
        ran = duebell("stop", "--because", "Wrong amounts in the texts")
        assert (ran.exit_code, "Holds all messages." in ran.out) == (0, True), ran.err
        for event in (kept, untrue):
            until(
                lambda event=event: message(real, event) == ["released", "t", "canceled"],
                "the SMS to be taken back",
                seconds=10,
            )
    # and it outlives a restart; what comes still reaches the timeline, and waits there
    restart(connected)
    later = connected.bill("while-stopped", phone="+12025550132")
    connected.arrives(later)
    assert message(real, later) == ["waiting", "f", ""]
    # when one of them is paid, then it is told no more
    connected.post("/billing/customers/queued-1/payments", {"amount": "30", "reference": "P-1"})
    until(lambda: message(real, untrue)[0] == "superseded", "the payment to reach Odoo")
    # when it ends, then what is still true is told, once
    ran = duebell("start-telling")
    assert (ran.exit_code, "Sends messages again." in ran.out) == (0, True), ran.err
    for phone in ("+12025550130", "+12025550132"):
        until(lambda phone=phone: real.texts(phone), f"the text to {phone}", seconds=90)
        assert len(real.texts(phone)) == 1
    assert real.texts("+12025550131") == []
    who = [entry["action"] for entry in connected.get("/audit")["entries"]]
    assert {"stopped telling customers", "started telling customers"} <= set(who)


def test_what_odoo_could_not_be_asked_is_owed_and_alarmed_and_nothing_is_told_meanwhile(
    connected: Serve, duebell: Command, real: RealOdoo
) -> None:
    with real.server.frozen():
        ran = duebell("stop", "--because", "A wrong price list")
        assert (ran.exit_code, "still to be done" in ran.out) == (1, True)
        waiting = connected.bill("owed-a-hold", phone="+12025550141")
        restart(connected)
        standing = until(
            lambda: [alarm for alarm in connected.get("/alarms") if alarm["cause"] == "hold of OdooCRM"], "the alarm"
        )
        assert "may still send what it was given before" in standing[0]["sentence"]
    until(lambda: all(one["done_at"] for one in connected.get("/telling")["targets"]), "Odoo to hold", seconds=60)
    assert held(real)
    assert all(alarm["cause"] != "hold of OdooCRM" for alarm in connected.get("/alarms"))
    connected.arrives(waiting)
    assert message(real, waiting) == ["waiting", "f", ""]
    # when an Odoo that was restored has forgotten it, then events wait until it holds again
    real.cluster.query(real.database, "DELETE FROM ir_config_parameter WHERE key LIKE 'duebell.held%'")
    after = connected.bill("after-a-restore", phone="+12025550142")
    until(lambda: held(real), "Odoo to be asked again", seconds=90)
    connected.arrives(after)
    assert message(real, after) == ["waiting", "f", ""]
    assert duebell("start-telling").exit_code == 0
    for phone in ("+12025550141", "+12025550142"):
        until(lambda phone=phone: len(real.texts(phone)) == 1, f"the text to {phone}", seconds=90)


def test_ending_what_nobody_stopped_is_a_mistake_and_so_is_a_stop_without_a_reason(serve: Serve, duebell: Command) -> None:
    assert serve.get("/telling")["told"]
    assert "nothing was stopped" in duebell("start-telling").err
    assert "Say why" in duebell("stop", "--because", " ").err
