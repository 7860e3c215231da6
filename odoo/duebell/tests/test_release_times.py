# SPDX-License-Identifier: LGPL-3.0-only
"""When a message leaves: after its delay, at the customer's hours, unless it is urgent or the law requires it."""

from freezegun import freeze_time

from odoo.tests import Form, new_test_user, tagged

from .common import BillingCase, a_customer, an_entry, an_invoice

NOON = "2026-11-02 17:00:00"
"""UTC; noon in New York, where customers live unless told otherwise."""
NIGHT = "2026-11-03 03:00:00"
EIGHT = "2026-11-03 13:00:00"


@tagged("post_install", "-at_install")
class TestReleaseTimes(BillingCase):
    def setUp(self):
        super().setUp()
        self.settings = self.env["duebell.settings"]._of(self.company)
        self.settings.write({"from_hour": 8, "until_hour": 21})
        self.rule = self.env.ref("duebell.rule_invoice_overdue")
        self.overdue = an_entry("invoice.overdue")

    def release(self, at):
        with freeze_time(at):
            self.env["duebell.message"]._release_some()

    def tell_at(self, at, *entries):
        with freeze_time(at):
            self.tell(*entries)

    def due_at(self, entry):
        return str(self.message(entry).due_at)

    def test_a_company_without_settings_tells_from_eight_to_nine_in_the_evening_every_day(self):
        self.settings.unlink()
        self.tell_at(NIGHT, self.overdue)
        self.assertEqual(self.due_at(self.overdue), EIGHT)

    def test_what_comes_by_day_leaves_at_once(self):
        self.tell_at(NOON, self.overdue)
        self.release(NOON)
        self.assertEqual(self.message(self.overdue).state, "released")

    def test_what_comes_at_night_waits_for_the_morning_where_the_customer_is(self):
        berlin = an_entry("invoice.overdue", customer=a_customer(external_id="b", time_zone="Europe/Berlin"))
        self.tell_at(NIGHT, self.overdue, berlin)
        self.assertEqual((self.due_at(self.overdue), self.due_at(berlin)), (EIGHT, "2026-11-03 07:00:00"))
        self.release("2026-11-03 12:59:00")
        self.assertEqual([self.message(e).state for e in (self.overdue, berlin)], ["waiting", "released"])
        self.release(EIGHT)
        self.assertEqual(self.message(self.overdue).state, "released")

    def test_a_customer_whose_time_zone_billing_does_not_tell_or_misspells_lives_where_the_company_is(self):
        self.company.partner_id.tz = "Asia/Tokyo"
        for number, zone in enumerate((None, "Nowhere/Land", "America", "../etc/passwd")):
            with self.subTest(zone=zone):
                entry = an_entry("invoice.overdue", customer=a_customer(external_id=f"c-{number}", time_zone=zone))
                self.tell_at("2026-11-02 20:00:00", entry)
                self.assertEqual(self.due_at(entry), "2026-11-02 23:00:00")
                self.release("2026-11-02 22:00:00")
                self.assertEqual(self.message(entry).state, "waiting")

    def test_a_company_says_in_its_settings_on_whose_clocks_it_lives(self):
        manager = new_test_user(self.env, "manager", groups="duebell.group_manager")
        with Form(self.settings.with_user(manager)) as form:
            self.assertFalse(form.time_zone)
            form.time_zone = "Asia/Tokyo"
        self.assertEqual(self.company.partner_id.tz, "Asia/Tokyo")

    def test_what_is_urgent_leaves_at_any_hour(self):
        suspended = an_entry("customer.suspended", reason="other")
        self.tell_at(NIGHT, suspended)
        self.release(NIGHT)
        self.assertEqual(self.message(suspended).state, "released")

    def test_a_rule_may_have_hours_of_its_own(self):
        self.rule.write({"own_hours": True, "from_hour": 9.5, "until_hour": 17, "tuesday": False})
        self.tell_at(NIGHT, self.overdue)
        self.assertEqual(self.due_at(self.overdue), "2026-11-04 14:30:00", "Wednesday, half past nine")

    def test_a_delay_counts_from_when_the_event_comes_and_ends_in_allowed_hours(self):
        self.rule.delay_minutes = 90
        late = an_entry("invoice.overdue", customer=a_customer(external_id="late"))
        self.tell_at(NOON, self.overdue)
        self.tell_at("2026-11-03 01:00:00", late)
        self.assertEqual((self.due_at(self.overdue), self.due_at(late)), ("2026-11-02 18:30:00", EIGHT))
        self.release("2026-11-02 18:29:00")
        self.assertEqual(self.message(self.overdue).state, "waiting")

    def test_what_was_held_into_the_night_waits_for_the_morning(self):
        self.tell_at(NOON, self.overdue)
        self.release(NIGHT)
        self.assertEqual((self.message(self.overdue).state, self.due_at(self.overdue)), ("waiting", EIGHT))

    def test_what_a_gateway_did_not_take_by_day_is_not_tried_again_at_night(self):
        self.tell_at(NOON, self.overdue)
        self.release(NOON)
        message = self.message(self.overdue)
        with freeze_time("2026-11-03 01:59:00"):
            message._retry_later("The gateway can't be reached.")
        self.release("2026-11-03 02:01:00")
        self.assertEqual(str(message.retry_at), EIGHT)
        self.release(EIGHT)
        self.assertFalse(message.retry_at)

    def test_what_is_too_late_by_the_morning_is_not_told(self):
        overdue = an_entry("invoice.overdue", notify_by="2026-11-03T12:00:00Z")
        self.tell_at(NIGHT, overdue)
        self.release(EIGHT)
        self.assertEqual(self.message(overdue).state, "cancelled")
        self.assertIn("allowed hours", self.message(overdue).because)

    def test_what_the_law_requires_leaves_at_night_rather_than_after_it_takes_effect(self):
        tomorrow = an_entry("customer.suspension_warning", reason="non_payment", effective_on="2026-11-03")
        later = an_entry(
            "customer.suspension_warning",
            reason="non_payment",
            effective_on="2026-11-09",
            customer=a_customer(external_id="later"),
        )
        self.tell_at(NIGHT, tomorrow, later)
        self.assertEqual((self.due_at(tomorrow), self.due_at(later)), (NIGHT, EIGHT))
        self.release(NIGHT)
        self.assertEqual([self.message(e).state for e in (tomorrow, later)], ["released", "waiting"])

    def test_a_long_delay_does_not_take_what_the_law_requires_past_its_day(self):
        self.env.ref("duebell.rule_customer_suspension_warning_overdue").delay_minutes = 60 * 24 * 10
        warning = an_entry("customer.suspension_warning", reason="non_payment", effective_on="2026-11-09")
        self.tell_at(NOON, warning)
        self.assertEqual(self.due_at(warning), NOON)

    def test_what_the_law_requires_is_told_even_when_it_is_late(self):
        warning = an_entry("customer.suspension_warning", reason="non_payment", notify_by="2026-11-03T05:00:00Z")
        self.tell_at(NIGHT, warning)
        self.release(EIGHT)
        self.assertEqual(self.message(warning).state, "released")

    def test_of_a_night_of_overdue_invoices_those_paid_by_morning_are_not_told(self):
        """A hundred held overnight, thirty paid before eight: exactly seventy leave."""
        self.rule.mode = "sms"
        overdue = [self.overdue_of(number) for number in range(100)]
        self.tell_at(NIGHT, *overdue)
        self.release(NIGHT)
        self.tell_at("2026-11-03 12:00:00", *[self.paid_of(number) for number in range(30)])
        self.release(EIGHT)
        self.release(EIGHT)
        sms = self.env["sms.sms"].search([("uuid", "in", self.env["duebell.message"].search([]).mapped("uuid"))])
        self.assertEqual(len(sms), 70)
        states = [self.message(entry).state for entry in overdue]
        self.assertEqual(states, ["superseded"] * 30 + ["released"] * 70)

    def overdue_of(self, number):
        customer = a_customer(external_id=f"c-{number}", reference=None, time_zone="America/New_York")
        return an_entry("invoice.overdue", customer=customer, invoice=an_invoice(number=f"I-{number}"))

    def paid_of(self, number):
        return an_entry(
            "invoice.paid",
            customer=a_customer(external_id=f"c-{number}", reference=None),
            invoice=an_invoice(number=f"I-{number}"),
        )

    def test_the_settings_page_is_the_companys_own(self):
        other = self.another_company()
        action = self.env["duebell.settings"].with_company(other).action_open()
        self.assertEqual(self.env["duebell.settings"].browse(action["res_id"]).company_id, other)

    def test_each_company_has_its_own_hours(self):
        self.another_company()
        ours, theirs = (
            self.overdue,
            an_entry("invoice.overdue", company="Other Telecom", customer=a_customer(external_id="o", reference=None)),
        )
        self.tell_at(NIGHT, ours, theirs)
        self.assertEqual((self.due_at(ours), self.due_at(theirs)), (EIGHT, NIGHT))
