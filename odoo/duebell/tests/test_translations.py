# SPDX-License-Identifier: LGPL-3.0-only
"""Each term in each language, with the same placeholders; and what customers of each language read."""

import re
from pathlib import Path

import polib

from odoo.tests import tagged

from ..sms_parts import parts_of
from .catalogs import LANGUAGES, Catalogs, merged
from .common import BillingCase, a_customer, an_entry


@tagged("post_install", "-at_install")
class TestTranslations(Catalogs, BillingCase):
    addon = "duebell"
    folder = Path(__file__).parents[1] / "i18n"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for code in LANGUAGES.values():
            cls.env["res.lang"]._activate_lang(code)
        addon = cls.env["ir.module.module"].search([("name", "=", "duebell")])
        addon._update_translations(list(LANGUAGES.values()))

    def test_what_is_translated_stays_and_new_terms_wait_to_be_translated(self):
        terms, catalog = polib.POFile(), polib.POFile()
        terms.extend(polib.POEntry(msgid=term) for term in ("kept", "new"))
        catalog.extend(polib.POEntry(msgid=term, msgstr=f"{term}!") for term in ("gone", "kept"))
        catalog.metadata = {"Language": "de"}
        result = merged(terms, catalog)
        self.assertEqual({entry.msgid: entry.msgstr for entry in result}, {"kept": "kept!", "new": ""})
        self.assertEqual(result.metadata, {"Language": "de"})

    def overdue_in(self, tag):
        entry = an_entry("invoice.overdue", customer=a_customer(external_id=tag, reference=tag, language=tag))
        self.tell_one(entry)
        return entry

    def test_customers_read_amounts_and_days_in_their_languages_format(self):
        for tag, amount, day in (
            ("fr-FR", "30,00 $US", "15 novembre 2026"),
            ("de-AT", "30,00 $", "15. November 2026"),
            ("uk-UA", "30,00 USD", "15 листопада 2026 р."),
            ("ar-EG", "30.00 US$", "15 نوفمبر 2026"),
        ):
            text = self.message(self.overdue_in(tag)).body.replace("\N{RIGHT-TO-LEFT MARK}", "")
            with self.subTest(tag):
                self.assertIn(amount, text)
                self.assertIn(day, text)
                self.assertNotIn("Please", text)

    def test_a_text_in_french_or_german_needs_no_other_alphabet_than_an_english_one(self):
        """But for days of août and décembre, and names."""
        for language in ("fr_FR", "de_DE"):
            for template in self.env["sms.template"].search([("model", "=", "duebell.event")]):
                body = re.sub(r"\{\{.*?\}\}", "", template.with_context(lang=language).body)
                with self.subTest(language=language, body=body):
                    self.assertEqual(parts_of(body).encoding, "GSM-7")

    def test_an_arabic_email_is_written_from_right_to_left(self):
        email = self.message(self.overdue_in("ar-EG"), "email")
        self.assertEqual(email.lang, "ar_001")
        self.assertIn('dir="rtl"', email.body)
        self.assertIn("INV-2026-000001", email.body)
        self.assertIn("الفاتورة", email.body)

    def test_every_rule_has_its_words_in_every_language(self):
        told = self.env["duebell.event"].with_user(self.user).status()["templates"]
        for type_, channels in told.items():
            for channel, languages in channels.items():
                with self.subTest(type=type_, channel=channel):
                    self.assertEqual(set(languages), {*LANGUAGES.values(), "en_US"})
