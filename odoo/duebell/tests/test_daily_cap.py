# SPDX-License-Identifier: LGPL-3.0-only
"""Nobody is told more often in a day than the company says."""

from freezegun import freeze_time

from odoo.tests import tagged

from .common import BillingCase, a_customer, an_entry, an_invoice

NOON = "2026-11-02 17:00:00"
"""In New York; midnight there is five o'clock UTC."""
LATER = "2026-11-02 23:00:00"


@tagged("post_install", "-at_install")
class TestDailyCap(BillingCase):
    def setUp(self):
        super().setUp()
        self.settings = self.env["duebell.settings"]._of(self.company)
        self.settings.write({"daily_cap": 2, "from_hour": 8, "until_hour": 21})

    def told(self, at, *entries):
        with freeze_time(at):
            self.tell(*entries)
            self.env["duebell.message"]._release_some()
        return [self.message(entry).state for entry in entries]

    def overdue(self, number, **changes):
        return an_entry("invoice.overdue", invoice=an_invoice(number=f"I-{number}"), **changes)

    def test_what_is_more_waits_for_the_next_day_and_says_so(self):
        first, second, third = (self.overdue(number) for number in range(3))
        self.assertEqual(self.told(NOON, first, second, third), ["released", "released", "waiting"])
        self.assertEqual(str(self.message(third).due_at), "2026-11-03 13:00:00", "eight in New York")
        self.assertEqual(self.message(third).because, "Waits: the customer was told enough for a day.")
        self.assertEqual(self.told("2026-11-03 13:00:00"), [])
        self.assertEqual((self.message(third).state, self.message(third).because), ("released", False))

    def test_what_left_earlier_that_day_counts_and_what_left_the_day_before_does_not(self):
        self.told("2026-11-02 01:00:00", self.overdue(1), self.overdue(2))
        self.assertEqual(self.told(NOON, self.overdue(3), self.overdue(4)), ["released"] * 2, "that was Sunday evening")
        self.assertEqual(self.told(LATER, self.overdue(5)), ["waiting"])

    def test_sms_and_emails_count_each_for_themselves(self):
        first, second = self.overdue(1), self.overdue(2)
        self.told(NOON, first, second)
        states = (self.event(first) | self.event(second)).message_ids.mapped("state")
        self.assertEqual(states, ["released"] * 4)

    def test_another_customer_is_told(self):
        self.told(NOON, self.overdue(1), self.overdue(2))
        another = a_customer(external_id="another", reference=None)
        self.assertEqual(self.told(LATER, self.overdue(3, customer=another)), ["released"])

    def test_what_the_law_requires_is_not_held_back_but_counts(self):
        self.env.ref("duebell.rule_customer_suspended").required = True
        blocked = [an_entry("customer.suspended", reason="other") for _number in range(3)]
        self.assertEqual(self.told(NOON, *blocked), ["released"] * 3)
        self.assertEqual(self.told(LATER, self.overdue(1)), ["waiting"])

    def test_what_is_urgent_waits_for_the_morning_too_and_not_for_midnight(self):
        blocked = [an_entry("customer.suspended", reason="other") for _number in range(3)]
        self.assertEqual(self.told(NOON, *blocked), ["released", "released", "waiting"])
        self.assertEqual(str(self.message(blocked[2]).due_at), "2026-11-03 13:00:00")

    def refuse(self, at, *entries):
        """A gateway surely didn't take them: they go again a minute later."""
        with freeze_time(at):
            for entry in entries:
                self.message(entry)._retry_later("The gateway can't be reached.")

    def waits_to_go_again(self, entry):
        return bool(self.message(entry).retry_at)

    def test_what_the_gateway_did_not_take_does_not_count_against_itself(self):
        self.settings.daily_cap = 1
        entry = self.overdue(1)
        self.told(NOON, entry)
        self.refuse(NOON, entry)
        self.assertEqual(self.told("2026-11-02 17:01:00", entry), ["released"])
        self.assertFalse(self.waits_to_go_again(entry))

    def test_what_goes_again_keeps_its_place_of_the_day(self):
        self.settings.daily_cap = 1
        first = self.overdue(1)
        self.told(NOON, first)
        self.refuse(NOON, first)
        self.assertEqual(self.told("2026-11-02 17:00:30", self.overdue(2)), ["waiting"])
        urgent = an_entry("customer.suspended", reason="other")
        self.assertEqual(self.told("2026-11-02 17:01:00", urgent), ["waiting"], "though it would leave first")
        self.assertFalse(self.waits_to_go_again(first))

    def test_what_goes_again_after_midnight_takes_its_place_of_the_new_day(self):
        self.settings.write({"daily_cap": 1, "from_hour": 0, "until_hour": 24})
        late = self.overdue(1)
        self.told("2026-11-03 04:59:30", late)
        self.refuse("2026-11-03 04:59:30", late)
        self.assertEqual(self.told("2026-11-03 05:01:00", self.overdue(2)), ["waiting"])
        self.assertFalse(self.waits_to_go_again(late))

    def test_what_never_reached_the_customer_does_not_count(self):
        self.settings.daily_cap = 1
        for state in ("failed", "shadow", "cancelled"):
            lost = self.overdue(state, customer=a_customer(external_id=state, reference=None))
            self.told(NOON, lost)
            self.message(lost)._advance(state, "…")
            entry = self.overdue("next", customer=a_customer(external_id=state, reference=None))
            self.assertEqual(self.told(LATER, entry), ["released"], state)

    def test_what_may_have_reached_the_customer_counts(self):
        self.settings.daily_cap = 1
        doubtful = self.overdue(1)
        self.told(NOON, doubtful)
        self.message(doubtful)._advance("unknown", "…")
        self.assertEqual(self.told(LATER, self.overdue(2)), ["waiting"])

    def test_without_a_cap_all_leave(self):
        self.settings.daily_cap = 0
        self.assertEqual(self.told(NOON, *[self.overdue(number) for number in range(5)]), ["released"] * 5)

    def test_the_caps_of_many_customers_are_looked_up_at_once(self):
        counts = []
        for name, size in (("few", 5), ("many", 50)):
            with freeze_time(NOON):
                customers = [a_customer(external_id=f"{name}-{number}", reference=None) for number in range(size)]
                self.tell(*[self.overdue(1, customer=customer) for customer in customers])
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self.env["duebell.message"]._release_some()
                self.env.flush_all()
                counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1] - counts[0], 10, counts)
