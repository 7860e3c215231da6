# SPDX-License-Identifier: LGPL-3.0-only
"""The words that customers read, in their language; and what becomes of those who can't be told."""

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import (
    BillingCase,
    a_commitment,
    a_customer,
    a_standing,
    an_entry,
    an_invoice,
    eur,
    usd,
)

GSM_7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)
PARTLY = an_invoice(paid=usd("10.00"), outstanding=usd("20.00"))
OWING = a_standing(status="suspended", total_overdue=usd("30.00"), amount_to_restore=usd("30.00"))
OVERDUE = a_standing(total_overdue=usd("30.00"))
BY_A_DAY = {"effective_on": "2026-11-22"}
CHARGED = {**OWING, "payment_method": "card", "charge_on": "2026-11-20"}


def a_warning(of, will, will_soon):
    """Of a debt by a day, charged by itself, of a debt by no day, and for another reason."""
    type_, debt = f"customer.{of}_warning", {"standing": OVERDUE, "reason": "non_payment"}
    plain = f"{will_soon}. Please contact us if you have questions."
    on_a_day = f"payment is overdue. {will.capitalize()} on November 22, 2026 unless"
    charged = {**OVERDUE, "charge_on": "2026-11-20"}
    return (
        (an_entry(type_, **debt, **BY_A_DAY), f"{on_a_day} you pay $30.00 before then."),
        (
            an_entry(type_, **{**debt, "standing": charged}, **BY_A_DAY),
            f"{on_a_day} payment has arrived. $30.00 will be charged on November 20, 2026.",
        ),
        (an_entry(type_, **debt), plain),
        (an_entry(type_, standing=OVERDUE, reason="other", **BY_A_DAY), plain),
    )


