# SPDX-License-Identifier: LGPL-3.0-only
"""A database of the version that kept no invoices gets them from its events."""

from pathlib import Path

from odoo.modules.migration import load_script
from odoo.tests import tagged

from .common import BillingCase, a_commitment, a_customer, a_standing, an_entry, an_invoice, replayed, usd

SCRIPT = Path(__file__).parent.parent / "migrations" / "19.0.1.1.0" / "post-debts.py"


@tagged("post_install", "-at_install")
class TestUpgradeOfDebts(BillingCase):
    def facts(self):
        """What stands beside the customers, as plain values."""
        self.env.flush_all()
        self.env.invalidate_all()
        invoices = self.env["duebell.invoice"].search([], order="customer_id, number")
        commitments = self.env["duebell.commitment"].search([], order="customer_id, reference")
        customers = self.env["duebell.customer"].search([], order="id")
        unread = {"id", "create_date", "write_date", "create_uid", "write_uid", "display_name"}
        return [
            [{name: value for name, value in row.items() if name not in unread} for row in records.read(load=None)]
            for records in (invoices, commitments)
        ] + [[(customer.stage, customer.due_on) for customer in customers]]

    def test_invoices_commitments_and_stages_are_what_they_would_be(self):
        # given customers at every stage, an invoice told thrice, a replay, a penalty and none
        part = an_invoice(paid=usd("10.00"), outstanding=usd("20.00"), link="https://example.com/1")
        first = an_entry()
        second, third, fourth = (a_customer(external_id=name, reference=name) for name in ("second", "third", "fourth"))
        settled = an_invoice(number="2", paid=usd("30.00"), outstanding=usd("0.00"))
        self.tell(
            first,
            an_entry("invoice.overdue", standing=a_standing(total_overdue=usd("20.00")), invoice=part),
            an_entry(customer=second, invoice=an_invoice(number="2")),
            an_entry("invoice.paid", customer=second, invoice=settled),
            an_entry("invoice.voided", customer=second, invoice=an_invoice(number="3")),
            an_entry("commitment.terminated", customer=second, commitment=a_commitment(penalty=None)),
            an_entry(customer=third, invoice=an_invoice(due_on="2026-12-15")),
            an_entry("commitment.started", customer=third, commitment=a_commitment(terminated_on=None)),
            an_entry("customer.suspension_removed", customer=fourth, reason="paid", invoice=settled),
        )
        self.tell_one(replayed(first, 1))
        expected = self.facts()
        self.assertEqual([stage for stage, _due_on in expected[2]], ["overdue", "current", "due", "restored"])
        # when it is as the version before left it, and upgraded
        self.env.cr.execute("DELETE FROM duebell_invoice; DELETE FROM duebell_commitment")
        self.env.cr.execute("UPDATE duebell_customer SET due_on = NULL")
        self.env.cr.execute("UPDATE duebell_customer SET stage = 'current' WHERE stage IN ('due', 'restored')")
        self.assertNotEqual(self.facts(), expected)
        script = load_script(str(SCRIPT), "post_debts")
        script.migrate(self.env.cr, "19.0.1.0.0")
        # then all is there, and once
        self.assertEqual(self.facts(), expected)
        script.migrate(self.env.cr, "19.0.1.0.0")
        self.assertEqual(self.facts(), expected)
