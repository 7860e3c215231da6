# SPDX-License-Identifier: LGPL-3.0-only
"""What customers don't want to be told, and when they are left in peace; the law goes before both."""

from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import BillingCase, a_customer, a_standing, an_entry, usd

WARNING = "customer.suspension_warning"


@tagged("post_install", "-at_install")
class TestConsent(BillingCase):
    def setUp(self):
        super().setUp()
        self.tell_one(an_entry("invoice.paid"))
        self.today = self.customer()._today()

    def rest(self, kind, days=5, **values):
        until = self.today + timedelta(days=days)
        return self.env["duebell.rest"].create(
            {"customer_id": self.customer().id, "kind": kind, "until": until, **values}
        )

    def opt_out(self, topic, channel="sms"):
        return self.env["duebell.optout"].create(
            {"partner_id": self.customer().partner_id.id, "topic": topic, "channel": channel}
        )

    def states(self, entry):
        return {message.channel: message.state for message in self.event(entry).message_ids}

    def told(self, type_="invoice.overdue", **values):
        if type_.endswith("warning"):
            values = {"reason": "non_payment", "effective_on": "2099-01-05", **values}
        entry = an_entry(type_, **values)
        self.tell_one(entry)
        return entry

    def test_an_opt_out_of_a_topic_by_a_channel_is_honoured_for_that_alone(self):
        self.opt_out("reminders")
        reminder, invoice = self.told(), self.told("invoice.generated")
        self.assertEqual(self.states(reminder), {"sms": "cancelled", "email": "waiting"})
        self.assertEqual(self.message(reminder).because, "Not sent: the customer wants no texts about this.")
        self.assertIn("wants no texts", self.note(reminder))
        self.assertEqual(self.states(invoice)["sms"], "waiting")

    def test_another_contact_is_told(self):
        self.opt_out("reminders")
        entry = self.told(customer=a_customer(external_id="another", reference=None))
        self.assertEqual(self.states(entry)["sms"], "waiting")

    def test_an_opt_out_that_comes_while_a_message_waits_is_honoured_too(self):
        entry = self.told()
        self.opt_out("reminders")
        self.opt_out("reminders", "email")
        self.env["duebell.message"]._release_some()
        self.assertEqual(self.states(entry), {"sms": "cancelled", "email": "cancelled"})
        self.assertIn("wants no e-mails", self.note(entry))

    def test_contacts_that_are_merged_are_told_nothing_that_one_of_them_did_not_want(self):
        kept, merged = self.env["res.partner"].create([{"name": "J. Doe"}, {"name": "Johnny"}])
        for partner, topic in ((kept, "reminders"), (merged, "reminders"), (merged, "commitments")):
            self.env["duebell.optout"].create({"partner_id": partner.id, "topic": topic})
        self.opt_out("reminders")
        self.opt_out("invoices")
        sources = merged | self.customer().partner_id
        self.env["base.partner.merge.automatic.wizard"]._merge((kept | sources).ids, kept)
        optouts = self.env["duebell.optout"].search([])
        self.assertEqual(optouts.mapped("topic"), ["commitments", "invoices", "reminders"])
        self.assertEqual(optouts.partner_id, kept)
        self.assertEqual(self.states(self.told("invoice.generated")), {"sms": "cancelled", "email": "waiting"})

    def test_blacklists_of_numbers_and_addresses_are_honoured(self):
        self.env["phone.blacklist"].create({"number": "+12025550123"})
        self.env["mail.blacklist"].create({"email": "John@Example.com"})
        entry = self.told()
        self.assertEqual(self.states(entry), {"sms": "cancelled", "email": "cancelled"})
        self.assertIn("phone blacklist", self.message(entry).because)
        self.assertIn("e-mail blacklist", self.message(entry, "email").because)

    def sms_else_email(self):
        self.env["duebell.message.rule"].search([("event_type", "=", "invoice.overdue")]).mode = "sms_else_email"

    def test_sms_else_email_is_an_email_where_the_number_is_barred_while_the_text_waits(self):
        self.sms_else_email()
        entry = self.told()
        self.assertEqual(self.states(entry), {"sms": "waiting"})
        self.env["phone.blacklist"].create({"number": "+12025550123"})
        for state in ("waiting", "released"):
            self.env["duebell.message"]._release_some()
            self.assertEqual(self.states(entry), {"sms": "cancelled", "email": state})
        self.assertIn("phone blacklist", self.note(entry))
        self.assertIn("E-mail to john@example.com", self.note(entry))

    def test_sms_else_email_is_an_email_too_where_the_customer_wants_no_texts_any_more(self):
        self.sms_else_email()
        entry = self.told()
        self.opt_out("reminders")
        self.env["duebell.message"]._release_some()
        self.assertEqual(self.states(entry), {"sms": "cancelled", "email": "waiting"})

    def test_who_is_left_in_peace_gets_no_email_instead_and_the_timeline_says_why_once(self):
        self.sms_else_email()
        entry = self.told()
        self.rest("promise")
        self.env["duebell.message"]._release_some()
        self.assertEqual(self.states(entry), {"sms": "cancelled"})
        self.assertEqual(self.note(entry).count("promised to pay"), 1)

    def test_by_sms_alone_a_barred_number_gets_no_email(self):
        self.env["duebell.message.rule"].search([("event_type", "=", "invoice.overdue")]).mode = "sms"
        entry = self.told()
        self.env["phone.blacklist"].create({"number": "+12025550123"})
        self.env["duebell.message"]._release_some()
        self.assertEqual(self.states(entry), {"sms": "cancelled"})

    def test_a_number_that_was_taken_off_the_blacklist_is_told(self):
        self.env["phone.blacklist"].create({"number": "+12025550123", "active": False})
        self.assertEqual(self.states(self.told())["sms"], "waiting")

    def test_reminders_rest_until_the_day_of_a_promise_or_in_a_dispute_and_nothing_else_does(self):
        for kind, words in (("promise", "promised to pay"), ("dispute", "disputes the debt")):
            rest = self.rest(kind)
            reminder, invoice = self.told(), self.told("invoice.generated")
            self.assertEqual(set(self.states(reminder).values()), {"cancelled"}, kind)
            self.assertIn(words, self.message(reminder).because)
            self.assertEqual(set(self.states(invoice).values()), {"waiting"}, kind)
            rest.active = False

    def test_nothing_is_told_while_a_customer_is_paused(self):
        self.rest("promise", days=9)
        self.rest("pause", days=2)
        self.assertEqual(set(self.states(self.told("invoice.generated")).values()), {"cancelled"})

    def test_a_rest_that_is_over_or_ended_early_silences_nothing(self):
        rest = self.rest("promise")
        self.env.cr.execute("UPDATE duebell_rest SET until = %s", (self.today - timedelta(days=1),))
        rest.invalidate_recordset()
        self.assertEqual(self.states(self.told())["sms"], "waiting")
        self.rest("promise").active = False
        self.assertEqual(self.states(self.told())["sms"], "waiting")

    def test_a_rest_lasts_until_the_last_day_is_over_where_the_customer_lives(self):
        western = a_customer(external_id="western", reference=None, time_zone="America/Los_Angeles")
        eastern = a_customer(external_id="eastern", reference=None, time_zone="Pacific/Auckland")
        self.tell(*(an_entry("invoice.generated", customer=who) for who in (western, eastern)))
        with freeze_time("2026-11-05 20:00:00"):
            for customer in self.customer("western") | self.customer("eastern"):
                self.env["duebell.rest"].create({"customer_id": customer.id, "kind": "promise", "until": "2026-11-06"})
        for at, who, state in (
            ("2026-11-07 07:59:00", western, "cancelled"),
            ("2026-11-07 08:01:00", western, "waiting"),
            ("2026-11-06 10:59:00", eastern, "cancelled"),
            ("2026-11-06 11:01:00", eastern, "waiting"),
        ):
            with self.subTest(at), freeze_time(at):
                self.assertEqual(self.states(self.told(customer=who))["sms"], state)
                line = self.customer(who["external_id"]).rest_line
                self.assertEqual("Promised to pay" in line, state == "cancelled")
                self.env.invalidate_all()

    def test_a_rest_that_begins_while_a_reminder_waits_holds_it_back(self):
        entry = self.told()
        self.rest("promise")
        self.env["duebell.message"]._release_some()
        self.assertEqual(set(self.states(entry).values()), {"cancelled"})

    def test_what_the_law_requires_is_told_whatever_stands_against_it(self):
        for topic in ("service", "reminders"):
            self.opt_out(topic)
            self.opt_out(topic, "email")
        self.env["phone.blacklist"].create({"number": "+12025550123"})
        self.env["mail.blacklist"].create({"email": "john@example.com"})
        self.rest("pause")
        entry = self.told(WARNING)
        self.env["duebell.message"]._release_some()
        self.assertEqual(self.states(entry), {"sms": "released", "email": "released"})

    def test_a_rest_says_that_billing_still_suspends_until_billing_knows(self):
        owing = {"total_overdue": usd("30.00"), "next_step": "suspend"}
        self.told(standing=a_standing(**owing, next_step_on="2098-12-03"))
        self.rest("promise", note="by bank transfer")
        line = self.customer().rest_line
        self.assertIn("Promised to pay", line)
        self.assertIn("by bank transfer", line)
        self.assertIn("Billing still suspends on", line)
        self.assertIn("Billing still suspends on", self.customer().partner_id.duebell_banner)
        self.told(standing=a_standing(**owing, next_step_on="2098-12-20"))
        self.assertNotIn("still", self.customer().rest_line)
        self.assertIn("Promised to pay", self.customer().rest_line)

    def test_a_next_step_that_moved_but_comes_before_the_rest_ends_is_still_told(self):
        owing = {"total_overdue": usd("30.00"), "next_step": "suspend"}
        self.rest("dispute", days=5)
        day = str(self.today + timedelta(days=4))
        self.told(standing=a_standing(**owing, next_step_on=day))
        self.assertIn("Billing still suspends on", self.customer().rest_line)
        self.told("invoice.paid")
        self.assertNotIn("still", self.customer().rest_line)

    def test_a_rest_is_on_the_contacts_timeline(self):
        self.rest("dispute", note="invoice of May")
        bodies = " ".join(str(message.body) for message in self.customer().partner_id.message_ids)
        self.assertIn("Disputes the debt", bodies)
        self.assertIn("invoice of May", bodies)

    def test_a_rest_cannot_end_before_it_begins(self):
        with self.assertRaisesRegex(ValidationError, "today or a later one"):
            self.rest("pause", days=-1)

    def test_what_was_noted_of_a_customer_who_is_forgotten_goes(self):
        rest = self.rest("dispute", note="a private matter")
        self.billing.forget(environment="Global", external_id="john-doe")
        self.assertFalse(rest.note)

    def test_billings_users_may_let_customers_rest_and_others_may_not(self):
        user = new_test_user(self.env, "support", groups="duebell.group_user")
        values = {"customer_id": self.customer().id, "kind": "pause", "until": self.today}
        self.env["duebell.rest"].with_user(user).create(values)
        outsider = new_test_user(self.env, "outsider", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.env["duebell.rest"].with_user(outsider).create(values)

    def test_asking_for_consent_costs_the_same_for_few_and_for_many(self):
        self.opt_out("reminders")

        def queries(count):
            entries = [
                an_entry("invoice.overdue", customer=a_customer(external_id=f"many-{count}-{n}", reference=None))
                for n in range(count)
            ]
            self.tell(*entries)
            messages = self.env["duebell.message"].search(
                [("event_id.event_id", "in", [e["event"]["id"] for e in entries])]
            )
            self.env.flush_all()
            messages.mapped("partner_id.id")
            messages.mapped("event_id.type")
            before = self.env.cr.sql_log_count
            messages._admissible()
            return self.env.cr.sql_log_count - before

        queries(1)
        self.assertLessEqual(queries(60), queries(6) + 1)
