"""A restored backup against a real Odoo that has seen what came after it."""

from __future__ import annotations

from pathlib import Path

from duebell.console.control_socket import answers
from duebell.demo.patience import until
from integration.cli.command import Command
from integration.service.real import RealOdoo
from integration.service.running import Serve


def last_news(real: RealOdoo, customer: str) -> list[str]:
    """The last event that counted for Odoo, and whether it was of a later epoch than the first."""
    (row,) = real.cluster.query(
        real.database, f"SELECT last_event_type, last_epoch > 1 FROM duebell_customer WHERE external_id = '{customer}'"
    )
    return row


def test_what_is_recorded_after_a_restore_counts_in_odoo_and_what_it_knows_tells_nobody_again(
    connected: Serve, real: RealOdoo, tmp_path: Path
) -> None:
    # given a backup with an event that waits, and three events that Odoo has seen since: that one and two more
    phone, duebell, file = "+12025550197", Command(connected.data), tmp_path / "backup.db"
    with real.server.frozen():
        waiting = connected.bill("restored", phone=phone)
        assert duebell("storage", "backup", str(file)).exit_code == 0
    connected.arrives(waiting)
    charged = connected.post("/billing/customers/restored/charges", {"text": "TV", "amount": "9", "invoice_now": True})
    connected.arrives(charged["events"][0]["id"])
    until(lambda: len(real.texts(phone)) == 2, "the two invoices' texts")
    paid = connected.post("/billing/customers/restored/payments", {"amount": "39", "reference": "P-1"})
    for event in paid["events"]:
        connected.arrives(event["id"])
    # when the backup is restored, and billing goes on from there
    connected.terminate()
    assert duebell("storage", "restore", str(file), "--overwrite").exit_code == 0
    connected.start()
    until(lambda: answers(connected.socket), "the service to answer")
    # then what waited is known in Odoo
    connected.arrives(waiting)
    assert real.recorded(waiting) == [["0"]]
    # and what is recorded now is newer there than all that it has seen
    voided = connected.post(f"/billing/customers/restored/invoices/{_number(connected)}/void")
    for event in voided["events"]:
        assert connected.arrives(event["id"])["because"] != "older"
    assert last_news(real, "restored") == [voided["events"][-1]["type"], "t"]
    assert len(real.texts(phone)) == 2


def _number(serve: Serve) -> str:
    (invoice,) = serve.get("/billing/customers/restored")["invoices"]
    return str(invoice["number"])
