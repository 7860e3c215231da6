# SPDX-License-Identifier: LGPL-3.0-only
"""The proof of notice as the PDF that wkhtmltopdf makes of it."""

import io
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools.pdf import PdfFileReader

from ..wizard import duebell_proof
from .common import BillingCase, a_customer, an_entry, an_invoice

LATIN, ARABIC = "Latin words", "\u0643\u0644\u0645\u0627\u062a"
MANY = 30


@tagged("post_install", "-at_install")
class TestProofPdf(BillingCase):
    def proof(self):
        customers = self.env["duebell.customer"].search([], order="id")
        return self.env["duebell.proof"].create({"customer_ids": [(6, 0, customers.ids)]})

    def pages(self, proof):
        """The text of each page of the PDF."""
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        with self.allow_pdf_render():
            made, kind = report._render_qweb_pdf("duebell.proof_report", proof.ids)
        self.assertEqual(kind, "pdf")
        return [" ".join(page.extract_text().split()) for page in PdfFileReader(io.BytesIO(made)).pages]

    def drawn_by(self, **changes):
        """A machine whose wkhtmltopdf is another one."""
        drawing = duebell_proof._wkhtml()._replace(**changes)
        return patch.object(duebell_proof, "_wkhtml", lambda: drawing)

    def test_many_messages_fill_pages_and_each_customer_begins_a_new_one(self):
        other = a_customer(external_id="other", name="Other Customer", reference="C-2", phone="+12025550199")
        numbers = [f"INV-2026-{number:06d}" for number in range(MANY)]
        self.tell(*(an_entry(invoice=an_invoice(number=number)) for number in numbers), an_entry(customer=other))
        pages = self.pages(self.proof())
        self.assertGreater(len(pages), 3)
        self.assertEqual([page.count("Proof of Notice") for page in (pages[0], pages[-1])], [1, 1])
        self.assertIn("Other Customer", pages[-1])
        self.assertNotIn("John Doe", pages[-1])
        text = "\n".join(pages)
        for message in self.customer().event_ids.message_ids:
            self.assertIn(message.uuid, text)
            (page,) = (page for page in pages if message.uuid in page)
            self.assertIn(f"{message.event_id.invoice_number}", page)

    def test_an_email_longer_than_a_page_is_there_to_its_last_word(self):
        self.tell_one(an_entry())
        words = "\n".join(f"Line {number} of a long letter" for number in range(120))
        self.customer().event_ids.message_ids.filtered(lambda message: message.channel == "sms").body = words
        text = "\n".join(self.pages(self.proof()))
        self.assertIn("Line 0 of", text)
        self.assertIn("Line 119 of", text)

    def test_where_wkhtmltopdf_is_missing_it_says_so_and_opens_the_page(self):
        self.tell_one(an_entry())
        proof = self.proof()
        with self.drawn_by(state="install"):
            self.assertEqual(proof.no_pdf_because, "This Odoo has no wkhtmltopdf.")
            self.assertEqual(proof.action_print()["url"], f"/report/html/duebell.proof_document/{proof.id}")

    def test_words_from_right_to_left_need_the_patched_one(self):
        self.tell_one(an_entry())
        message = self.customer().event_ids.message_ids[0]
        for patched, words, drawn in ((False, LATIN, True), (False, ARABIC, False), (True, ARABIC, True)):
            message.body = words
            with self.drawn_by(state="ok", is_patched_qt=patched):
                proof = self.proof()
                self.assertEqual(not proof.no_pdf_because, drawn, (patched, words))
                self.assertEqual(proof.action_print()["type"] == "ir.actions.report", drawn)

    def test_a_name_from_right_to_left_or_such_a_reader_needs_it_too(self):
        self.env["res.lang"]._activate_lang("ar_001")
        self.tell_one(an_entry())
        with self.drawn_by(state="ok", is_patched_qt=False):
            self.assertFalse(self.proof().no_pdf_because)
            self.assertTrue(self.proof().with_context(lang="ar_001").no_pdf_because)
            self.customer().name = ARABIC
            self.assertTrue(self.proof().no_pdf_because)

    def test_before_anything_is_chosen_nothing_is_said(self):
        with self.drawn_by(state="ok", is_patched_qt=False):
            self.assertFalse(self.env["duebell.proof"].new({}).no_pdf_because)
