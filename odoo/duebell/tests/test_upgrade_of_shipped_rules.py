# SPDX-License-Identifier: LGPL-3.0-only
"""Who upgrades tells customers of no more than before, until somebody says so; and keeps the own rules."""

from pathlib import Path

from odoo.modules.migration import load_script
from odoo.tests import tagged
from odoo.tools import convert_file

from .common import BillingCase, an_entry

SCRIPT = Path(__file__).parent.parent / "migrations" / "19.0.1.3.0" / "post-rules.py"
NEW = (
    "invoice.due_soon",
    "payment.failed",
    "customer.limitation_warning",
    "customer.suspension_warning",
    "customer.termination_warning",
    "customer.terminated",
)


@tagged("post_install", "-at_install")
class TestUpgradeOfShippedRules(BillingCase):
    def rules(self):
        return self.env["duebell.message.rule"].with_context(active_test=False)

    def of_the_version_before(self):
        """Without the rules that came; one type has a rule of the operator's own."""
        came = self.rules().search([("event_type", "in", NEW)]) | self.rules().search(
            [("event_type", "like", "removed"), ("case", "=", "charged")]
        )
        self.assertEqual(len(came), 16)
        came.unlink()
        template = self.env.ref("duebell.sms_customer_limited").id
        return self.rules().create({"event_type": "payment.failed", "mode": "sms", "sms_template_id": template})

    def upgrade(self):
        convert_file(self.env, "duebell", "data/message_rules.xml", {}, mode="update", noupdate=True)
        self.env.flush_all()
        load_script(str(SCRIPT), "post_rules").migrate(self.env.cr, "19.0.1.2.0")

    def test_the_rules_come_archived_and_the_own_stay_as_they_are(self):
        own = self.of_the_version_before()
        self.upgrade()
        self.assertEqual(self.rules().search([("event_type", "in", NEW), ("active", "=", True)]), own)
        self.assertEqual(len(self.rules().search([("active", "=", False)])), 15)
        self.assertEqual(own.mode, "sms")
        self.assertEqual(self.tell_one(an_entry("invoice.due_soon"))["told"], [])
        # when one is put in force
        self.env.ref("duebell.rule_invoice_due_soon").active = True
        self.assertEqual(self.tell_one(an_entry("invoice.due_soon"))["told"], ["sms", "email"])

    def test_an_upgrade_that_is_repeated_changes_nothing(self):
        self.of_the_version_before()
        self.upgrade()
        self.env.ref("duebell.rule_customer_suspension_warning").active = True
        before = self.rules().search_read([], ["event_type", "case", "active", "mode"])
        self.upgrade()
        self.assertEqual(self.rules().search_read([], ["event_type", "case", "active", "mode"]), before)

    def test_a_new_installation_warns_as_the_law_requires(self):
        rules = self.env["duebell.message.rule"].search([("event_type", "like", "_warning")])
        self.assertEqual(len(rules), 9)
        self.assertTrue(all(rules.mapped("required")))
