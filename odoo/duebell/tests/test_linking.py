# SPDX-License-Identifier: LGPL-3.0-only
"""Which contact a billing customer is, and which of the contact's fields billing may write."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import BillingCase, a_customer, an_entry, replayed


@tagged("post_install", "-at_install")
class TestLinking(BillingCase):
    def partner_of(self, **changes):
        customer = a_customer(**changes)
        self.tell_one(an_entry(customer=customer))
        return self.customer(customer["external_id"]).partner_id

    def test_a_stranger_becomes_a_contact_with_what_billing_knows(self):
        partner = self.partner_of(language="es-ES", vat_number="ESA12345674", company_name="Example Bakery")
        self.assertRecordValues(
            partner,
            [
                {
                    "name": "John Doe",
                    "ref": "C-1001",
                    "phone": "+12025550123",
                    "email": "john@example.com",
                    "lang": "es_ES",
                    "tz": "America/New_York",
                    "vat": "ESA12345674",
                    "company_name": "Example Bakery",
                    "is_company": False,
                    "company_id": self.company.id,
                }
            ],
        )

    def test_a_customer_named_like_his_company_is_a_company(self):
        self.assertTrue(self.partner_of(name="Example Bakery", company_name="Example Bakery").is_company)

    def test_a_vat_number_that_odoo_would_not_take_is_no_obstacle(self):
        self.assertEqual(self.partner_of(vat_number="not a VAT number").vat, "not a VAT number")

    def test_the_reference_links_to_the_only_contact_that_has_it(self):
        partner = self.env["res.partner"].create({"name": "J. Doe", "ref": "C-1001", "phone": "+12025550199"})
        self.assertEqual(self.partner_of(), partner)
        self.assertEqual((partner.name, partner.phone), ("J. Doe", "+12025550199"), "what people wrote stays")

    def test_a_reference_that_two_contacts_have_links_to_neither(self):
        twins = self.env["res.partner"].create([{"name": "One", "ref": "C-1001"}, {"name": "Two", "ref": "C-1001"}])
        self.assertNotIn(self.partner_of(), twins)

    def test_a_contact_of_another_company_is_not_linked(self):
        other = self.another_company()
        partner = self.env["res.partner"].create({"name": "J. Doe", "ref": "C-1001", "company_id": other.id})
        self.assertNotEqual(self.partner_of(), partner)

    def test_phone_email_and_name_never_link(self):
        partner = self.env["res.partner"].create(
            {"name": "John Doe", "phone": "+12025550123", "email": "john@example.com"}
        )
        self.assertNotEqual(self.partner_of(reference=None), partner)

    def test_the_billing_id_links_whatever_else_changes(self):
        partner = self.partner_of()
        self.assertEqual(self.partner_of(reference="C-2002", name="Johnny Doe"), partner)
        self.assertEqual(self.env["duebell.customer"].search_count([]), 1)

    def test_two_customers_may_be_one_contact(self):
        partner = self.partner_of()
        self.assertEqual(self.partner_of(external_id="john-doe-mobile"), partner)
        self.assertEqual(partner.duebell_customer_count, 2)

    def told_at_once(self, *customers):
        """The contacts of customers whom one call brings."""
        self.tell(*(an_entry(customer=a_customer(**changes)) for changes in customers))
        return [self.customer(changes["external_id"]).partner_id for changes in customers]

    def test_two_new_customers_of_one_reference_are_one_contact_in_one_call_too(self):
        line, mobile = self.told_at_once({"external_id": "line"}, {"external_id": "mobile"})
        self.assertEqual(line, mobile)
        self.assertEqual(self.partner_of(external_id="later"), line, "the reference still leads to one contact")

    def test_in_one_call_too_customers_without_reference_are_contacts_of_their_own(self):
        one, another = self.told_at_once(
            {"external_id": "one", "reference": None}, {"external_id": "another", "reference": None}
        )
        self.assertNotEqual(one, another)

    def test_in_one_call_too_a_reference_that_two_contacts_have_links_to_neither_nor_to_one_another(self):
        twins = self.env["res.partner"].create([{"name": "One", "ref": "C-1001"}, {"name": "Two", "ref": "C-1001"}])
        one, another = self.told_at_once({"external_id": "one"}, {"external_id": "another"})
        self.assertEqual(len(twins | one | another), 4)

    def test_in_one_call_too_each_company_has_a_contact_of_its_own(self):
        other = self.another_company()
        ours = an_entry(customer=a_customer(external_id="ours"))
        named = an_entry(customer=a_customer(external_id="named"), company="Example Telecom")
        theirs = an_entry(customer=a_customer(external_id="theirs"), company="Other Telecom")
        self.tell(ours, named, theirs)
        self.assertEqual(self.customer("ours").partner_id, self.customer("named").partner_id)
        self.assertEqual(self.customer("theirs").partner_id.company_id, other)

    def test_a_field_that_billing_changed_follows(self):
        partner = self.partner_of()
        self.partner_of(phone="+12025550177", email="doe@example.com", language="es-ES")
        self.assertEqual((partner.phone, partner.email, partner.lang), ("+12025550177", "doe@example.com", "es_ES"))

    def test_what_odoo_makes_of_a_field_follows_too(self):
        partner = self.partner_of(vat_number="ESA12345674", company_name="Bakery")
        person = self.env["res.partner"].create({"name": "Jane Roe", "parent_id": partner.id, "type": "contact"})
        self.assertEqual(person.display_name, "John Doe, Jane Roe")
        changed = a_customer(
            name="J. Doe",
            company_name="Example Bakery",
            phone="+1 202-555-0177",
            email="Doe@Example.com",
            vat_number="ESB12345674",
        )
        self.tell_one(an_entry(customer=changed))
        self.assertRecordValues(
            partner | person,
            [
                {
                    "phone_sanitized": "+12025550177",
                    "email_normalized": "doe@example.com",
                    "display_name": "Example Bakery, J. Doe",
                    "commercial_company_name": "Example Bakery",
                    "vat": "ESB12345674",
                },
                {
                    "phone_sanitized": False,
                    "email_normalized": False,
                    "display_name": "J. Doe, Jane Roe",
                    "commercial_company_name": False,
                    "vat": "ESB12345674",
                },
            ],
        )

    def test_whatever_a_caller_puts_into_the_context_odoo_makes_of_a_field_what_it_does(self):
        partner = self.partner_of()
        partner.with_context(duebell_writing={}).phone = "+1 202-555-0177"
        self.assertEqual(partner.phone_sanitized, "+12025550177")

    def test_of_two_customers_who_are_one_contact_the_first_tells_what_changed(self):
        partner = self.partner_of()
        self.partner_of(external_id="mobile")
        first = an_entry(customer=a_customer(phone="+12025550177"))
        second = an_entry(customer=a_customer(external_id="mobile", phone="+12025550188", email="doe@example.com"))
        self.tell(first, second)
        self.assertEqual((partner.phone, partner.email), ("+12025550177", "doe@example.com"))

    def test_a_field_that_somebody_edited_is_left(self):
        partner = self.partner_of()
        partner.phone = "+12025550199"
        self.partner_of(phone="+12025550177", email="doe@example.com")
        self.assertEqual((partner.phone, partner.email), ("+12025550199", "doe@example.com"))

    def test_a_field_that_billing_did_not_change_is_left_though_somebody_edited_it(self):
        partner = self.partner_of()
        partner.email = "home@example.com"
        self.partner_of()
        self.assertEqual(partner.email, "home@example.com")

    def test_messages_go_where_billing_says_not_where_the_contact_says(self):
        partner = self.partner_of()
        partner.phone = "+12025550199"
        entry = an_entry("invoice.overdue")
        self.tell_one(entry)
        self.assertEqual(self.message(entry).recipient, "+12025550123")

    def test_nothing_financial_is_written_on_the_contact(self):
        stored = {
            name
            for name, field in self.env["res.partner"]._fields.items()
            if field.store and field._module == "duebell" and field.column_type
        }
        self.assertFalse(stored)


@tagged("post_install", "-at_install")
class TestUnmatched(BillingCase):
    def tell(self, *entries, unmatched="refuse"):
        return self.billing.ingest(contract=1, events=list(entries), terms={"unmatched": unmatched})["results"]

    def test_the_status_says_what_may_become_of_whom_no_contact_is_found_for(self):
        self.assertEqual(self.billing.status()["unmatched"], ["create", "refuse", "wait"])

    def test_a_stranger_is_refused_with_what_to_do_and_nothing_is_made(self):
        contacts = self.env["res.partner"].search_count([])
        self.assertIn("then replay this event", self.refusal(an_entry()))
        self.assertEqual(self.env["res.partner"].search_count([]), contacts)
        self.assertFalse(self.customer())

    def test_whom_a_contact_is_found_for_is_taken_beside_a_stranger(self):
        self.env["res.partner"].create({"name": "J. Doe", "ref": "C-1001"})
        stranger = an_entry(customer=a_customer(external_id="jane-roe", reference="C-1002"))
        results = self.tell(ours := an_entry(), stranger)
        self.assertEqual(results[ours["key"]]["outcome"], "provisioned")
        self.assertEqual(results[stranger["key"]]["outcome"], "refused")

    def test_once_the_contact_has_the_reference_a_replay_is_taken_and_tells(self):
        self.refusal(entry := an_entry())
        partner = self.env["res.partner"].create({"name": "J. Doe", "ref": "C-1001"})
        again = replayed(entry, 1)
        self.assertEqual(self.tell(again)[again["key"]]["told"], ["sms", "email"])
        self.assertEqual(self.customer().partner_id, partner)

    def test_a_reference_that_two_contacts_have_is_nobodys(self):
        self.env["res.partner"].create([{"name": "One", "ref": "C-1001"}, {"name": "Two", "ref": "C-1001"}])
        self.refusal(an_entry())

    def test_a_customer_who_is_known_stays_known(self):
        self.tell(an_entry(), unmatched="create")
        entry = an_entry()
        self.assertEqual(self.tell(entry)[entry["key"]]["outcome"], "provisioned")

    def test_another_word_is_a_malformed_call(self):
        with self.assertRaises(UserError):
            self.tell(an_entry(), unmatched="guess")
