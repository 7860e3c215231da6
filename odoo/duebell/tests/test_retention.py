# SPDX-License-Identifier: LGPL-3.0-only
"""Messages outlive Odoo's own queues, and go when their company says."""

from unittest.mock import patch

from odoo.tests import tagged

from ..models import duebell_message_retention
from .common import BillingCase, a_customer, an_entry


@tagged("post_install", "-at_install")
class TestRetention(BillingCase):
    def setUp(self):
        super().setUp()
        self.entries = [an_entry(customer=a_customer(external_id=f"c-{n}", reference=None)) for n in range(3)]
        self.tell(*self.entries)
        self.env["duebell.message"]._release_some()
        self.messages = self.env["duebell.message"].search([("customer_id.external_id", "like", "c-%")])
        self.settings = self.env["duebell.settings"]._of(self.company)

    def made(self, messages, months_ago):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE duebell_message SET create_date = now() - %s * interval '1 month' WHERE id = ANY(%s)",
            [months_ago, messages.ids],
        )
        self.env.invalidate_all()

    def expire(self):
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_progress: 0):
            self.env["duebell.message"]._expire()

    def test_what_is_older_than_the_company_says_goes_and_events_stay(self):
        self.messages._advance("sent")
        old = self.event(self.entries[0]).message_ids
        self.made(self.messages - old, 35)
        self.made(old, 37)
        uuids = old.mapped("uuid")
        self.expire()
        self.assertEqual(self.messages.exists(), self.messages - old)
        self.assertTrue(self.event(self.entries[0]))
        self.assertFalse(self.env["sms.tracker"].search([("sms_uuid", "in", uuids)]))
        self.assertEqual(self.tell_one(self.entries[0])["already"], True)

    def test_zero_months_keep_for_ever(self):
        self.messages._advance("sent")
        self.made(self.messages, 500)
        self.settings.keep_months = 0
        self.expire()
        self.assertEqual(self.messages.exists(), self.messages)

    def test_what_is_on_the_way_is_kept(self):
        self.made(self.messages, 40)
        self.expire()
        self.assertEqual(self.messages.exists(), self.messages)

    def test_a_step_is_bounded(self):
        self.messages._advance("sent")
        self.made(self.messages, 40)
        with patch.object(duebell_message_retention, "EXPIRED_AT_ONCE", 4):
            self.expire()
            self.assertEqual(len(self.messages.exists()), 2)
            self.expire()
        self.assertFalse(self.messages.exists())

    def test_odoos_cleaning_of_its_queues_leaves_messages(self):
        self.messages._advance("sent")
        self.env["sms.sms"].search([]).to_delete = True
        self.env.flush_all()
        self.env["sms.sms"]._gc_device()
        self.env["mail.mail"].search([("duebell_message_id", "in", self.messages.ids)]).unlink()
        self.assertEqual(self.messages.exists(), self.messages)
        self.assertEqual(set(self.messages.mapped("state")), {"sent"})
