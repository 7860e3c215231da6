# SPDX-License-Identifier: LGPL-3.0-only
"""Who is asked to call whom, by each company's rule, and when that is over."""

from datetime import timedelta
from pathlib import Path

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.modules.migration import load_script
from odoo.tests import new_test_user, tagged

from odoo.addons.duebell.tests.common import BillingCase, a_customer, a_standing, an_entry, an_invoice, usd

UPGRADE = Path(__file__).parent.parent / "migrations" / "19.0.1.1.0" / "post-collections.py"


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

    def test_who_does_not_see_billing_does_not_read_on_the_contact_what_is_owed(self):
        outsider = new_test_user(self.env, "outsider", "base.group_user,base.group_partner_manager")
        self.overdue()
        activity = self.activities()
        readers = [user for user in (outsider, self.caller) if activity.with_user(user).has_access("read")]
        self.assertEqual(readers, [self.caller])

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

    def promise(self, days=3):
        until = fields.Date.context_today(self.settings) + timedelta(days=days)
        return self.env["duebell.rest"].create({"customer_id": self.customer().id, "kind": "promise", "until": until})

    def test_an_activity_goes_when_the_customer_is_left_in_peace(self):
        self.overdue()
        activity = self.activities()
        self.promise()
        self.assertFalse(self.activities())
        self.assertFalse(activity.exists())

    def test_who_has_not_paid_by_the_day_that_he_promised_is_called_anew(self):
        self.overdue()
        called = self.activities()
        called.action_done()
        promise = self.promise()
        self.assertFalse(self.activities())
        with freeze_time(promise.until):
            self.assertFalse(self.activities(), "it is the last day")
        with freeze_time(promise.until + timedelta(days=1)):
            anew = self.activities()
            self.assertEqual(len(anew), 1)
            anew.action_done()
            self.assertFalse(self.activities())

    def test_who_has_paid_by_the_day_that_he_promised_is_not_called_anew(self):
        self.overdue()
        self.activities()
        promise = self.promise()
        self.activities()
        self.paid()
        with freeze_time(promise.until + timedelta(days=1)):
            self.assertFalse(self.activities())

    def stands(self, status):
        self.tell_one(
            an_entry(
                "customer.suspended" if status == "suspended" else "customer.limited",
                customer=a_customer(reference="C-john-doe"),
                standing=a_standing(status=status, total_overdue=usd("30.00")),
                reason="non_payment",
            )
        )

    def test_who_is_suspended_after_he_was_called_is_called_anew_and_once(self):
        self.overdue()
        self.activities().action_done()
        self.stands("suspended")
        self.assertIn("Suspended", self.activities().summary)
        self.activities().action_done()
        self.overdue(standing={"status": "suspended"})
        self.assertFalse(self.activities())

    def test_an_activity_that_was_not_done_says_how_the_customer_stands_by_now(self):
        self.overdue()
        before = self.activities()
        self.stands("limited")
        self.assertIn("Limited", self.activities().summary)
        self.assertFalse(before.exists())

    def test_who_works_again_and_is_suspended_once_more_is_called_anew(self):
        self.overdue()
        self.stands("suspended")
        self.activities().action_done()
        self.overdue()
        self.assertFalse(self.activities(), "it got better")
        self.stands("suspended")
        self.assertEqual(len(self.activities()), 1)

    def test_calls_that_were_made_stay_in_the_statistics(self):
        self.overdue()
        done = self.activities()
        done.action_done()
        self.paid()
        self.activities()
        self.assertTrue(done.exists())
        self.assertTrue(self.customer().collection_ids.closed_on)

    def test_who_calls_follows_no_contact_for_it(self):
        self.overdue("follows-not")
        self.overdue("follows")
        partner = self.customer("follows").partner_id
        partner.message_subscribe(self.caller.partner_id.ids)
        self.assertTrue(self.activities("follows"))
        self.assertFalse(self.customer("follows-not").partner_id.message_partner_ids & self.caller.partner_id)
        self.assertIn(self.caller.partner_id, partner.message_partner_ids)

    def test_after_the_upgrade_nobody_is_asked_anew_until_something_gets_worse(self):
        # given a call that was made in the version before, which noted no status
        self.overdue()
        self.activities().action_done()
        self.customer().collection_ids.status = False
        self.env.flush_all()
        # when it is upgraded
        load_script(str(UPGRADE), "post_collections").migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        # then
        self.assertFalse(self.activities())
        self.stands("suspended")
        self.assertEqual(len(self.activities()), 1)

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
        other = self.another_company()
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
