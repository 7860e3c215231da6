# SPDX-License-Identifier: LGPL-3.0-only
"""What did not arrive goes again because a person says so: by a new message, once."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import BillingCase, a_customer, an_entry


@tagged("post_install", "-at_install")
class TestResend(BillingCase):
    def setUp(self):
        super().setUp()
        self.person = new_test_user(self.env, "support", groups="duebell.group_user")

    def failed(self, entry, state="failed"):
        message = self.released(entry)
        message._advance(state, "The SMS was not delivered.")
        return message

    def resend(self, messages):
        """What the person is told."""
        return messages.with_user(self.person).action_resend()["params"]

    def again(self, message):
        return self.env["duebell.message"].search([("resend_of_id", "=", message.id)])

    def test_it_goes_by_a_new_message_to_where_the_customer_is_reached_today(self):
        entry = an_entry()
        message = self.failed(entry)
        self.tell(an_entry("payment.received", customer=a_customer(phone="+12025550188")))
        told = self.resend(message)
        self.assertEqual((told["type"], told["title"]), ("success", "Sent again: 1 of 1"))
        again = self.again(message)
        self.assertEqual((again.state, again.recipient, again.body), ("waiting", "+12025550188", message.body))
        self.assertNotEqual(again.uuid, message.uuid)
        self.assertEqual(message.state, "failed")
        self.env["duebell.message"]._release_some()
        self.assertEqual(self.env["sms.sms"].search([("uuid", "=", again.uuid)]).number, "+12025550188")
        self.assertIn(f"Sent again by {self.person.name}.", self.note(entry))

    def test_who_asks_twice_sends_once(self):
        message = self.failed(an_entry())
        self.resend(message)
        told = self.resend(message)
        self.assertEqual((told["type"], told["title"]), ("warning", "Sent again: 0 of 1"))
        self.assertIn("was sent again already", told["message"])
        self.assertEqual(len(self.again(message)), 1)
        again = self.again(message)
        self.env["duebell.message"]._release_some()
        again._advance("failed", "once more")
        self.assertEqual(self.resend(again)["title"], "Sent again: 1 of 1")

    def test_of_many_those_go_that_can(self):
        unknown = self.failed(an_entry(customer=a_customer(external_id="one", reference=None)), "unknown")
        paid = self.failed(an_entry("invoice.overdue", customer=a_customer(external_id="two", reference=None)))
        self.tell(an_entry("invoice.paid", customer=a_customer(external_id="two", reference=None)))
        nobody = an_entry(customer=a_customer(external_id="three", reference=None, phone=None))
        self.tell(nobody)
        sent = self.failed(an_entry(customer=a_customer(external_id="four", reference=None)), "sent")
        told = self.resend(unknown | paid | self.message(nobody) | sent)
        self.assertEqual(told["title"], "Sent again: 1 of 4")
        for because in ("Only what failed goes again.", "It is no longer true.", "has no phone number in billing."):
            self.assertIn(because, told["message"])
        self.assertTrue(self.again(unknown))

    def test_a_text_that_failed_is_written_anew_once_it_is_corrected(self):
        rule = self.env["duebell.message.rule"].search([("event_type", "=", "invoice.generated"), ("case", "=", "any")])
        words = rule.sms_template_id.body
        rule.sms_template_id.body = " "
        entry = an_entry()
        self.tell(entry)
        self.assertEqual(self.message(entry).state, "failed")
        rule.sms_template_id.body = words
        self.resend(self.message(entry))
        self.assertIn("$30.00", self.again(self.message(entry).filtered(lambda one: not one.resend_of_id)).body)

    def test_it_is_late_and_goes_all_the_same(self):
        entry = an_entry()
        message = self.failed(entry)
        self.event(entry).notify_by = fields.Datetime.now() - timedelta(days=1)
        self.resend(message)
        self.env["duebell.message"]._release_some()
        self.assertEqual(self.again(message).state, "released")

    def test_what_became_untrue_before_it_left_does_not_leave(self):
        message = self.failed(an_entry("invoice.overdue"))
        self.resend(message)
        self.tell(an_entry("invoice.paid"))
        self.assertEqual(self.again(message).state, "superseded")

    def test_nobody_forgotten_is_told(self):
        message = self.failed(an_entry())
        self.billing.forget(environment="Global", external_id="john-doe")
        self.assertEqual(self.resend(message)["title"], "Sent again: 0 of 1")
        self.assertFalse(self.again(message))

    def test_an_opt_out_since_then_is_respected(self):
        message = self.failed(an_entry())
        self.env["phone.blacklist"]._add([message.recipient])
        self.resend(message)
        self.assertEqual(self.again(message).state, "cancelled")

    def test_only_who_uses_billing_may_and_only_in_his_companies(self):
        message = self.failed(an_entry())
        outsider = new_test_user(self.env, "outsider", groups="base.group_user")
        other = self.another_company()
        elsewhere = new_test_user(
            self.env, "elsewhere", groups="duebell.group_user", company_id=other.id, company_ids=other.ids
        )
        for user in (outsider, elsewhere, self.user):
            with self.assertRaises(AccessError):
                message.with_user(user).action_resend()
        self.assertFalse(self.again(message))