ENGLISH = [
    (
        an_entry("invoice.generated"),
        "invoice INV-2026-000001 of $30.00: $30.00 is due by November 15, 2026.",
    ),
    (
        an_entry("invoice.generated", standing=CHARGED),
        "invoice INV-2026-000001 of $30.00: $30.00 will be charged on November 20, 2026.",
    ),
    (
        an_entry("invoice.overdue"),
        "invoice INV-2026-000001 is overdue: $30.00 was due on November 15, 2026. Please pay it to keep your service.",
    ),
    (
        an_entry("invoice.overdue", invoice=PARTLY),
        "invoice INV-2026-000001 is overdue and partially paid: $20.00 of $30.00 remaining, due since "
        "November 15, 2026. Please pay it to keep your service.",
    ),
    (
        an_entry("invoice.overdue", invoice=PARTLY, standing=CHARGED),
        "invoice INV-2026-000001 is overdue: $20.00 was due on November 15, 2026 and will be charged on "
        "November 20, 2026.",
    ),
    (
        an_entry("customer.suspended", standing=OWING, reason="non_payment", invoice=an_invoice()),
        "your service has been blocked because invoice INV-2026-000001 is overdue. Pay $30.00 to restore it.",
    ),
    (
        an_entry("customer.suspended", standing=OWING, reason="non_payment"),
        "your service has been blocked because payment is overdue. Pay $30.00 to restore it.",
    ),
    (
        an_entry("customer.suspended", standing=CHARGED, reason="non_payment", invoice=an_invoice()),
        "your service has been blocked because payment is overdue. $30.00 will be charged on November 20, 2026.",
    ),
    (
        an_entry("customer.suspended", standing=OWING, reason="insufficient_funds"),
        "your service has been blocked because your balance is used up. Top up your balance to restore it.",
    ),
    (
        an_entry("customer.suspended", standing=OWING, reason="reseller_suspended", invoice=an_invoice()),
        "your service has been blocked. Please contact us if you have questions.",
    ),
    (
        an_entry("customer.suspension_removed", reason="paid"),
        "thank you, your payment has arrived. Your service works again.",
    ),
    (
        an_entry("customer.suspension_removed", reason="delayed", standing=OWING),
        "your service works again for now. Please pay what is still overdue to keep it.",
    ),
    (
        an_entry("customer.suspension_removed", reason="delayed", standing=CHARGED),
        "your service works again for now. What is still overdue will be charged on November 20, 2026.",
    ),
    (an_entry("customer.suspension_removed", reason="other"), "your service works again."),
    (
        an_entry("customer.limited", standing=OWING, reason="non_payment", invoice=an_invoice()),
        "your service has been limited because invoice INV-2026-000001 is overdue. Pay $30.00 to lift the limit.",
    ),
    (
        an_entry("customer.limited", reason="other"),
        "your service has been limited. Please contact us if you have questions.",
    ),
    (
        an_entry("customer.limit_removed", reason="paid"),
        "thank you, your payment has arrived. The limit on your service has been lifted.",
    ),
    (
        an_entry("customer.limit_removed", reason="delayed", standing=CHARGED),
        "the limit on your service has been lifted for now. What is still overdue will be charged on "
        "November 20, 2026.",
    ),
    (an_entry("invoice.due_soon"), "reminder: $30.00 of invoice INV-2026-000001 is due by November 15, 2026."),
    (
        an_entry("invoice.due_soon", standing=CHARGED),
        "reminder: $30.00 of invoice INV-2026-000001 will be charged on November 20, 2026.",
    ),
    (an_entry("payment.failed"), "your payment of $30.00 did not go through. Please pay in another way."),
    (
        an_entry("payment.failed", standing=CHARGED),
        "your payment of $30.00 did not go through. It will be charged again on November 20, 2026.",
    ),
    *a_warning("limitation", "your service will be limited", "your service will soon be limited"),
    *a_warning("suspension", "your service will be blocked", "your service will soon be blocked"),
    *a_warning("termination", "your contract will end", "your contract will soon end"),
    (
        an_entry("customer.terminated", reason="non_payment"),
        "your contract has ended. Please contact us if you have questions.",
    ),
    (
        an_entry("commitment.terminated", reason="cancelled_early"),
        "your commitment for Internet ended early on November 20, 2026. The early cancellation penalty is $50.00.",
    ),
    (
        an_entry("commitment.terminated", reason="cancelled_early", commitment=a_commitment(penalty=None)),
        "your commitment for Internet ended early on November 20, 2026.",
    ),
    (
        an_entry("commitment.terminated", reason="non_payment"),
        "your commitment for Internet was ended on November 20, 2026 because payment is overdue. "
        "The early termination penalty is $50.00.",
    ),
    (
        an_entry("commitment.terminated", reason="non_payment", commitment=a_commitment(penalty=usd("0.00"))),
        "your commitment for Internet was ended on November 20, 2026 because payment is overdue.",
    ),
]


