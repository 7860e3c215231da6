# SPDX-License-Identifier: LGPL-3.0-only
"""Rules that said "by SMS" and "by e-mail", and messages that waited, are what they were after the upgrade."""

from pathlib import Path

from odoo.modules.migration import load_script
from odoo.tests import tagged

from .common import BillingCase, a_customer, an_entry

SCRIPT = Path(__file__).parent.parent / "migrations" / "19.0.1.1.0" / "pre-message-rules.py"


@tagged("post_install", "-at_install")
class TestUpgradeOfRules(BillingCase):
    def upgrade(self):
        self.env.flush_all()
        load_script(str(SCRIPT), "pre_message_rules").migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def test_switches_become_modes(self):
        rules = self.env["duebell.message.rule"].search([], limit=4)
        self.env.cr.execute("ALTER TABLE duebell_message_rule ADD sms boolean, ADD email boolean")
        switches = ((True, True), (True, False), (False, True), (False, None))
        for rule, (sms, email) in zip(rules, switches, strict=True):
            self.env.cr.execute(
                "UPDATE duebell_message_rule SET sms = %s, email = %s WHERE id = %s", [sms, email, rule.id]
            )
        self.upgrade()
        self.assertEqual(rules.mapped("mode"), ["both", "sms", "email", "none"])

    def test_what_waited_may_leave_and_what_is_urgent_goes_first(self):
        overdue = an_entry("invoice.overdue")
        suspended = an_entry("customer.suspended", reason="other", customer=a_customer(external_id="c", reference=None))
        self.tell(overdue, suspended)
        self.env.flush_all()
        self.env.cr.execute("UPDATE duebell_message SET due_at = NULL, urgent = NULL, goes_first = NULL")
        self.upgrade()
        self.assertEqual((self.message(overdue).urgent, self.message(suspended).urgent), (False, True))
        self.assertTrue(self.message(suspended).goes_first)
        self.env["duebell.message"]._release_some()
        self.assertEqual([self.message(entry).state for entry in (overdue, suspended)], ["released"] * 2)

    def test_an_upgrade_that_is_repeated_changes_nothing(self):
        rule = self.env.ref("duebell.rule_invoice_overdue")
        rule.mode = "sms_else_email"
        self.upgrade()
        self.assertEqual(rule.mode, "sms_else_email")
