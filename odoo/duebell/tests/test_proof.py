# SPDX-License-Identifier: LGPL-3.0-only
"""What proves that a customer was told."""

import csv
import io
from base64 import b64decode
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import BillingCase, a_customer, an_entry, an_invoice

OTHER = a_customer(external_id="other", name="Other Customer", reference="C-2", phone="+12025550199")


@tagged("post_install", "-at_install")
class TestProof(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = new_test_user(cls.env, "colleague", "duebell.group_user", tz="America/New_York")

    def proof(self, customers=None, **values):
        wizard = self.env["duebell.proof"].with_user(self.colleague).with_context(tz="America/New_York")
        return wizard.create({"customer_ids": [(6, 0, (customers or self.customer()).ids)], **values})

    def lines(self, proof):
        text = b64decode(proof.csv_file).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    def page(self, proof):
        report = self.env["ir.actions.report"].with_user(self.colleague).with_context(tz="America/New_York")
        return report._render_qweb_html("duebell.proof_document", proof.ids)[0].decode()

    def delivered(self, entry):
        message = self.released(entry)
        message._advance("delivered")
        return message

    def test_it_says_when_to_which_number_in_which_words_and_what_became_of_it(self):
        message = self.delivered(an_entry("invoice.overdue"))
        message.write({"released_at": "2026-11-16 13:00:00", "delivered_at": "2026-11-16 13:00:09"})
        proof = self.proof(first_day="2026-11-16", last_day="2026-11-16")
        (line,) = self.lines(proof)
        self.assertEqual(line["Sent To"], "+12025550123")
        self.assertEqual(line["Released"], "2026-11-16T08:00:00-05:00")
        self.assertEqual(line["Delivered"], "2026-11-16T08:00:09-05:00")
        self.assertEqual((line["State"], line["Channel"], line["Invoice"]), ("Delivered", "SMS", "INV-2026-000001"))
        self.assertEqual(line["Text"], message.body)
        self.assertEqual(line["Message ID"], message.uuid)

    def test_days_are_those_of_the_readers_clock(self):
        self.delivered(an_entry()).released_at = "2026-11-17 04:59:59"
        sms = [("channel", "=", "sms")]
        of_the_16th = self.proof(first_day="2026-11-16", last_day="2026-11-16")._messages().filtered_domain(sms)
        of_the_17th = self.proof(first_day="2026-11-17", last_day="2026-11-17")._messages().filtered_domain(sms)
        self.assertEqual((len(of_the_16th), len(of_the_17th)), (1, 0))

    def test_what_was_never_sent_is_there_with_the_reason(self):
        self.tell_one(an_entry(customer=a_customer(phone=None)))
        failed = [line for line in self.lines(self.proof()) if line["State"] == "Failed"]
        self.assertEqual(len(failed), 1)
        self.assertFalse(failed[0]["Released"])
        self.assertTrue(failed[0]["Reason"])

    def test_an_email_is_there_in_plain_words(self):
        self.tell_one(an_entry())
        (email,) = [line for line in self.lines(self.proof()) if line["Channel"] == "E-mail"]
        self.assertIn("$30.00 is due by", email["Text"])
        self.assertNotIn("<", email["Text"])

    def test_what_billing_wrote_is_no_formula(self):
        self.tell_one(an_entry(customer=a_customer(name="=HYPERLINK(1)"), invoice=an_invoice(number="+1+1")))
        for line in self.lines(self.proof()):
            self.assertEqual((line["Customer"], line["Invoice"]), ("'=HYPERLINK(1)", "'+1+1"))

    def test_the_page_tells_the_same_and_what_billing_wrote_is_no_markup(self):
        message = self.delivered(an_entry(customer=a_customer(name="<b>John</b>")))
        page = self.page(self.proof())
        self.assertIn("&lt;b&gt;John&lt;/b&gt;", page)
        self.assertNotIn("<b>John</b>", page)
        for told in ("+12025550123", message.uuid, "Delivered", "America/New_York"):
            self.assertIn(told, page)

    def test_what_a_test_kept_from_the_customer_says_so(self):
        settings = self.env["duebell.settings"]._of(self.company)
        settings.write({"delivery": "test", "test_phone": "+12025550199", "test_email": "tester@example.com"})
        message = self.delivered(an_entry())
        line = next(line for line in self.lines(self.proof()) if line["Channel"] == "SMS")
        self.assertEqual((line["Sent To"], line["Test: Meant For"]), ("+12025550199", "+12025550123"))
        self.assertIn("Test, meant for", self.page(self.proof()))
        note = str(message.event_id._notes()[message.event_id].body)
        self.assertIn("Test: it went to +12025550199, not to +12025550123.", note)
        told = message._as_told()
        self.assertEqual((told["state"], told["because"]), ("delivered", message._test_line()))

    def test_what_reached_the_customer_is_called_no_test(self):
        message = self.delivered(an_entry())
        self.assertFalse(any(line["Test: Meant For"] for line in self.lines(self.proof())))
        self.assertNotIn("Test, meant for", self.page(self.proof()))
        self.assertFalse(message._as_told()["because"])

    def test_each_customer_has_his_own_pages(self):
        self.tell(an_entry(), an_entry(customer=OTHER))
        proof = self.proof(self.customer() | self.customer("other"))
        self.assertEqual(len(proof._messages_of(self.customer("other"))), 2)
        self.assertEqual(self.page(proof).count("<h2>Proof of Notice</h2>"), 2)

    def test_it_is_opened_from_the_contact_and_from_the_billing_customer(self):
        self.tell_one(an_entry())
        for record in (self.customer(), self.customer().partner_id):
            context = {"active_model": record._name, "active_ids": record.ids}
            wizard = self.env["duebell.proof"].with_user(self.colleague).with_context(**context).create({})
            self.assertEqual(wizard.customer_ids, self.customer())
            self.assertEqual(wizard.message_count, 2)

    def test_another_companys_messages_are_not_there(self):
        self.another_company()
        self.tell_one(an_entry(company="Other Telecom"))
        with mute_logger("odoo.addons.base.models.ir_rule"), self.assertRaises(AccessError):
            self.proof().action_csv()

    def test_days_in_the_wrong_order_and_days_without_messages_are_said_to_be_so(self):
        self.tell_one(an_entry())
        with self.assertRaisesRegex(ValidationError, "must not be after"):
            self.proof(first_day="2026-11-17", last_day="2026-11-16")
        with self.assertRaisesRegex(UserError, "Nothing was written"):
            self.proof(first_day="2020-01-01", last_day="2020-01-02").action_print()

    def test_the_default_period_is_the_last_year(self):
        self.tell_one(an_entry())
        today = fields.Date.context_today(self.env["duebell.proof"].with_context(tz="America/New_York"))
        self.assertEqual(self.proof().last_day, today)
        self.assertGreater(self.proof().last_day - self.proof().first_day, timedelta(days=364))
