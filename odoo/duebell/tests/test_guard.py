# SPDX-License-Identifier: LGPL-3.0-only
"""What nobody can have meant stops until a manager says that it is meant; and one STOP for all."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import BillingCase, a_customer, an_entry


@tagged("post_install", "-at_install")
class TestGuard(BillingCase):
    def setUp(self):
        super().setUp()
        self.settings = self.env["duebell.settings"]._of(self.company)
        self.messages = self.env["duebell.message"]
        self.manager = new_test_user(self.env, "boss", groups="duebell.group_manager", lang="en_US")

    def tell_many(self, count, type_="invoice.generated", name="one", **values):
        entries = [
            an_entry(type_, customer=a_customer(external_id=f"{name}-{n}", reference=None), **values)
            for n in range(count)
        ]
        self.tell(*entries)
        return (
            self.env["duebell.event"].search([("event_id", "in", [one["event"]["id"] for one in entries])]).message_ids
        )

    def texts(self, messages, state="released"):
        return len(messages.filtered(lambda message: message.channel == "sms" and message.state == state))

    def tallied(self, days, texts):
        moment = fields.Datetime.now() - timedelta(days=days)
        values = {"company_id": self.company.id, "day": moment.date(), "at": moment, "texts": texts, "parts": texts}
        self.env["duebell.tally"].create(values)

    def test_no_more_texts_leave_in_an_hour_than_the_limit_and_events_are_still_taken(self):
        self.settings.texts_per_hour = 3
        messages = self.tell_many(5)
        self.messages._release_some()
        self.assertEqual((self.texts(messages), self.texts(messages, "waiting")), (3, 2))
        self.assertEqual(self.settings.guard_reason, "hour")
        self.messages._release_some()
        self.assertEqual(self.texts(messages), 3)
        later = an_entry()
        self.assertEqual(self.tell_one(later)["outcome"], "provisioned")
        self.messages._release_some()
        self.assertEqual(set(self.event(later).message_ids.mapped("state")), {"waiting"})

    def test_as_many_as_the_limit_stop_nothing(self):
        self.settings.texts_per_hour = 5
        messages = self.tell_many(5)
        self.messages._release_some()
        self.assertEqual(self.texts(messages), 5)
        self.assertFalse(self.settings.guard_since)

    def test_texts_of_an_hour_ago_do_not_count(self):
        self.settings.texts_per_hour = 5
        self.tallied(2 / 24, 5)
        messages = self.tell_many(5)
        self.messages._release_some()
        self.assertEqual(self.texts(messages), 5)

    def test_managers_are_told_by_an_activity_a_banner_and_billings_side(self):
        self.settings.texts_per_hour = 1
        self.tell_many(3)
        self.messages._release_some()
        activity = self.env["mail.activity"].search([("user_id", "=", self.manager.id)])
        self.assertEqual(activity.summary, "Billing messages stopped: is it meant?")
        self.assertIn("more than 1 texts in an hour", str(activity.note))
        [alert] = self.env["duebell.settings"].with_user(self.manager).standing()["alerts"]
        self.assertEqual(alert["level"], "danger")
        self.assertIn("Example Telecom: messages stopped", alert["line"])
        problems = {problem["slug"]: problem["sentence"] for problem in self.billing.status()["problems"]}
        self.assertIn("more than 1 texts in an hour", problems["guard"])
        self.messages._release_some()
        self.assertEqual(self.env["mail.activity"].search_count([("user_id", "=", self.manager.id)]), 1)

    def test_a_managers_word_lets_as_much_again_leave(self):
        self.settings.texts_per_hour = 3
        messages = self.tell_many(7)
        self.messages._release_some()
        self.settings.with_user(self.manager).action_go_on()
        self.assertFalse(self.env["mail.activity"].search([("user_id", "=", self.manager.id)]))
        self.env.cr.execute("UPDATE duebell_tally SET at = at - interval '1 minute'")
        self.env["duebell.tally"].invalidate_model()
        self.messages._release_some()
        self.assertEqual(self.texts(messages), 6)
        self.assertTrue(self.settings.guard_since)

    def test_who_is_no_manager_has_no_word(self):
        self.settings.texts_per_hour = 1
        self.tell_many(3)
        self.messages._release_some()
        user = new_test_user(self.env, "support", groups="duebell.group_user")
        for act in ("action_go_on", "action_stop", "action_end_stop"):
            with self.assertRaises(AccessError):
                getattr(self.settings.with_user(user), act)()

    def test_no_more_customers_are_told_in_a_day_than_the_limit(self):
        self.settings.customers_a_day = 50
        messages = self.tell_many(6)
        self.messages._release_some()
        told = messages.filtered(lambda message: message.state == "released").customer_id
        self.assertEqual((len(told), self.settings.guard_reason), (3, "customers"))
        self.settings.action_go_on()
        self.messages._release_some()
        self.assertEqual(set(messages.mapped("state")), {"released"})

    def test_three_times_the_usual_of_the_weekday_stops(self):
        for week in range(1, 5):
            self.tallied(7 * week, 50)
        self.tallied(0, 150)
        messages = self.tell_many(2)
        self.messages._release_some()
        self.assertEqual(self.texts(messages), 0)
        self.assertEqual(self.settings.guard_reason, "usual")

    def test_a_bill_run_is_usual_where_the_last_months_had_one_about_that_day(self):
        for week in range(1, 5):
            self.tallied(7 * week, 50)
        today = fields.Date.today()
        self.tallied((today - (today - relativedelta(months=1, days=2))).days, 400)
        self.tallied(0, 1199)
        messages = self.tell_many(3)
        self.messages._release_some()
        self.assertEqual((self.texts(messages), self.settings.guard_reason), (1, "usual"))

    def test_a_bill_run_of_another_day_of_the_month_makes_no_day_usual(self):
        for week in range(1, 5):
            self.tallied(7 * week, 50)
        today = fields.Date.today()
        self.tallied((today - (today - relativedelta(months=1, days=4))).days, 400)
        self.tallied(0, 150)
        messages = self.tell_many(2)
        self.messages._release_some()
        self.assertEqual((self.texts(messages), self.settings.guard_reason), (0, "usual"))

    def test_a_hundred_texts_are_never_unusual(self):
        self.tallied(7, 1)
        self.tallied(0, 98)
        messages = self.tell_many(3)
        self.messages._release_some()
        self.assertEqual((self.texts(messages), self.settings.guard_reason), (2, "usual"))

    def test_after_a_managers_word_the_limits_of_the_day_rest(self):
        self.tallied(7, 1)
        self.tallied(0, 300)
        messages = self.tell_many(2)
        self.messages._release_some()
        self.assertEqual(self.texts(messages), 0)
        self.settings.action_go_on()
        self.messages._release_some()
        self.assertEqual(self.texts(messages), 2)
        self.assertFalse(self.settings.guard_since)

    def test_people_are_told_as_long_as_no_limit_would_stop_a_flood(self):
        self.tallied(0, 50)
        link = self.env["duebell.link"].create({})
        self.assertIn("Example Telecom: no limit would stop a flood", self.settings.unguarded_line)
        self.assertIn(self.settings.unguarded_line, link.unguarded)
        for name in ("texts_per_hour", "customers_a_day"):
            self.settings[name] = 10
            self.assertFalse(self.settings.unguarded_line, name)
            self.settings[name] = 0
        self.tallied(7, 50)
        self.settings.invalidate_recordset()
        self.assertFalse(self.settings.unguarded_line, "three times the usual of last week")
        self.settings.times_usual = 0
        self.assertTrue(self.settings.unguarded_line)

    def test_where_there_is_no_past_nothing_is_unusual(self):
        self.tallied(0, 5000)
        messages = self.tell_many(2)
        self.messages._release_some()
        self.assertEqual(self.texts(messages), 2)

    def test_what_the_law_requires_waits_for_a_manager_only_as_long_as_it_may(self):
        self.settings.texts_per_hour = 1
        messages = self.tell_many(4)
        self.messages._release_some()
        near, far, plain = self.messages.search([("id", "in", messages.ids), ("state", "=", "waiting")])[:3]
        now = fields.Datetime.now()
        (near | far).write({"required": True, "goes_first": True})
        near.leave_by, far.leave_by = now + timedelta(hours=2), now + timedelta(days=3)
        self.messages._release_some()
        self.assertEqual([one.state for one in (near, far, plain)], ["released", "waiting", "waiting"])

    def test_emails_and_what_a_gateway_did_not_take_are_no_text_more(self):
        messages = self.tell_many(2)
        self.messages._release_some()
        for message in messages:
            message._retry_later("The gateway can't be reached.")
        messages.write({"retry_at": fields.Datetime.now()})
        self.messages._release_some()
        self.assertEqual(self.env["duebell.tally"]._texts_since(self.company, fields.Datetime.now().replace(hour=0)), 2)

    def refused(self, messages):
        """They are due again: a gateway surely didn't take them."""
        for message in messages:
            message._retry_later("The gateway can't be reached.")
        messages.write({"retry_at": fields.Datetime.now()})

    def test_what_a_gateway_did_not_take_is_counted_once_and_does_not_stop_the_company(self):
        self.settings.texts_per_hour = 5
        messages = self.tell_many(3)
        self.messages._release_some()
        self.refused(messages)
        more = self.tell_many(2, name="two")
        self.messages._release_some()
        self.assertEqual((self.texts(messages | more), self.settings.guard_since), (5, False))
        self.assertFalse(any(message.retry_at for message in messages))
        one_more = self.tell_many(1, name="three")
        self.messages._release_some()
        self.assertEqual((self.texts(one_more), self.settings.guard_reason), (0, "hour"))

    def test_a_limit_that_is_passed_already_does_not_stop_what_is_no_text_more(self):
        self.settings.texts_per_hour = 3
        messages = self.tell_many(3)
        self.messages._release_some()
        self.refused(messages)
        self.settings.texts_per_hour = 2
        self.messages._release_some()
        self.assertFalse(self.settings.guard_since)
        self.assertFalse(any(message.retry_at for message in messages))

    def test_a_warning_that_the_law_requires_and_that_was_tried_once_leaves_in_spite_of_the_guard(self):
        messages = self.tell_many(4)
        self.messages._release_some()
        self.refused(messages)
        near, far, plain = messages.filtered(lambda message: message.channel == "sms")[:3]
        now = fields.Datetime.now()
        (near | far).write({"required": True, "goes_first": True})
        near.leave_by, far.leave_by = now + timedelta(hours=2), now + timedelta(days=3)
        self.settings._guard(self.company, "hour")
        self.messages._release_some()
        self.assertEqual([bool(one.retry_at) for one in (near, far, plain)], [False, True, True])

    def test_another_company_goes_on(self):
        self.another_company()
        self.settings.texts_per_hour = 1
        ours, theirs = self.tell_many(3), self.tell_many(3, name="two", company="Other Telecom")
        self.messages._release_some()
        self.assertEqual((self.texts(ours), self.texts(theirs)), (1, 3))

    def test_a_manager_stops_everything_and_billings_side_sees_the_same_stop(self):
        messages = self.tell_many(2)
        self.messages._release_some()
        self.settings.with_user(self.manager).action_stop()
        self.assertEqual(self.billing.status()["held"]["because"], f"stopped in Odoo by {self.manager.name}")
        self.messages._take_back_queued()
        self.assertFalse(
            self.env["sms.sms"].search([("uuid", "in", messages.mapped("uuid")), ("state", "=", "outgoing")])
        )
        messages[0].required = True
        [alert] = self.env["duebell.settings"].standing()["alerts"]
        self.assertIn("STOP: nobody is told anything (stopped in Odoo by", alert["line"])
        self.assertIn("Warnings that the law requires, and that wait: 1.", alert["line"])
        self.settings.with_user(self.manager).action_end_stop()
        self.assertIsNone(self.billing.status()["held"])

    def test_a_stop_of_billings_side_is_ended_by_a_manager(self):
        self.billing.hold(because="a wrong price list")
        self.assertTrue(self.settings.held)
        self.settings.with_user(self.manager).action_end_stop()
        self.assertFalse(self.settings.held)

    def test_the_banner_is_for_billings_people(self):
        self.billing.hold(because="a test")
        outsider = new_test_user(self.env, "outsider", groups="base.group_user")
        settings = self.env["duebell.settings"]
        self.assertEqual(settings.with_user(outsider).standing(), {"alerts": [], "manager": False})
        self.assertTrue(settings.with_user(self.manager).standing()["manager"])
