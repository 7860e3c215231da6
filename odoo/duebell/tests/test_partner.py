# SPDX-License-Identifier: LGPL-3.0-only
"""What a colleague sees on the contact."""

from odoo.tests import Form, new_test_user, tagged

from .common import BillingCase, a_customer, a_standing, an_entry, usd


@tagged("post_install", "-at_install")
class TestPartner(BillingCase):
    def test_the_contact_shows_customers_in_whose_standing_something_is_wrong_worst_first(self):
        overdue = a_standing(total_overdue=usd("20.00"))
        suspended = a_standing(status="suspended", total_overdue=usd("30.00"), amount_to_restore=usd("30.00"))
        self.tell(
            an_entry(customer=a_customer(external_id="fine")),
            an_entry(customer=a_customer(external_id="overdue"), standing=overdue),
            an_entry("customer.suspended", customer=a_customer(external_id="bad"), standing=suspended, reason="other"),
        )
        partner = self.env["res.partner"].search([("ref", "=", "C-1001")])[:1]
        self.env["duebell.customer"].search([]).partner_id = partner
        self.assertEqual(partner.duebell_stage, "suspended")
        self.assertEqual(
            partner.duebell_standing,
            "John Doe (C-1001): $30.00 overdue · $30.00 to restore\nJohn Doe (C-1001): $20.00 overdue",
        )
        self.assertEqual(partner.duebell_customer_count, 3)

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
