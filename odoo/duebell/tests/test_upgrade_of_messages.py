# SPDX-License-Identifier: LGPL-3.0-only
"""Messages of the version that looked up types, prices and payments know them after the upgrade."""

from datetime import timedelta
from pathlib import Path

from odoo.modules.migration import load_script
from odoo.tests import tagged

from .common import BillingCase, an_entry, an_invoice

SCRIPTS = Path(__file__).parent.parent / "migrations" / "19.0.1.3.0"
KNOWN = ("event_type", "part_price", "paid_at")


@tagged("post_install", "-at_install")
class TestUpgradeOfMessages(BillingCase):
    def upgrade(self):
        self.env.flush_all()
        for name in ("pre-messages", "post-payments"):
            load_script(str(SCRIPTS / f"{name}.py"), name.replace("-", "_")).migrate(self.env.cr, "19.0.1.2.0")
        self.env.invalidate_all()

    def known(self, messages):
        return [[message[name] for name in KNOWN] for message in messages]

    def test_types_prices_and_payments_are_what_they_would_be(self):
        # given reminders of two invoices, one of them paid, at a price, and a message that waits
        self.env["duebell.settings"]._of(self.company).sms_price = 0.07
        reminders = [an_entry("invoice.overdue", invoice=an_invoice(number=number)) for number in ("I-1", "I-2")]
        self.tell(*reminders, an_entry())
        left = self.message(reminders[0]) | self.message(reminders[1])
        left._advance("released")
        paid_at = left[0].released_at + timedelta(hours=3)
        self.tell_one(an_entry("invoice.paid", invoice=an_invoice(number="I-1"), at=f"{paid_at:%Y-%m-%dT%H:%M:%SZ}"))
        messages = self.env["duebell.message"].search([], order="id")
        expected = self.known(messages)
        self.assertEqual([message.paid_at for message in left], [paid_at, False])
        # when it is as the version before left it, and upgraded, and upgraded again
        self.env.flush_all()
        self.env.cr.execute("UPDATE duebell_message SET event_type = NULL, part_price = NULL, paid_at = NULL")
        self.env.invalidate_all()
        self.upgrade()
        # then all is there
        self.assertEqual(self.known(messages), expected)
        self.upgrade()
        self.assertEqual(self.known(messages), expected)
