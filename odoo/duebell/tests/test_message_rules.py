# SPDX-License-Identifier: LGPL-3.0-only
"""By what, and for whom: a rule for each event, case, company and contact tag."""

from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..consequences import cases_of
from .common import BillingCase, a_customer, an_entry

LANDLINE = "+493012345678"
MOBILE = "+4915112345678"


@tagged("post_install", "-at_install")
class TestMessageRules(BillingCase):
    def setUp(self):
        super().setUp()
        self.rule = self.env.ref("duebell.rule_invoice_generated")

    def told(self, entry):
        """Channel and state of each message of an event told now."""
        self.tell_one(entry)
        return {message.channel: message.state for message in self.event(entry).message_ids}

    def test_the_mode_says_by_what_customers_are_told(self):
        for mode, channels in (
            ("sms", ["sms"]),
            ("email", ["email"]),
            ("both", ["sms", "email"]),
            ("sms_else_email", ["sms"]),
            ("none", []),
        ):
            with self.subTest(mode=mode):
                self.rule.mode = mode
                self.assertEqual(self.tell_one(an_entry())["told"], channels)

    def test_a_rule_has_one_of_the_cases_that_its_event_may_be(self):
        self.assertEqual(self.rule.offered_cases, ["charged", "any"])
        with self.assertRaisesRegex(ValidationError, "“Invoice generated: Paid” never fits"):
            self.rule.case = "paid"
        with Form(self.env.ref("duebell.rule_customer_suspension_removed_delayed")) as form:
            form.event_type = "customer.terminated"
            self.assertEqual((form.case, form.offered_cases), ("any", ["any"]))
            form.event_type = "customer.suspension_removed"
            form.case = "delayed"

    def test_what_customers_are_told_of_has_words_for_each_case(self):
        shipped = self.env["duebell.message.rule"].search([])
        for type_, rules in shipped.grouped("event_type").items():
            with self.subTest(type=type_):
                self.assertEqual(set(rules.mapped("case")), set(cases_of(type_)))

    def test_who_takes_no_texts_gets_an_email_instead(self):
        self.rule.mode = "sms_else_email"
        for phone in (None, "12345", LANDLINE, "+18005550199"):
            with self.subTest(phone=phone):
                customer = a_customer(external_id=f"c-{phone}", reference=None, phone=phone)
                self.assertEqual(self.told(an_entry(customer=customer)), {"email": "waiting"})
        mobile = a_customer(external_id="mobile", reference=None, phone=MOBILE)
        self.assertEqual(self.told(an_entry(customer=mobile)), {"sms": "waiting"})

    def test_a_number_of_which_the_country_does_not_tell_takes_texts(self):
        self.rule.mode = "sms_else_email"
        self.assertEqual(self.told(an_entry(customer=a_customer(phone="+12025550123"))), {"sms": "waiting"})

    def test_a_landline_is_tried_where_the_rule_knows_no_other_way(self):
        self.rule.mode = "sms"
        self.assertEqual(self.told(an_entry(customer=a_customer(phone=LANDLINE))), {"sms": "waiting"})

    def test_who_can_be_reached_by_nothing_fails_visibly_by_both(self):
        self.rule.mode = "sms_else_email"
        entry = an_entry(customer=a_customer(phone=LANDLINE, email=None))
        self.assertEqual(self.told(entry), {"sms": "failed", "email": "failed"})
        self.assertIn("takes no texts, such as a landline", self.message(entry).because)
        self.assertIn("has no e-mail address", self.message(entry, "email").because)

    def test_who_must_not_be_texted_gets_an_email_instead(self):
        self.rule.mode = "sms_else_email"
        entry = an_entry()
        with self.refusing("sms"):
            self.assertEqual(self.told(entry), {"email": "waiting"})

    def test_who_must_not_be_told_is_not_and_the_reason_is_kept(self):
        entry = an_entry()
        with self.refusing("sms"):
            self.assertEqual(self.told(entry), {"sms": "cancelled", "email": "waiting"})
        self.assertEqual(self.message(entry).because, "Asked for no texts.")
        self.assertIn("Asked for no texts.", self.note(entry))
        receipts = self.billing.receipts(acknowledged=[])["receipts"]
        self.assertEqual([(r["state"], r["because"]) for r in receipts], [("cancelled", "Asked for no texts.")])

    def refusing(self, channel):
        """As an addon that refuses a channel: the one way in which drafts are refused."""

        def refused(_self, drafts):
            return {draft.uuid: "Asked for no texts." for draft in drafts if draft.channel == channel}

        return patch.object(self.env.registry["duebell.message"], "_refusals", refused)

    def test_a_contacts_tag_has_rules_of_its_own(self):
        tag = self.env["res.partner.category"].create({"name": "Key account"})
        self.rule.copy({"partner_category_id": tag.id, "mode": "email"})
        tagged_, other = an_entry(), an_entry(customer=a_customer(external_id="other", reference="C-2"))
        self.env["res.partner"].create({"name": "Key", "ref": "C-1001", "category_id": [(4, tag.id)]})
        self.assertEqual(self.told(tagged_), {"email": "waiting"})
        self.assertEqual(self.told(other), {"sms": "waiting", "email": "waiting"})

    def test_a_tags_rule_for_any_case_goes_before_everybodys_rule_for_the_case(self):
        tag = self.env["res.partner.category"].create({"name": "Key account"})
        anybody = self.env.ref("duebell.rule_customer_suspended")
        anybody.copy({"partner_category_id": tag.id, "mode": "none"})
        self.env["res.partner"].create({"name": "Key", "ref": "C-1001", "category_id": [(4, tag.id)]})
        entry = an_entry("customer.suspended", reason="insufficient_funds")
        self.assertEqual(self.tell_one(entry)["untold"], "no rule")

    def test_a_companys_rule_goes_before_a_tags_rule_of_all_companies(self):
        tag = self.env["res.partner.category"].create({"name": "Key account"})
        self.rule.copy({"partner_category_id": tag.id, "mode": "email"})
        self.rule.copy({"company_id": self.company.id, "mode": "sms"})
        self.env["res.partner"].create({"name": "Key", "ref": "C-1001", "category_id": [(4, tag.id)]})
        self.assertEqual(self.told(an_entry()), {"sms": "waiting"})

    @mute_logger("odoo.sql_db")
    def test_there_is_one_rule_for_an_event_case_company_and_tag(self):
        tag = self.env["res.partner.category"].create({"name": "Key account"})
        self.rule.copy({"partner_category_id": tag.id})
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self.rule.copy({"partner_category_id": tag.id})

    def test_what_cuts_or_restores_a_service_is_urgent_and_warnings_are_required_unless_somebody_says_otherwise(self):
        rules = self.env["duebell.message.rule"]
        self.assertTrue(self.env.ref("duebell.rule_customer_suspended").urgent)
        self.assertFalse(self.rule.urgent or self.rule.required)
        self.assertTrue(self.env.ref("duebell.rule_customer_suspension_warning").required)
        words = {"sms_template_id": self.rule.sms_template_id.id, "mode": "sms"}
        company = {"company_id": self.company.id}
        ended = rules.create({"event_type": "customer.terminated", "urgent": False, **words, **company})
        self.assertFalse(ended.urgent)

    def test_what_the_law_requires_is_told_by_something(self):
        with self.assertRaisesRegex(ValidationError, "The law requires this message"):
            self.rule.write({"required": True, "mode": "none"})

    def test_a_rule_that_makes_no_sense_says_so(self):
        for values, because in (
            ({"delay_minutes": -1}, "can't leave before its event"),
            ({"from_hour": 21, "until_hour": 8}, "the earlier one first"),
            ({"until_hour": 25}, "until 24:00 at the latest"),
            (
                dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), False),
                "at least one day",
            ),
        ):
            with self.subTest(values=values), self.assertRaisesRegex(ValidationError, because), self.env.cr.savepoint():
                self.rule.write(values)

    def test_tags_cost_one_more_query_for_a_whole_call(self):
        tag = self.env["res.partner.category"].create({"name": "Key account"})
        self.rule.copy({"partner_category_id": tag.id, "mode": "email"})
        counts = []
        for size in (10, 100):
            entries = [
                an_entry(customer=a_customer(external_id=f"{size}-{number}", reference=None)) for number in range(size)
            ]
            self.tell(*entries)
            again = [an_entry(customer=entry["event"]["data"]["customer"]) for entry in entries]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.tell(*again)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
