# SPDX-License-Identifier: LGPL-3.0-only
"""The proof of notice as a browser gets it."""

from urllib.parse import unquote

from odoo.tests import HttpCase, new_test_user, tagged

from .common import BillingCase, a_customer, an_entry


@tagged("post_install", "-at_install")
class TestProofDownload(BillingCase, HttpCase):
    def setUp(self):
        super().setUp()
        new_test_user(self.env, "colleague", "duebell.group_user", tz="America/New_York")
        self.authenticate("colleague", "colleague")

    def download(self, reference):
        self.tell_one(an_entry(customer=a_customer(reference=reference)))
        colleague = self.env["res.users"].search([("login", "=", "colleague")])
        proof = self.env["duebell.proof"].with_user(colleague).create({"customer_ids": [(6, 0, self.customer().ids)]})
        return proof, self.url_open(proof.action_csv()["url"])

    def test_a_reference_of_any_signs_names_the_file(self):
        reference = "A/7 #1 100%? ж"
        proof, answer = self.download(reference)
        self.assertEqual(answer.status_code, 200)
        self.assertIn(reference, answer.content.decode("utf-8-sig"))
        named = unquote(answer.headers["Content-Disposition"].partition("filename*=UTF-8''")[2])
        self.assertEqual(named, f"Proof of notice {reference} {proof.first_day} {proof.last_day}.csv")
