# SPDX-License-Identifier: LGPL-3.0-only
"""Which contacts are suggested for a customer whom nobody has linked, and how a person decides."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import a_customer, an_entry
from .test_strangers import StrangerCase


@tagged("post_install", "-at_install")
class TestSuggestions(StrangerCase):
    def suggested(self, **contact):
        partner = self.a_contact(**contact)
        self.tell_one(an_entry(customer=a_customer(vat_number="ESA12345674", company_name="Example Bakery")))
        stranger = self.stranger()
        return stranger.suggested_partner_id == partner and stranger.suggested_because

    def test_the_same_email_suggests_however_it_is_written(self):
        self.assertEqual(self.suggested(email='"J. Doe" <John@Example.com>'), "same e-mail")

    def test_the_same_phone_suggests_however_it_is_written(self):
        self.assertEqual(self.suggested(phone="(202) 555-0123", country_id=self.env.ref("base.us").id), "same phone")

    def test_the_same_vat_number_suggests(self):
        self.assertEqual(self.suggested(vat="ESA12345674"), "same VAT number")

    def test_the_same_company_name_suggests(self):
        self.assertEqual(self.suggested(name="Example Bakery"), "same name")

    def test_an_invoice_contact_suggests_its_company(self):
        company = self.a_contact(name="A Bakery", is_company=True)
        self.a_contact(name="Accounts", type="invoice", parent_id=company.id, email="john@example.com")
        self.tell_one(an_entry())
        self.assertEqual(self.stranger().suggested_partner_id, company)

    def test_who_has_more_in_common_goes_first(self):
        self.a_contact(phone="+12025550123")
        closer = self.a_contact(phone="+12025550123", email="john@example.com")
        self.tell_one(an_entry())
        self.assertRecordValues(
            self.stranger(), [{"suggested_partner_id": closer.id, "suggested_because": "same e-mail, phone"}]
        )

    def test_of_two_who_fit_equally_none_is_suggested(self):
        self.a_contact(phone="+12025550123")
        self.a_contact(phone="+12025550123")
        self.tell_one(an_entry())
        self.assertRecordValues(
            self.stranger(), [{"suggested_partner_id": False, "suggested_because": "several fit: choose one"}]
        )

    def test_another_companys_contact_is_not_suggested(self):
        other = self.another_company()
        self.colleague.company_ids += other
        self.a_contact(email="john@example.com", company_id=other.id)
        self.tell_one(an_entry())
        stranger = self.stranger().with_context(allowed_company_ids=[self.company.id, other.id])
        self.assertFalse(stranger.suggested_partner_id)

    def test_nobody_is_linked_by_a_suggestion(self):
        self.suggested(email="john@example.com")
        self.tell_one(an_entry())
        self.assertFalse(self.customer())

    def test_all_who_are_suggested_are_linked_at_once_and_others_stay(self):
        partner = self.a_contact(email="john@example.com")
        self.tell(an_entry(), an_entry(customer=a_customer(external_id="x", name="X", email=None, phone=None)))
        self.env["duebell.stranger"].search([]).with_user(self.colleague).action_link_suggested()
        self.assertEqual(self.customer().partner_id, partner)
        self.assertEqual(self.stranger("x").state, "waiting")

    def test_more_strangers_take_no_more_queries(self):
        def queries(count):
            ids = [f"many-{count}-{number}" for number in range(count)]
            self.tell(*[an_entry(customer=a_customer(external_id=id_, reference=None, name=id_)) for id_ in ids])
            self.env["res.partner"].create([{"name": id_} for id_ in ids])
            strangers = self.env["duebell.stranger"].search([("external_id", "in", ids)]).with_user(self.colleague)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(strangers.suggested_partner_id), count)
            return self.env.cr.sql_log_count - before

        queries(1)
        self.assertLessEqual(queries(80), queries(10))


@tagged("post_install", "-at_install")
class TestLinkingDialog(StrangerCase):
    def dialog(self, action):
        return self.env["duebell.linking"].with_user(self.colleague).browse(action["res_id"])

    def test_it_shows_what_billing_knows_and_whom_it_suggests(self):
        partner = self.a_contact(email="john@example.com")
        self.tell_one(an_entry())
        dialog = self.dialog(self.stranger().action_open_linking())
        self.assertRecordValues(dialog, [{"name": "John Doe", "phone": "+12025550123", "waiting_count": 1}])
        self.assertRecordValues(dialog.suggestion_ids, [{"partner_id": partner.id, "because": "same e-mail"}])
        dialog.suggestion_ids.action_link()
        self.assertEqual(self.customer().partner_id, partner)

    def test_any_other_contact_may_be_chosen(self):
        self.tell_one(an_entry())
        dialog = self.dialog(self.stranger().action_open_linking())
        with self.assertRaisesRegex(UserError, "Choose a contact first"):
            dialog.action_link()
        dialog.partner_id = partner = self.a_contact(name="Somebody Else")
        dialog.action_link()
        self.assertEqual(self.customer().partner_id, partner)

    def test_a_contact_may_be_made(self):
        self.tell_one(an_entry())
        self.dialog(self.stranger().action_open_linking()).action_create_contact()
        self.assertEqual(self.customer().partner_id.ref, "C-1001")

    def test_a_linked_customer_gets_another_contact(self):
        self.colleague.group_ids += self.env.ref("duebell.group_manager")
        self.tell(an_entry(), unmatched="create")
        wrong, right = self.customer().partner_id, self.a_contact(email="john@example.com")
        dialog = self.dialog(self.customer().with_user(self.colleague).action_other_contact())
        self.assertEqual(dialog.current_partner_id, wrong)
        self.assertEqual(dialog.suggestion_ids.partner_id, right, "the present one is no suggestion")
        dialog.suggestion_ids.action_link()
        self.assertEqual(self.customer().partner_id, right)

    def test_a_linked_customer_gets_a_contact_of_his_own(self):
        self.colleague.group_ids += self.env.ref("duebell.group_manager")
        shared = self.a_contact(ref="C-1001")
        self.tell(an_entry(), unmatched="create")
        self.dialog(self.customer().with_user(self.colleague).action_other_contact()).action_create_contact()
        self.assertNotEqual(self.customer().partner_id, shared)
        self.assertEqual(self.customer().partner_id.name, "John Doe")

    def test_who_only_looks_gives_a_customer_no_other_contact(self):
        self.tell(an_entry(), unmatched="create")
        looking = new_test_user(self.env, "looking", "duebell.group_user")
        action = self.customer().with_user(looking).action_other_contact()
        dialog = self.env["duebell.linking"].with_user(looking).browse(action["res_id"])
        dialog.partner_id = self.a_contact()
        with self.assertRaises(AccessError):
            dialog.action_link()
