# SPDX-License-Identifier: LGPL-3.0-only
"""What a colleague sees on the contact."""

import re

from odoo.tests import Form, new_test_user, tagged

from .common import BillingCase, a_commitment, a_customer, a_standing, an_entry, an_invoice, usd

MARKUP = "<img src=x onerror=alert(1)>"


def in_words(html) -> str:
    return " ".join(re.sub("<[^>]+>", " ", str(html)).split())


@tagged("post_install", "-at_install")
class TestPartner(BillingCase):
    def test_the_contact_shows_customers_for_whom_something_is_to_be_known_worst_first(self):
        overdue = a_standing(total_overdue=usd("20.00"), next_step="suspend", next_step_on="2026-12-03")
        suspended = a_standing(status="suspended", total_overdue=usd("30.00"), amount_to_restore=usd("30.00"))
        invoice = an_invoice(due_on="2099-11-15", link="https://example.com/1")
        self.tell(
            an_entry("commitment.started", customer=a_customer(external_id="fine", name="Fine")),
            an_entry(customer=a_customer(external_id="overdue"), standing=overdue, invoice=invoice),
            an_entry("customer.suspended", customer=a_customer(external_id="bad"), standing=suspended, reason="other"),
        )
        partner = self.env["res.partner"].search([("ref", "=", "C-1001")])[:1]
        self.env["duebell.customer"].search([]).partner_id = partner
        self.assertEqual(partner.duebell_stage, "suspended")
        self.assertEqual(
            in_words(partner.duebell_banner),
            "Suspended John Doe (C-1001) · $30.00 overdue · since when is not known here · $30.00 restores the service "
            "Overdue John Doe (C-1001) · $20.00 overdue · since when is not known here · "
            "Will be suspended on December 3, 2026 unless paid. · Invoice INV-2026-000001",
        )
        self.assertIn('href="https://example.com/1"', partner.duebell_banner)
        self.assertEqual(partner.duebell_customer_count, 3)

    def test_who_left_and_still_owes_has_a_banner_among_the_overdue(self):
        left = a_standing(status="closed", total_overdue=usd("30.00"))
        self.tell(
            an_entry(customer=a_customer(external_id="due", reference=None)),
            an_entry("customer.terminated", standing=left, reason="non_payment"),
            an_entry(
                "customer.terminated",
                customer=a_customer(external_id="gone"),
                standing=a_standing(status="closed"),
                reason="other",
            ),
        )
        partner = self.customer().partner_id
        customers = self.env["duebell.customer"].search([])
        customers.partner_id = partner
        self.assertEqual(customers.filtered(lambda one: one.status == "closed").mapped("stage"), ["closed"] * 2)
        self.assertEqual(partner.duebell_stage, "closed")
        words = in_words(partner.duebell_banner)
        self.assertTrue(words.startswith("Closed John Doe (C-1001) · $30.00 overdue"), words)
        self.assertEqual(words.count("Closed"), 1)

    def test_a_contact_whose_customers_are_all_fine_has_no_banner(self):
        self.tell_one(an_entry("commitment.started", commitment=a_commitment(terminated_on=None)))
        partner = self.customer().partner_id
        self.assertFalse(partner.duebell_banner)
        self.assertEqual(partner.duebell_commitment_ids.mapped("service"), ["Internet"])

    def test_markup_in_what_billing_tells_is_shown_as_it_stands(self):
        invoice = an_invoice(number=MARKUP, link="javascript:alert(1)")
        self.tell_one(an_entry(customer=a_customer(name=MARKUP, reference=MARKUP), invoice=invoice))
        banner = self.customer().partner_id.duebell_banner
        self.assertNotIn("<img", banner)
        self.assertIn("&lt;img", banner)
        self.assertNotIn("javascript:", banner)

    def test_the_form_opens_for_colleagues_and_outsiders(self):
        self.tell_one(an_entry(standing=a_standing(total_overdue=usd("20.00"))))
        partner = self.customer().partner_id
        for login, group in (("colleague", "duebell.group_user"), ("outsider", "base.group_user")):
            user = new_test_user(self.env, login, f"{group},base.group_partner_manager")
            with Form(partner.with_user(user)) as form:
                form.function = "Owner"

    def test_one_customer_opens_at_once_and_several_as_a_list(self):
        self.tell_one(an_entry())
        partner = self.customer().partner_id
        self.assertEqual(partner.action_duebell_customers()["res_id"], self.customer().id)
        self.tell_one(an_entry(customer=a_customer(external_id="second")))
        self.assertEqual(partner.action_duebell_customers()["domain"], [("partner_id", "=", partner.id)])

    def test_a_colleague_of_another_company_sees_nothing_of_it(self):
        other = self.another_company()
        shared = self.env["res.partner"].create({"name": "John Doe", "ref": "C-1001"})
        overdue = a_standing(total_overdue=usd("20.00"))
        self.tell_one(an_entry(company="Other Telecom", standing=overdue))
        self.tell_one(an_entry("commitment.started", company="Other Telecom", standing=overdue))
        here = new_test_user(self.env, "here", "duebell.group_user")
        there = new_test_user(
            self.env, "there", "duebell.group_user", company_id=other.id, company_ids=[(6, 0, other.ids)]
        )
        seen = shared.with_user(here).with_company(self.company)
        self.assertFalse(seen.duebell_banner)
        self.assertFalse(seen.duebell_stage)
        for model in ("duebell.customer", "duebell.invoice", "duebell.commitment"):
            self.assertFalse(self.env[model].with_user(here).search([]), model)
            self.assertEqual(len(self.env[model].with_user(there).search([])), 1, model)
        self.env.invalidate_all()  # as between two calls: what a user may not see isn't in the next one's memory
        self.assertIn("$20.00 overdue", shared.with_user(there).with_company(other).duebell_banner)
