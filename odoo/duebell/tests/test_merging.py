# SPDX-License-Identifier: LGPL-3.0-only
"""Several messages for one customer become one where the rules say so: once, and told as what became of it."""

from freezegun import freeze_time

from odoo.tests import tagged

from .common import BillingCase, a_customer, an_entry, an_invoice

NOON = "2026-11-02 17:00:00"


@tagged("post_install", "-at_install")
class TestMerging(BillingCase):
    def setUp(self):
        super().setUp()
        self.rules = self.env["duebell.message.rule"].search([])
        self.rules.merge = True
        self.first, self.second = (
            an_entry("invoice.overdue", invoice=an_invoice(number=f"I-{number}")) for number in (1, 2)
        )

    def release(self, at=NOON):
        with freeze_time(at):
            self.env["duebell.message"]._release_some()

    def tell_and_release(self, *entries):
        with freeze_time(NOON):
            self.tell(*entries)
        self.release()

    def sms(self, *entries):
        return self.env["sms.sms"].search([("uuid", "in", [self.message(entry).uuid for entry in entries])])

    def test_two_texts_become_one_that_lists_them(self):
        self.tell_and_release(self.first, self.second)
        self.assertEqual(
            self.sms(self.first, self.second).mapped("body"),
            [
                "Example Telecom, 2 messages:\n"
                "- invoice I-1 is overdue: $30.00 was due on November 15, 2026. Please pay it to keep your service.\n"
                "- invoice I-2 is overdue: $30.00 was due on November 15, 2026. Please pay it to keep your service."
            ],
        )
        self.assertEqual(self.message(self.second).merged_into_id, self.message(self.first))

    def test_two_emails_become_one_with_both_texts(self):
        self.tell_and_release(self.first, self.second)
        lead, led = self.message(self.first, "email"), self.message(self.second, "email")
        [mail] = self.env["mail.mail"].search([("duebell_message_id", "in", (lead | led).ids)])
        self.assertEqual((mail.duebell_message_id, mail.subject), (lead, "Example Telecom: 2 messages"))
        for words in ("<li>Invoice I-1 is overdue</li>", "<li>Invoice I-2 is overdue</li>", lead.own_body, led.body):
            self.assertIn(words, lead.body)

    def test_it_is_in_the_customers_language(self):
        spanish = a_customer(language="es-ES")
        self.first["event"]["data"]["customer"] = self.second["event"]["data"]["customer"] = spanish
        self.tell_and_release(self.first, self.second)
        self.assertIn("\n- la factura I-2", self.message(self.first).body)

    def test_each_keeps_its_way_where_its_rule_does_not_merge(self):
        self.env.ref("duebell.rule_invoice_overdue").merge = False
        other = an_entry(invoice=an_invoice(number="I-3"))
        self.tell_and_release(self.first, self.second, other)
        self.assertEqual(len(self.sms(self.first, self.second, other)), 3)

    def test_what_the_law_requires_has_a_message_of_its_own(self):
        self.env.ref("duebell.rule_invoice_overdue").required = True
        generated = [an_entry(invoice=an_invoice(number=f"I-{number}")) for number in (3, 4)]
        self.tell_and_release(self.first, *generated)
        self.assertEqual(len(self.sms(self.first, *generated)), 2)
        self.assertFalse(self.message(self.first).own_body)

    def test_other_customers_and_numbers_are_not_mixed(self):
        another = an_entry("invoice.overdue", customer=a_customer(external_id="another", reference=None))
        moved = an_entry("invoice.overdue", customer=a_customer(phone="+12025550199"), invoice=an_invoice(number="I-9"))
        self.tell_and_release(self.first, another, moved)
        self.assertEqual(len(self.sms(self.first, another, moved)), 3)

    def test_what_is_not_due_yet_is_not_waited_for(self):
        self.env.ref("duebell.rule_invoice_generated").delay_minutes = 60
        later = an_entry(invoice=an_invoice(number="I-3"))
        self.tell_and_release(self.first, later)
        self.assertEqual([self.message(entry).state for entry in (self.first, later)], ["released", "waiting"])
        self.assertFalse(self.message(self.first).own_body)

    def test_it_counts_as_one_where_a_rate_or_a_cap_counts(self):
        settings = self.env["duebell.settings"]._of(self.company)
        settings.write({"daily_cap": 1, "rate_per_minute": 2})
        self.tell_and_release(self.first, self.second)
        self.assertEqual(self.message(self.first).state, "released")
        self.assertEqual(self.message(self.second).merged_into_id, self.message(self.first))
        third = an_entry("invoice.overdue", invoice=an_invoice(number="I-3"))
        with freeze_time(NOON):
            self.tell(third)
        self.release("2026-11-02 17:05:00")
        self.assertEqual(self.message(third).because, "Waits: the customer was told enough for a day.")

    def test_what_became_of_the_one_became_of_all(self):
        for state, led_state in (
            ("sent", "merged"),
            ("delivered", "merged"),
            ("failed", "failed"),
            ("unknown", "merged"),
        ):
            with self.subTest(state=state):
                customer = a_customer(external_id=state, reference=None)
                pair = [an_entry("invoice.overdue", customer=customer, invoice=an_invoice(number=n)) for n in "AB"]
                self.tell_and_release(*pair)
                self.message(pair[0])._advance(state, "The number is not in use." if state == "failed" else None)
                self.assertEqual(self.message(pair[1]).state, led_state)
                if state == "failed":
                    self.assertEqual(self.message(pair[1]).because, "The number is not in use.")

    def test_what_is_told_by_one_that_has_left_is_not_told_again(self):
        self.tell_and_release(self.first, self.second)
        self.release("2026-11-02 18:00:00")
        self.assertEqual(len(self.sms(self.first, self.second)), 1)
        self.tell(an_entry("invoice.paid", invoice=an_invoice(number="I-2")))
        self.message(self.first)._advance("sent")
        self.assertEqual(self.message(self.second).state, "merged", "it was told before it was paid")

    def test_when_the_gateway_takes_nothing_each_is_on_its_own_again(self):
        """Else the text would list what was paid meanwhile."""
        self.tell_and_release(self.first, self.second)
        with freeze_time(NOON):
            self.message(self.first)._retry_later("The gateway can't be reached.")
        self.tell(an_entry("invoice.paid", invoice=an_invoice(number="I-1")))
        self.assertEqual(self.message(self.first).state, "superseded")
        self.release("2026-11-02 18:00:00")
        sms = self.sms(self.second)
        self.assertEqual((sms.body, sms.state), (self.message(self.second).body, "outgoing"))
        self.assertNotIn("I-1", sms.body)

    def test_a_text_tried_again_has_its_own_words(self):
        self.tell_and_release(self.first, self.second)
        with freeze_time(NOON):
            self.message(self.first)._retry_later("The gateway can't be reached.")
            self.message(self.first, "email")._retry_later("The mail server can't be reached.")
        self.tell(an_entry("invoice.paid", invoice=an_invoice(number="I-2")))
        self.release("2026-11-02 18:00:00")
        message = self.message(self.first)
        self.assertEqual((self.sms(self.first).body, self.sms(self.first).state), (message.body, "outgoing"))
        self.assertTrue(message.body.startswith("Example Telecom: invoice I-1"))
        mail = self.env["mail.mail"].search([("duebell_message_id", "=", self.message(self.first, "email").id)])
        self.assertEqual((mail.subject, mail.state), ("Invoice I-1 is overdue", "outgoing"))

    def test_what_is_taken_back_into_the_outbox_parts(self):
        self.tell_and_release(self.first, self.second)
        self.billing.hold(because="a test")
        self.env["duebell.message"]._take_back_queued()
        self.assertFalse(self.message(self.second).merged_into_id)
        self.assertEqual(self.message(self.second).state, "waiting")

    def test_what_somebody_deletes_from_odoos_queue_is_sent_in_no_other_words(self):
        self.tell_and_release(self.first, self.second)
        self.sms(self.first).unlink()
        self.release("2026-11-02 18:00:00")
        self.assertEqual([self.message(entry).state for entry in (self.first, self.second)], ["cancelled"] * 2)

    def test_of_a_forgotten_customer_no_words_are_left(self):
        self.tell_and_release(self.first, self.second)
        self.billing.forget("Global", "john-doe")
        messages = self.env["duebell.message"].search([])
        self.assertFalse(
            [word for name in ("body", "own_body", "subject", "own_subject") for word in messages.mapped(name) if word]
        )