@tagged("post_install", "-at_install")
class TestTexts(BillingCase):
    def test_each_event_has_its_words_by_sms(self):
        for entry, words in ENGLISH:
            with self.subTest(words=words):
                self.assertEqual(self.text(entry), f"Example Telecom: {words}")

    def test_each_email_says_what_the_sms_says(self):
        for entry, words in ENGLISH:
            with self.subTest(words=words):
                self.tell_one(entry)
                self.assertIn(words[1:], self.message(entry, "email").body)

    def test_an_email_greets_the_customer_and_is_signed_by_the_company(self):
        entry = an_entry()
        self.tell_one(entry)
        email = self.message(entry, "email")
        self.assertEqual(email.subject, "Invoice INV-2026-000001: $30.00 is due by November 15, 2026")
        self.assertIn("Hello John Doe,", email.body)
        self.assertIn("Kind regards,<br>Example Telecom", email.body)

    def test_a_spanish_customer_reads_spanish_with_his_amounts_and_dates(self):
        amounts = {"total": eur("12345.60"), "paid": eur("0.00"), "outstanding": eur("30.00")}
        entry = an_entry(
            customer=a_customer(language="es-ES"),
            standing=a_standing(total_overdue=eur("0.00"), amount_to_restore=eur("0.00")),
            invoice=an_invoice(**amounts),
        )
        self.assertEqual(
            self.text(entry),
            "Example Telecom: factura INV-2026-000001 de 12.345,60 €: 30,00 € a pagar hasta el "
            "15 de noviembre de 2026.",
        )
        self.assertIn("Un saludo,<br>Example Telecom", self.message(entry, "email").body)
        self.assertEqual(self.message(entry).lang, "es_ES")

    def test_every_text_is_written_in_spanish_too(self):
        for rule in self.env["duebell.message.rule"].search([]):
            for channel in ("sms", "email"):
                with self.subTest(rule=rule.display_name, channel=channel):
                    self.assertIn("es_ES", rule._languages(channel))

    def test_our_texts_fit_the_gsm_alphabet(self):
        """A single other letter more than halves what fits into an SMS."""
        for number, (entry, _words) in enumerate(ENGLISH):
            for language in ("en-US", "es-ES"):
                customer = a_customer(external_id=f"{language}-{number}", language=language, reference=None)
                data = entry["event"]["data"]
                again = an_entry(entry["event"]["type"], **{**data, "customer": customer})
                with self.subTest(language=language, text=self.text(again)):
                    self.assertFalse(set(self.message(again).body) - GSM_7)

    def test_a_language_that_odoo_does_not_speak_falls_back_to_the_companys(self):
        for language in ("xx-YY", "nonsense", "fr-FR", None):
            with self.subTest(language=language):
                entry = an_entry(customer=a_customer(language=language))
                self.assertIn("is due by November 15, 2026", self.text(entry))

    def test_a_language_without_words_falls_back_to_the_companys_and_never_mixes_two(self):
        """Odoo would put English words beside Italian days."""
        self.env["res.lang"]._activate_lang("it_IT")
        italian = a_customer(language="it-IT")
        self.company.partner_id.lang = "es_ES"
        spanish = an_entry(customer=italian)
        self.assertIn("15 de noviembre de 2026", self.text(spanish))
        self.assertEqual(self.message(spanish).lang, "es_ES")
        self.company.partner_id.lang = "it_IT"
        english = an_entry(customer=italian)
        self.assertIn("November 15, 2026", self.text(english))

    def test_each_channel_speaks_a_language_in_which_it_has_words(self):
        template = self.env.ref("duebell.mail_invoice_generated")
        template.update_field_translations("body_html", {"es_ES": False})
        self.env.flush_all()
        entry = an_entry(customer=a_customer(language="es-ES"))
        self.tell_one(entry)
        self.assertEqual([self.message(entry, one).lang for one in ("sms", "email")], ["es_ES", "en_US"])

    def test_every_english_has_the_words_of_the_source_and_its_own_days(self):
        self.env["res.lang"]._activate_lang("en_GB")
        self.assertIn("15 November 2026", self.text(an_entry(customer=a_customer(language="en-GB"))))

    def test_a_language_of_another_country_is_better_than_none(self):
        self.assertIn("a pagar hasta", self.text(an_entry(customer=a_customer(language="es-MX"))))

    def test_billing_that_tells_no_amount_to_restore_means_all_that_is_overdue(self):
        standing = a_standing(status="suspended", total_overdue=usd("45.00"))
        entry = an_entry("customer.suspended", standing=standing, reason="non_payment", invoice=an_invoice())
        self.assertIn("Pay $45.00 to restore it.", self.text(entry))

    def test_texts_name_their_company(self):
        other = self.another_company()
        entry = an_entry(company="Other Telecom")
        self.assertTrue(self.text(entry).startswith("Other Telecom: "))
        self.assertEqual(self.message(entry).company_id, other)

    def test_a_company_may_have_its_own_rule(self):
        other = self.another_company()
        template = self.env["sms.template"].create(
            {
                "name": "Own",
                "model_id": self.env["ir.model"]._get_id("duebell.event"),
                "body": "Own words for {{ object.invoice_number }}",
            }
        )
        self.env["duebell.message.rule"].create(
            {
                "event_type": "invoice.generated",
                "company_id": other.id,
                "sms_template_id": template.id,
                "mode": "sms",
            }
        )
        entry = an_entry(company="Other Telecom")
        self.assertEqual(self.text(entry), "Own words for INV-2026-000001")
        self.assertFalse(self.message(entry, "email"))
        self.assertIn("Example Telecom", self.text(an_entry(customer=a_customer(external_id="another"))))

    def test_a_rule_without_channel_tells_nobody(self):
        self.env.ref("duebell.rule_invoice_generated").mode = "none"
        self.assertEqual(self.tell_one(an_entry())["untold"], "no rule")

    def test_a_customer_without_phone_fails_the_message_not_the_event(self):
        entry = an_entry(customer=a_customer(phone=None))
        result = self.tell_one(entry)
        self.assertEqual((result["outcome"], result["told"]), ("provisioned", ["sms", "email"]))
        self.assertEqual(self.message(entry).state, "failed")
        self.assertEqual(self.message(entry).because, "The customer has no phone number in billing.")
        self.assertEqual(self.message(entry, "email").state, "waiting")
        self.assertIn("SMS failed: The customer has no phone number", self.note(entry))
        [receipt] = self.billing.receipts(acknowledged=[])["receipts"]
        self.assertEqual((receipt["channel"], receipt["state"]), ("sms", "failed"))

    def test_a_number_that_cannot_be_called_fails_the_message(self):
        for phone in ("12345", "not a number", "+99912345678"):
            with self.subTest(phone=phone):
                entry = an_entry(customer=a_customer(phone=phone))
                self.tell_one(entry)
                self.assertEqual(self.message(entry).state, "failed")
                self.assertIn(f"“{phone}” is not a number", self.message(entry).because)

    def test_a_national_number_is_dialled_in_the_companys_country(self):
        entry = an_entry(customer=a_customer(phone="(202) 555-0123"))
        self.tell_one(entry)
        self.assertEqual(self.message(entry).recipient, "+12025550123")

    def test_a_customer_without_usable_email_fails_the_email(self):
        for email, because in ((None, "has no e-mail address"), ("nobody", "is not an e-mail address")):
            with self.subTest(email=email):
                entry = an_entry(customer=a_customer(email=email))
                self.tell_one(entry)
                self.assertEqual(self.message(entry, "email").state, "failed")
                self.assertIn(because, self.message(entry, "email").because)
                self.assertEqual(self.message(entry).state, "waiting")

    @mute_logger("odoo.addons.mail.models.mail_render_mixin", "odoo.addons.duebell.rendering")
    def test_a_failing_template_fails_only_the_messages_that_it_fails_for(self):
        self.env.ref(
            "duebell.sms_invoice_generated"
        ).body = "{{ object.invoice_number }} {{ 1 / (object.invoice_number != 'INV-BAD') }}"
        good = [an_entry(customer=a_customer(external_id=f"c-{number}", reference=None)) for number in range(3)]
        bad = an_entry(customer=a_customer(external_id="bad"), invoice=an_invoice(number="INV-BAD"))
        results = self.tell(*good[:2], bad, *good[2:])
        self.assertEqual({result["outcome"] for result in results.values()}, {"provisioned"})
        self.assertEqual([self.message(entry).state for entry in good], ["waiting"] * 3)
        self.assertEqual(self.message(bad).state, "failed")
        self.assertIn("The text “Invoice generated” fails: ", self.message(bad).because)
        self.assertIn("division by zero", self.message(bad).because)
        self.assertEqual(self.message(bad, "email").state, "waiting")

    @mute_logger("odoo.addons.mail.models.mail_render_mixin", "odoo.addons.duebell.rendering", "odoo.sql_db")
    def test_a_template_that_breaks_a_query_breaks_nothing_else(self):
        self.env.ref("duebell.sms_invoice_generated").body = "{{ object.env.cr.execute('SELECT nothing') }}"
        entry = an_entry()
        self.assertEqual(self.tell_one(entry)["outcome"], "provisioned")
        self.assertEqual(self.message(entry).state, "failed")
        self.assertEqual(self.message(entry, "email").state, "waiting")

    def test_an_empty_text_is_not_sent(self):
        self.env.ref("duebell.sms_invoice_generated").body = "{{ object.service }}"
        entry = an_entry()
        self.tell_one(entry)
        self.assertEqual(self.message(entry).because, "The text “Invoice generated” is empty.")

    def test_a_rule_needs_a_text_for_each_channel(self):
        with self.assertRaisesRegex(Exception, "Choose a text"):
            self.env["duebell.message.rule"].create({"event_type": "invoice.paid", "mode": "sms"})
