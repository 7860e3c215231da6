# SPDX-License-Identifier: LGPL-3.0-only
"""Who is asked to call whom, by each company's rule, and when that is over."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged

from odoo.addons.duebell.tests.common import BillingCase, a_customer, a_standing, an_entry, an_invoice, usd


@tagged("post_install", "-at_install")
class TestCollections(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.caller = new_test_user(cls.env, "caller", "duebell.group_user", name="Collections")
        cls.settings = cls.env["duebell.settings"]._of(cls.company)
        cls.settings.write({"collections_user_id": cls.caller.id, "collections": True})

    def overdue(self, external_id="john-doe", *, days=10, amount="30.00", **changes):
        """An invoice of the customer is overdue for so many days."""
        due_on = str(fields.Date.context_today(self.env["duebell.customer"]) - timedelta(days=days))
        invoice = an_invoice(number=f"INV-{external_id}", due_on=due_on, outstanding=usd(amount))
        standing = a_standing(total_overdue=usd(amount), **changes.pop("standing", {}))
        customer = a_customer(external_id=external_id, reference=f"C-{external_id}")
        self.tell_one(an_entry("invoice.overdue", customer=customer, standing=standing, invoice=invoice, **changes))

    def paid(self, external_id="john-doe"):
        invoice = an_invoice(number=f"INV-{external_id}", paid=usd("30.00"), outstanding=usd("0.00"))
        customer = a_customer(external_id=external_id, reference=f"C-{external_id}")
        self.tell_one(an_entry("invoice.paid", customer=customer, invoice=invoice))

    def activities(self, external_id="john-doe"):
        self.env["duebell.collection"]._follow_rules()
        kind = self.env.ref("duebell_crm.activity_collections")
        return self.customer(external_id).partner_id.activity_ids.filtered(lambda one: one.activity_type_id == kind)

    def test_who_stays_overdue_is_to_be_called_and_the_activity_says_what_about(self):
        self.overdue()
        activity = self.activities()
        self.assertRecordValues(
            activity,
            [{"user_id": self.caller.id, "summary": "John Doe (C-john-doe): Overdue", "automated": True}],
        )
        self.assertIn("$30.00 overdue", activity.note)

    def test_nobody_is_called_unless_the_company_wants_it(self):
        self.settings.collections = False
        self.overdue()
        self.assertFalse(self.activities())

    def test_nobody_is_called_before_the_days_are_over(self):
        self.overdue("early", days=6)
        self.overdue("late", days=7)
        self.assertFalse(self.activities("early"))
        self.assertTrue(self.activities("late"))

    def test_who_owes_little_is_left_alone(self):
        self.settings.collections_amount = 20
        self.overdue("little", amount="19.99")
        self.overdue("enough", amount="20.00")
        self.assertFalse(self.activities("little"))
        self.assertTrue(self.activities("enough"))

    def test_the_amount_counts_in_the_currency_of_the_debt(self):
        euro = self.env["res.currency"].with_context(active_test=False).search([("name", "=", "EUR")])
        euro.active = True
        self.env["res.currency.rate"].create({"currency_id": euro.id, "company_id": self.company.id, "rate": 0.5})
        self.settings.collections_amount = 20
        self.overdue()
        customer = self.customer()
        customer.write({"currency_id": euro.id, "total_overdue": 9})
        self.assertFalse(self.activities(), "9 euros are 18 dollars")
        customer.total_overdue = 10
        self.assertTrue(self.activities())

    def test_who_is_suspended_is_called_at_once_if_the_company_wants_it(self):
        self.settings.collections_amount = 1000
        entry = an_entry("customer.suspended", standing=a_standing(status="suspended"), reason="non_payment")
        self.tell_one(entry)
        self.settings.collections_suspended = False
        self.assertFalse(self.activities())
        self.settings.collections_suspended = True
        self.assertIn("Suspended", self.activities().summary)

    def test_who_promised_to_pay_or_disputes_is_left_in_peace_until_that_day(self):
        self.overdue()
        today = fields.Date.context_today(self.settings)
        rest = self.env["duebell.rest"].create({"customer_id": self.customer().id, "kind": "promise", "until": today})
        self.assertFalse(self.activities())
        rest.active = False
        self.assertTrue(self.activities())

    def test_one_debt_is_one_activity_though_it_was_done(self):
        self.overdue()
        self.assertEqual(len(self.activities()), 1)
        self.assertEqual(len(self.activities()), 1)
        self.activities().action_done()
        self.assertFalse(self.activities())

    def test_who_has_paid_is_not_called_any_more_and_the_next_debt_is_a_new_one(self):
        self.overdue()
        first = self.activities()
        self.paid()
        self.assertFalse(self.activities())
        self.assertFalse(first.exists())
        self.overdue()
        self.assertEqual(len(self.activities()), 1)

    def test_each_company_has_a_rule_of_its_own(self):
        other = self.env["res.company"].create({"name": "Other Telecom"})
        self.user.company_ids += other
        self.overdue("ours")
        self.overdue("theirs", company="Other Telecom")
        self.assertTrue(self.activities("ours"))
        self.assertFalse(self.activities("theirs"))
        their_caller = new_test_user(
            self.env, "theirs", "duebell.group_user", company_id=other.id, company_ids=other.ids
        )
        self.env["duebell.settings"]._of(other).write({"collections_user_id": their_caller.id, "collections": True})
        self.assertEqual(self.activities("theirs").user_id, their_caller)
        self.assertEqual(self.activities("ours").user_id, self.caller)

    def test_the_activity_goes_with_a_customer_to_another_contact(self):
        self.overdue()
        activity = self.activities()
        self.customer().partner_id = partner = self.env["res.partner"].create({"name": "J. Doe"})
        self.assertEqual(activity.res_id, partner.id)

    def test_the_rule_needs_somebody_who_calls(self):
        with self.assertRaisesRegex(ValidationError, "who does the activities"):
            self.settings.collections_user_id = False

    def test_more_customers_take_no_more_queries(self):
        def queries(count):
            for number in range(count):
                self.overdue(f"many-{count}-{number}")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["duebell.collection"]._follow_rules()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(1)
        self.assertLess(queries(50), queries(5) + 10)
