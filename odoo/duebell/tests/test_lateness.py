# SPDX-License-Identifier: LGPL-3.0-only
"""A delay, hours or a cap that outlast what billing finds worth telling silence it: people are warned of that."""

from freezegun import freeze_time

from odoo.tests import tagged

from .common import BillingCase, a_customer, an_entry

FRIDAY_NIGHT = "2026-11-07T03:00:00Z"
"""Ten in the evening in New York."""
WEEKEND = {"saturday": False, "sunday": False}


@tagged("post_install", "-at_install")
class TestLateness(BillingCase):
    def setUp(self):
        super().setUp()
        self.settings = self.env["duebell.settings"]._of(self.company)
        self.settings.write({"from_hour": 8, "until_hour": 21})
        self.rules = self.env["duebell.message.rule"].search([("event_type", "=", "invoice.overdue")])
        self.overdue()

    def overdue(self):
        """Worth telling for a day."""
        entry = an_entry("invoice.overdue", at=FRIDAY_NIGHT, notify_by="2026-11-08T03:00:00Z")
        with freeze_time(FRIDAY_NIGHT):
            self.tell_one(entry)
        return entry

    def lines(self):
        """What is said of the first rule, and of the company's hours."""
        self.rules.invalidate_recordset()
        self.settings.invalidate_recordset()
        return self.rules[0].late_line, self.settings.late_line

    def release(self, at):
        with freeze_time(at):
            self.env["duebell.message"]._release_some()

    def test_a_night_is_no_reason_to_warn_and_a_weekend_is(self):
        self.assertEqual(self.lines(), (False, False))
        self.settings.write(WEEKEND)
        of_rule, of_settings = self.lines()
        self.assertIn("worth telling for 24 hours", of_rule)
        self.assertIn("waits 59 hours", of_rule)
        self.assertIn(self.rules[0].display_name, of_settings)

    def test_a_delay_as_long_as_it_is_worth_telling_is_warned_of(self):
        self.rules.delay_minutes = 1440
        self.assertIn("Nobody is ever told this", self.lines()[0])
        self.rules.delay_minutes = 12 * 60
        self.assertFalse(self.lines()[0])
        self.rules.delay_minutes = 13 * 60
        self.assertIn("waits 24 hours", self.lines()[0])

    def test_hours_of_its_own_are_the_rules_alone(self):
        self.rules.write({"own_hours": True, **WEEKEND})
        of_rule, of_settings = self.lines()
        self.assertIn("Some customers are never told this", of_rule)
        self.assertFalse(of_settings)

    def test_what_is_urgent_required_or_not_told_waits_for_no_hours(self):
        self.settings.write(WEEKEND)
        for change in ({"urgent": True}, {"required": True}, {"mode": "none"}):
            self.rules.write({"urgent": False, "required": False, "mode": "sms", **change})
            self.assertEqual(self.lines(), (False, False), change)

    def test_a_message_that_hours_kept_back_says_so(self):
        self.settings.write(WEEKEND)
        entry = self.overdue()
        self.release("2026-11-09 13:00:00")
        self.assertEqual(self.message(entry).state, "cancelled")
        self.assertIn("the limit of a day kept it back", self.message(entry).because)
        self.assertIn("kept it back", self.note(entry))

    def test_a_message_that_the_cap_kept_back_says_so(self):
        self.settings.daily_cap = 1
        told = [
            an_entry(type_, at="2026-11-06T23:00:00Z", notify_by="2026-11-07T05:00:00Z", customer=who, **more)
            for who in [a_customer(external_id="capped", reference=None)]
            for type_, more in (("invoice.generated", {}), ("customer.suspended", {"reason": "other"}))
        ]
        with freeze_time("2026-11-06 23:00:00"):
            self.tell(told[0])
        self.release("2026-11-06 23:00:00")
        with freeze_time("2026-11-06 23:10:00"):
            self.tell(told[1])
        self.release("2026-11-06 23:10:00")
        self.assertIn("told enough for a day", self.message(told[1]).because)
        self.release("2026-11-07 13:00:00")
        self.assertIn("the limit of a day kept it back", self.message(told[1]).because)
