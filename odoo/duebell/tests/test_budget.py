# SPDX-License-Identifier: LGPL-3.0-only
"""What texts may cost in a month: a warning before it is spent, and e-mail instead of texts after."""

from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from .common import BillingCase, a_customer, an_entry

SPENT = "Not sent: this month's budget for texts is spent."


@tagged("post_install", "-at_install")
class TestBudget(BillingCase):
    def setUp(self):
        super().setUp()
        self.settings = self.env["duebell.settings"]._of(self.company)
        self.messages = self.env["duebell.message"]
        self.rule = self.env["duebell.message.rule"].search([("event_type", "=", "invoice.generated")], limit=1)
        self.manager = new_test_user(self.env, "boss", groups="duebell.group_manager", lang="en_US")

    def spent(self, parts):
        now = fields.Datetime.now()
        values = {"company_id": self.company.id, "day": now.date(), "at": now, "texts": parts, "parts": parts}
        self.env["duebell.tally"].create(values)

    def told(self, count=1, name="one"):
        entries = [an_entry(customer=a_customer(external_id=f"{name}-{n}", reference=None)) for n in range(count)]
        self.tell(*entries)
        self.messages._release_some()
        return entries

    def by(self, channel, entries):
        return [self.message(entry, channel) for entry in entries]

    def activities(self):
        return self.env["mail.activity"].search([("user_id", "=", self.manager.id)])

    def test_texts_leave_until_the_parts_of_the_month_are_spent_and_then_emails_instead(self):
        self.env["duebell.message.rule"].search([("event_type", "=", "invoice.generated")]).mode = "sms_else_email"
        self.settings.monthly_parts = 2
        entries = self.told(4)
        texts = self.by("sms", entries)
        self.assertEqual([one.state for one in texts], ["released", "released", "cancelled", "cancelled"])
        self.assertEqual(texts[2].because, SPENT)
        emails = self.by("email", entries)
        self.assertEqual([len(one) for one in emails], [0, 0, 1, 1])
        self.messages._release_some()
        self.assertEqual({one.state for one in emails[2:]}, {"released"})

    def test_who_is_told_by_both_gets_no_second_email(self):
        self.settings.monthly_parts = 1
        self.spent(1)
        entries = self.told()
        self.messages._release_some()
        self.assertEqual(self.by("sms", entries)[0].state, "cancelled")
        self.assertEqual(len(self.by("email", entries)[0]), 1)

    def test_what_the_law_requires_is_texted_when_all_is_spent(self):
        self.env["duebell.message.rule"].search([("event_type", "=", "invoice.generated")]).required = True
        self.settings.monthly_parts = 1
        self.spent(1)
        [text] = self.by("sms", self.told())
        self.assertEqual(text.state, "released")

    def test_managers_are_warned_once_at_eighty_percent_and_once_when_it_is_spent(self):
        self.settings.monthly_parts = 10
        self.spent(6)
        self.told()
        self.assertFalse(self.activities())
        self.told(name="two")
        self.assertIn("8 of this month&#39;s 10 SMS parts", str(self.activities().note).replace("'", "&#39;"))
        self.told(name="three")
        self.assertEqual(len(self.activities()), 1)
        self.told(name="four")
        self.assertIn("is spent", str(self.activities().note))
        problems = {problem["slug"]: problem["sentence"] for problem in self.billing.status()["problems"]}
        self.assertIn("budget of 10 SMS parts is spent", problems["budget"])

    def test_a_long_text_costs_each_of_its_parts(self):
        self.env["sms.template"].search([("id", "in", self.rule.sms_template_id.ids)]).body = "x" * 161
        self.settings.monthly_parts = 3
        entries = self.told(2)
        self.assertEqual([one.state for one in self.by("sms", entries)], ["released", "cancelled"])
        self.assertEqual(self.settings.parts_spent, 2)

    def test_the_next_month_begins_with_nothing_spent(self):
        today = fields.Date.today()
        tally, month = self.env["duebell.tally"], today.replace(day=1)
        before = month - timedelta(days=1)
        tally.create({"company_id": self.company.id, "day": before, "at": before, "texts": 5, "parts": 5})
        self.assertEqual(tally._parts_of_month(self.company, today), 0)
        self.assertEqual(tally._parts_of_month(self.company, before), 5)
