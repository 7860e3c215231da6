# SPDX-License-Identifier: LGPL-3.0-only
"""Each term in each language, with the same placeholders; and what customers of each language read."""

import re
from base64 import b64decode
from pathlib import Path

import polib

from odoo.tests import tagged

from ..sms_parts import parts_of
from .common import BillingCase, a_customer, an_entry

HERE = Path(__file__).parents[1] / "i18n"
LANGUAGES = {"es": "es_ES", "fr": "fr_FR", "de": "de_DE", "uk": "uk_UA", "ar": "ar_001"}
PLACEHOLDER = re.compile(r"%\(\w+\)s|%s|%%|\{\{.*?\}\}|\{\w+\}|<t t-out=[^>]*>|</?strong>")


@tagged("post_install", "-at_install")
class TestTranslations(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for code in LANGUAGES.values():
            cls.env["res.lang"]._activate_lang(code)
        addon = cls.env["ir.module.module"].search([("name", "=", "duebell")])
        addon._update_translations(list(LANGUAGES.values()))

    def catalogs(self):
        return {language: polib.pofile(HERE / f"{language}.po") for language in LANGUAGES}

    def test_the_template_has_each_term_of_the_addon(self):
        """Export it anew where a term was added: Settings, Translations, Export Translation, “New Language”."""
        addon = self.env["ir.module.module"].search([("name", "=", "duebell")])
        export = self.env["base.language.export"].create({"lang": "__new__", "format": "po", "modules": addon.ids})
        export.act_getfile()
        terms = {entry.msgid for entry in polib.pofile(b64decode(export.data).decode())}
        template = {entry.msgid for entry in polib.pofile(HERE / "duebell.pot")}
        self.assertEqual(template, terms)

    def test_each_term_is_translated_into_each_language(self):
        terms = {entry.msgid for entry in polib.pofile(HERE / "duebell.pot")}
        for language, catalog in self.catalogs().items():
            with self.subTest(language=language):
                self.assertEqual({entry.msgid for entry in catalog if entry.msgstr}, terms)

    def test_translations_have_the_placeholders_of_their_terms(self):
        for language, catalog in self.catalogs().items():
            for entry in catalog:
                with self.subTest(language=language, term=entry.msgid):
                    theirs, ours = (sorted(PLACEHOLDER.findall(text)) for text in (entry.msgstr, entry.msgid))
                    self.assertEqual(theirs, ours)

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
