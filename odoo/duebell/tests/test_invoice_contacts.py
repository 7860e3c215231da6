# SPDX-License-Identifier: LGPL-3.0-only
"""Whoever gets a customer's invoices is a contact below the customer's own."""

from odoo.tests import tagged

from .common import BillingCase, a_customer, an_entry


@tagged("post_install", "-at_install")
class TestInvoiceContacts(BillingCase):
    def told_of(self, **changes):
        """The contact of a customer who is a company."""
        customer = a_customer(name="Example Bakery", company_name="Example Bakery", **changes)
        self.tell_one(an_entry(customer=customer))
        return self.customer().partner_id

    def test_a_new_contact_has_its_invoice_contact_below_it(self):
        company = self.told_of(invoice_contact="Accounts Payable")
        self.assertTrue(company.is_company)
        self.assertRecordValues(
            company.child_ids,
            [
                {
                    "name": "Accounts Payable",
                    "type": "invoice",
                    "email": "john@example.com",
                    "company_id": self.company.id,
                    "commercial_partner_id": company.id,
                }
            ],
        )

    def test_who_gets_his_invoices_himself_has_none(self):
        self.assertFalse(self.told_of(invoice_contact="Example Bakery").child_ids)

    def test_a_new_name_follows_except_where_somebody_edited_it(self):
        company = self.told_of(invoice_contact="Accounts Payable")
        self.told_of(invoice_contact="Accounts")
        self.assertEqual(company.child_ids.name, "Accounts")
        company.child_ids.name = "The Baker"
        self.told_of(invoice_contact="Finance")
        self.assertEqual(company.child_ids.name, "The Baker")

    def test_a_contact_that_people_made_gets_none(self):
        partner = self.env["res.partner"].create({"name": "Bakery", "ref": "C-1001"})
        self.told_of(invoice_contact="Accounts Payable")
        self.assertFalse(partner.child_ids)

    def test_who_is_forgotten_is_forgotten_there_too(self):
        company = self.told_of(invoice_contact="Accounts Payable")
        self.billing.forget("Global", "john-doe")
        self.assertRecordValues(company.child_ids, [{"name": "(erased)", "email": False, "phone": False}])
