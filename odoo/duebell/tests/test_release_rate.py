# SPDX-License-Identifier: LGPL-3.0-only
"""How many leave in a minute, which first, and never one twice."""

from freezegun import freeze_time

from odoo.tests import tagged

from .common import BillingCase, a_customer, an_entry


@tagged("post_install", "-at_install")
class TestReleaseRate(BillingCase):
    def setUp(self):
        super().setUp()
        self.settings = self.env["duebell.settings"]._of(self.company)
        self.env["duebell.message.rule"].search([]).mode = "sms"

    def release(self, at):
        with freeze_time(at):
            self.env["duebell.message"]._release_some()

    def states(self, entries):
        return [self.message(entry).state for entry in entries]

    def test_no_more_leave_in_a_minute_than_the_company_says(self):
        self.settings.rate_per_minute = 3
        with freeze_time("2026-11-02 16:59:00"):
            entries = self.tell_about(customers=7)
        for at, released in (("17:00:01", 3), ("17:00:59", 3), ("17:01:00", 6), ("17:02:00", 7)):
            self.release(f"2026-11-02 {at}")
            self.assertEqual(self.states(entries).count("released"), released, at)

    def test_another_companys_rate_is_its_own(self):
        self.another_company()
        self.settings.rate_per_minute = 1
        with freeze_time("2026-11-02 17:00:00"):
            ours, theirs = self.tell_about(customers=3), self.tell_about(customers=3, company="Other Telecom")
        self.release("2026-11-02 17:00:00")
        self.assertEqual(self.states(ours).count("released"), 1)
        self.assertEqual(self.states(theirs).count("released"), 3)

    def test_what_is_urgent_leaves_before_what_came_earlier_and_the_law_is_urgent_enough(self):
        self.settings.rate_per_minute = 2
        warning = self.env.ref("duebell.rule_invoice_generated")
        warning.required = True
        with freeze_time("2026-11-02 17:00:00"):
            overdue = self.tell_about(customers=2)
        with freeze_time("2026-11-02 17:00:10"):
            suspended = self.tell_about("customer.suspended", reason="other")
            required = self.tell_about("invoice.generated")
        self.release("2026-11-02 17:00:20")
        self.assertEqual(self.states([*suspended, *required, *overdue]), ["released"] * 2 + ["waiting"] * 2)

    def refused(self, entries, at="2026-11-02 17:00:00"):
        """They left, and a gateway surely didn't take them: due again a minute later."""
        self.release(at)
        with freeze_time(at):
            for entry in entries:
                self.message(entry)._retry_later("The gateway can't be reached.")

    def test_what_goes_again_takes_its_part_of_the_rate(self):
        with freeze_time("2026-11-02 17:00:00"):
            entries = self.tell_about(customers=5)
        self.refused(entries)
        self.settings.rate_per_minute = 2
        for at, again in (("17:01:01", 2), ("17:01:30", 2), ("17:02:00", 4), ("17:03:00", 5)):
            self.release(f"2026-11-02 {at}")
            self.assertEqual(sum(not self.message(entry).retry_at for entry in entries), again, at)

    def test_what_is_urgent_leaves_before_what_goes_again(self):
        with freeze_time("2026-11-02 17:00:00"):
            reminders = self.tell_about(customers=3)
        self.refused(reminders)
        self.settings.rate_per_minute = 2
        with freeze_time("2026-11-02 17:01:00"):
            suspended = self.tell_about("customer.suspended", reason="other")
            waiting = self.tell_about("invoice.generated")
        self.release("2026-11-02 17:01:10")
        self.assertEqual(self.states(suspended), ["released"])
        self.assertEqual(sum(not self.message(entry).retry_at for entry in reminders), 1)
        self.release("2026-11-02 17:02:00")
        self.assertFalse(any(self.message(entry).retry_at for entry in reminders))
        self.assertEqual(self.states(waiting), ["waiting"])

    def test_what_is_urgent_goes_again_before_the_rest(self):
        with freeze_time("2026-11-02 17:00:00"):
            suspended = self.tell_about("customer.suspended", reason="other")
        self.refused(suspended)
        self.settings.rate_per_minute = 1
        with freeze_time("2026-11-02 17:00:30"):
            reminders = self.tell_about(customers=2)
        self.release("2026-11-02 17:01:00")
        self.assertFalse(self.message(suspended[0]).retry_at)
        self.assertEqual(self.states(reminders), ["waiting"] * 2)

    def test_what_is_kept_back_now_does_not_hold_up_what_is_behind_it(self):
        self.settings.rate_per_minute = 1
        with freeze_time("2026-11-02 17:00:00"):
            [late] = self.tell_about("invoice.generated")
            self.event(late).notify_by = "2026-11-02 17:00:30"
            [overdue] = self.tell_about()
        self.release("2026-11-02 17:01:00")
        self.release("2026-11-02 17:01:00")
        self.assertEqual(self.states([late, overdue]), ["cancelled", "released"])

    def test_the_cron_tells_how_many_are_left_that_may_leave_now(self):
        self.settings.write({"from_hour": 8, "until_hour": 21})
        with freeze_time("2026-11-03 03:00:00"):
            self.tell_about(customers=3)
            self.assertEqual(self.env["duebell.message"]._release_some(), 0)
            self.assertFalse(self.env["duebell.message"].search_count(self.env["duebell.message"]._due_domain()))
        with freeze_time("2026-11-03 13:00:00"):
            self.assertEqual(self.env["duebell.message"].search_count(self.env["duebell.message"]._due_domain()), 3)
            self.assertEqual(self.env["duebell.message"]._release_some(), 3)

    def test_releasing_ten_times_as_many_takes_hardly_more_queries(self):
        counts = []
        for number, size in enumerate((10, 100)):
            with freeze_time(f"2026-11-02 17:0{number}:00"):
                self.tell_some(size, number)
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self.env["duebell.message"]._release_some()
                self.env.flush_all()
                counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1] - counts[0], 10, counts)

    def tell_some(self, size, number):
        self.tell(
            *[
                an_entry("invoice.overdue", customer=a_customer(external_id=f"{number}-{one}", reference=None))
                for one in range(size)
            ]
        )
