# SPDX-License-Identifier: LGPL-3.0-only
"""What the service learns before it tells of anybody: who its customers would be here."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import BillingCase, a_customer, an_entry


@tagged("post_install", "-at_install")
class TestMatch(BillingCase):
    def matched(self, references, **more):
        return self.billing.match(environment="Global", references=references, **more)["matches"]

    def test_a_customer_is_linked_ambiguous_or_absent_and_nothing_is_made(self):
        contacts = self.env["res.partner"]
        contacts.create([{"name": "One", "ref": "R-1"}, {"name": "Two", "ref": "R-2"}, {"name": "Too", "ref": "R-2"}])
        before = contacts.search_count([])
        self.assertEqual(
            self.matched({"1": "R-1", "2": "R-2", "3": "R-3", "4": None}),
            {"1": "linked", "2": "ambiguous", "3": "absent", "4": "absent"},
        )
        self.assertEqual(contacts.search_count([]), before)

    def test_a_customer_who_is_known_is_linked_whatever_his_reference(self):
        self.tell_one(an_entry(customer=a_customer(external_id="5", reference=None)))
        self.assertEqual(self.matched({"5": "R-9"}), {"5": "linked"})

    def test_a_contact_of_another_company_is_nobody(self):
        other = self.another_company()
        self.env["res.partner"].create({"name": "One", "ref": "R-1", "company_id": other.id})
        self.assertEqual(self.matched({"1": "R-1"}), {"1": "absent"})

    def test_a_call_that_is_malformed_is_refused(self):
        for references in ("text", ["x"], {"1": 1}, {str(number): None for number in range(1001)}, None):
            with (
                self.subTest(references=str(references)[:20]),
                self.assertRaisesRegex(UserError, "references: must be an object of at most"),
            ):
                self.matched(references)
        with self.assertRaisesRegex(UserError, "company: Nobody Telecom"):
            self.matched({}, company="Nobody Telecom")
