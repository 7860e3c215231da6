# SPDX-License-Identifier: LGPL-3.0-only
"""Messages that don't reach their customers: a test's, and a shadow's."""

from base64 import b64decode

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import BillingCase, a_customer, an_entry


@tagged("post_install", "-at_install")
class TestDeliveryModes(BillingCase):
    def setUp(self):
        super().setUp()
        self.settings = self.env["duebell.settings"]._of(self.company)

    def to_test(self):
        self.settings.write({"delivery": "test", "test_phone": "+12025550199", "test_email": "Tester@Example.com"})

    def sms(self, entry):
        return self.env["sms.sms"].search([("uuid", "=", self.message(entry).uuid)])

    def mail(self, entry):
        return self.env["mail.mail"].search([("duebell_message_id", "=", self.message(entry, "email").id)])

    def test_in_a_test_all_goes_to_one_phone_and_one_address(self):
        self.to_test()
        entry = an_entry()
        message = self.released(entry)
        self.assertEqual(self.sms(entry).number, "+12025550199")
        self.assertEqual(self.mail(entry).email_to, '"John Doe" <tester@example.com>')
        self.assertEqual((message.recipient, message.meant_for), ("+12025550199", "+12025550123"))

    def test_what_was_queued_before_the_test_began_goes_by_the_new_word(self):
        entry = an_entry()
        self.released(entry)
        self.to_test()
        self.assertEqual((self.sms(entry).state, self.mail(entry).state), ("canceled", "cancel"))
        self.message(entry).event_id.message_ids.write({"retry_at": fields.Datetime.now()})
        self.env["duebell.message"]._release_some()
        self.assertEqual((self.sms(entry).number, self.sms(entry).state), ("+12025550199", "outgoing"))
        self.assertEqual(self.mail(entry).email_to, '"John Doe" <tester@example.com>')

    def test_what_was_tested_does_not_reach_the_customer_afterwards(self):
        self.to_test()
        entry = an_entry()
        self.released(entry)
        self.settings.delivery = "live"
        self.message(entry).retry_at = fields.Datetime.now()
        self.env["duebell.message"]._release_some()
        self.assertEqual(self.sms(entry).number, "+12025550199")

    def test_a_test_needs_a_phone_and_an_address(self):
        for values in ({"test_phone": "+12025550199"}, {"test_phone": "nonsense", "test_email": "a@example.com"}):
            with self.assertRaisesRegex(ValidationError, "For a test enter"):
                self.settings.write({"delivery": "test", "test_email": False, **values})

    def test_whom_a_message_was_meant_for_goes_with_a_customer_who_is_forgotten(self):
        self.to_test()
        entry = an_entry()
        message = self.released(entry)
        self.billing.forget(environment="Global", external_id="john-doe")
        self.assertFalse(message.meant_for)

    def test_in_shadow_mode_all_is_written_down_and_nothing_is_sent(self):
        self.settings.delivery = "shadow"
        entry = an_entry()
        message = self.released(entry)
        self.assertEqual((message.state, message.because), ("shadow", "Shadow mode: nobody is told."))
        self.assertTrue(message.released_at)
        self.assertIn("30.00", message.body)
        self.assertFalse(self.sms(entry) or self.mail(entry))
        self.assertEqual(message._as_told()["state"], "cancelled")

    def test_a_shadow_takes_back_what_is_queued_and_ends_for_what_comes_later(self):
        queued, later = an_entry(), an_entry(customer=a_customer(external_id="later", reference=None))
        self.released(queued)
        self.settings.delivery = "shadow"
        self.env["duebell.message"]._release_some()
        self.assertEqual(self.message(queued).state, "shadow")
        self.settings.delivery = "live"
        self.assertEqual(self.released(later).state, "released")
        self.assertEqual(self.sms(queued).state, "canceled")

    def test_shadows_are_no_texts_to_the_guard(self):
        self.settings.write({"delivery": "shadow", "texts_per_hour": 5})
        self.released(an_entry())
        self.assertEqual(self.env["duebell.tally"]._texts_since(self.company, fields.Datetime.now().replace(hour=0)), 0)

    def test_what_a_shadow_wrote_comes_as_a_file(self):
        with self.assertRaisesRegex(UserError, "Nothing was written down"):
            self.settings.action_shadow_csv()
        self.settings.delivery = "shadow"
        message = self.released(an_entry())
        text = b64decode(self.settings.shadow_csv).decode("utf-8-sig")
        self.assertIn("+12025550123", text)
        self.assertIn(message.body, text)
        self.assertEqual(len(text.splitlines()[0].split(",")), 16)
        self.assertIn("shadow_csv", self.settings.action_shadow_csv()["url"])
