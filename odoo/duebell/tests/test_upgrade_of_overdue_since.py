# SPDX-License-Identifier: LGPL-3.0-only
"""A database of the version that took each overdue customer's oldest open invoice for the beginning of his debt."""

from pathlib import Path

from odoo.modules.migration import load_script
from odoo.tests import tagged

from .common import BillingCase, a_customer, a_standing, an_entry, an_invoice, usd

SCRIPT = Path(__file__).parent.parent / "migrations" / "19.0.1.3.0" / "post-overdue-since.py"
LATE = "2026-11-20T09:00:00Z"


@tagged("post_install", "-at_install")
class TestUpgradeOfOverdueSince(BillingCase):
    def test_customers_are_overdue_since_when_they_would_be(self):
        # given who owes what was told, who owes more, whose invoice isn't due yet, and who owes nothing
        for name, owed, due_on in (
            ("told", "30.00", "2026-11-15"),
            ("older", "130.00", "2026-11-15"),
            ("future", "100.00", "2026-12-15"),
            ("fine", "0.00", "2026-11-15"),
        ):
            customer = a_customer(external_id=name, reference=None)
            standing = a_standing(total_overdue=usd(owed))
            self.tell_one(an_entry(customer=customer, standing=standing, invoice=an_invoice(due_on=due_on), at=LATE))
        customers = self.env["duebell.customer"].search([])
        expected = {customer.external_id: customer.overdue_since for customer in customers}
        self.assertEqual([name for name, since in expected.items() if since], ["told"])
        # when it is as the version before left it, and upgraded
        self.env.cr.execute("UPDATE duebell_customer SET overdue_since = NULL")
        load_script(str(SCRIPT), "post_overdue_since").migrate(self.env.cr, "19.0.1.2.0")
        # then all is as it would be
        customers.invalidate_recordset()
        self.assertEqual({customer.external_id: customer.overdue_since for customer in customers}, expected)
