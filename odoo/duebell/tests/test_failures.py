# SPDX-License-Identifier: LGPL-3.0-only
"""What failed is told to a person, or by the other channel; in plain words, once a contact and day."""

from email.message import EmailMessage
from unittest.mock import patch

from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models import duebell_message_failure
from .common import BillingCase, a_customer, an_entry


@tagged("post_install", "-at_install")
class TestFailures(BillingCase):
    def setUp(self):
        super().setUp()
        self.settings = self.env["duebell.settings"]._of(self.company)
        self.manager = self.a_colleague("billing-manager")
        self.settings.manager_id = self.manager

    def a_colleague(self, login):
        return new_test_user(self.env, login, groups="duebell.group_user,base.group_partner_manager")

    def attend(self):
        return self.env["duebell.message"]._attend_some()

    def asked(self, contact):
        """The activities on a contact, the done ones too."""
        return (
            self.env["mail.activity"]
            .with_context(active_test=False)
            .search([("res_model", "=", "res.partner"), ("res_id", "=", contact.id)])
        )

    def nobody_reachable(self, external_id="nobody", **event):
        return an_entry(customer=a_customer(external_id=external_id, reference=None, phone=None, email=None), **event)

    def test_the_billing_manager_is_asked_once_about_all_of_a_customers_day(self):
        first, second = self.nobody_reachable(), self.nobody_reachable(type_="invoice.overdue")
        self.tell(first, second)
        self.assertEqual(self.attend(), 4)
        contact = self.event(first).partner_id
        activity = self.asked(contact)
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("The customer has no phone number in billing.", activity.note)
        self.assertIn("The customer has no e-mail address in billing.", activity.note)
        self.assertEqual(self.attend(), 0)

    def test_what_fails_later_that_day_goes_into_the_same_activity_and_a_done_one_is_left_alone(self):
        entry = self.nobody_reachable()
        self.tell(entry)
        self.attend()
        activity = self.asked(self.event(entry).partner_id)
        self.tell(self.nobody_reachable(type_="invoice.overdue"))
        self.attend()
        self.assertEqual(self.asked(self.event(entry).partner_id), activity)
        self.assertIn("Invoice overdue", str(activity.note))
        activity.action_feedback()
        self.tell(self.nobody_reachable())
        self.attend()
        self.assertEqual(self.asked(self.event(entry).partner_id), activity)

    def test_two_companies_ask_each_its_own_person_about_a_contact_of_both(self):
        other = self.another_company()
        colleague = new_test_user(
            self.env, "other-manager", groups="duebell.group_user", company_id=other.id, company_ids=[(6, 0, other.ids)]
        )
        self.env["duebell.settings"]._of(other).manager_id = colleague
        contact = self.env["res.partner"].create({"name": "Shared", "ref": "SHARED"})
        for number, company in enumerate((None, "Other Telecom", None)):
            customer = a_customer(external_id=f"s-{number}", reference="SHARED", phone=None, email=None)
            self.tell_one(an_entry(company=company, customer=customer))
            self.attend()
        self.assertEqual(self.asked(contact).user_id, self.manager + colleague)
        self.assertEqual(len(self.asked(contact)), 2)

    def test_the_salesperson_goes_before_the_manager(self):
        salesperson = self.a_colleague("salesperson")
        entry = self.nobody_reachable()
        self.tell(entry)
        self.event(entry).partner_id.user_id = salesperson
        self.attend()
        self.assertEqual(self.asked(self.event(entry).partner_id).user_id, salesperson)

    def test_without_both_somebody_of_billing_is_asked(self):
        self.manager.active = False
        entry = self.nobody_reachable()
        self.tell(entry)
        self.attend()
        self.assertTrue(self.asked(self.event(entry).partner_id).user_id.has_group("duebell.group_manager"))

    def test_what_fails_so_often_for_one_reason_is_asked_once_of_the_company(self):
        entries = [self.nobody_reachable(f"nobody-{number}") for number in range(4)]
        self.tell(*entries)
        with patch.object(duebell_message_failure, "MANY", 3):
            self.attend()
        self.assertFalse(self.asked(self.event(entries[0]).partner_id))
        note = self.asked(self.company.partner_id).note
        self.assertIn("4 messages to 4 contacts did not arrive. The customer has no phone number in billing.", note)

    def test_what_nobody_knows_of_is_looked_after_by_a_person_and_never_goes_by_the_other_channel(self):
        rule = self.env["duebell.message.rule"].search([("event_type", "=", "invoice.generated"), ("case", "=", "any")])
        rule.mode = "sms_else_email"
        messages = self.env["duebell.message"]
        for number in range(4):
            entry = an_entry(customer=a_customer(external_id=f"c-{number}", reference=None))
            messages |= self.released(entry)
        messages[0]._advance("unknown", "The gateway was silent.")
        self.attend()
        self.assertIn(
            "nobody knows whether +12025550123 got it. The gateway was silent.",
            str(self.asked(messages[0].partner_id).note),
        )
        self.assertFalse(messages.event_id.message_ids - messages)
        messages._advance("unknown", "Silence.")
        with patch.object(duebell_message_failure, "MANY", 2):
            self.attend()
        note = str(self.asked(self.company.partner_id).note)
        self.assertIn("Nobody knows whether 3 messages to 3 contacts arrived. Silence.", note)

    def test_what_was_delivered_after_all_asks_nobody(self):
        entry = an_entry()
        message = self.released(entry)
        message._advance("failed", "The SMS was not delivered.")
        message._advance("delivered")
        self.attend()
        self.assertFalse(self.asked(message.partner_id))

    def test_the_reason_is_text_and_never_markup(self):
        message = self.released(an_entry())
        message._advance("failed", "<img src=x onerror=alert(1)>")
        self.attend()
        self.assertIn("&lt;img", self.asked(message.partner_id).note)

    def test_more_failures_take_no_more_queries(self):
        counted = []
        for size in (2, 2, 15):
            self.tell(*(self.nobody_reachable(f"{len(counted)}-{number}") for number in range(size)))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["duebell.message"].search([("unattended", "=", True)])._fall_back()
            self.env.flush_all()
            counted.append(self.env.cr.sql_log_count - before)
            self.attend()
        self.assertEqual(counted[1], counted[2])

    def test_an_sms_that_failed_becomes_an_email_where_the_rule_says_so(self):
        rule = self.env["duebell.message.rule"].search([("event_type", "=", "invoice.generated"), ("case", "=", "any")])
        rule.mode = "sms_else_email"
        entry = an_entry()
        message = self.released(entry)
        self.assertFalse(self.message(entry, "email"))
        message._advance("failed", "The SMS was not delivered.")
        self.attend()
        email = self.message(entry, "email")
        self.assertEqual((email.state, email.recipient), ("waiting", "john@example.com"))
        self.assertIn("E-mail to john@example.com", self.note(entry))
        self.assertFalse(self.asked(message.partner_id))
        email._advance("failed", "The mail server did not take the e-mail.")
        self.attend()
        self.assertEqual(len(self.event(entry).message_ids), 2)
        self.assertIn("The mail server did not take the e-mail.", self.asked(message.partner_id).note)

    def test_what_is_no_longer_true_does_not_fall_back(self):
        rule = self.env["duebell.message.rule"].search([("event_type", "=", "invoice.overdue"), ("case", "=", "any")])
        rule.mode = "sms_else_email"
        entry = an_entry("invoice.overdue")
        message = self.released(entry)
        message._advance("failed", "The SMS was not delivered.")
        self.tell(an_entry("invoice.paid"))
        self.attend()
        self.assertFalse(self.message(entry, "email"))

    def test_who_may_not_be_written_to_either_is_looked_after_by_a_person(self):
        rule = self.env["duebell.message.rule"].search([("event_type", "=", "invoice.generated"), ("case", "=", "any")])
        rule.mode = "sms_else_email"
        message = self.released(an_entry())
        self.env["mail.blacklist"]._add("john@example.com")
        message._advance("failed", "The SMS was not delivered.")
        self.attend()
        self.assertIn("The SMS was not delivered.", str(self.asked(message.partner_id).note))

    def test_an_sms_of_a_rule_for_both_does_not_fall_back(self):
        entry = an_entry()
        message = self.released(entry)
        message._advance("failed", "The SMS was not delivered.")
        self.attend()
        self.assertEqual(len(self.event(entry).message_ids), 2)
        self.assertTrue(self.asked(message.partner_id))

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_an_email_that_comes_back_has_bounced(self):
        entry = an_entry()
        message = self.released(entry, "email")
        message._advance("sent")
        self.env["mail.mail"].search([("duebell_message_id", "=", message.id)]).unlink()
        self.env["mail.thread"]._routing_handle_bounce(
            EmailMessage(),
            {
                "bounced_email": "john@example.com",
                "bounced_partner": self.env["res.partner"],
                "bounced_msg_ids": ["<another@example.com>", f"<{message.uuid}@duebell>"],
                "bounced_message": self.env["mail.message"],
                "body": "<p>No such mailbox.</p>",
                "email_from": "",
                "to": "",
                "message_id": "",
            },
        )
        self.assertEqual((message.state, message.because), ("bounced", "The e-mail came back. (No such mailbox.)"))
        states = [
            one["state"] for one in self.billing.receipts(acknowledged=[])["receipts"] if one["channel"] == "email"
        ]
        self.assertEqual(states[-1], "failed", "a state that version 1 of the contract has")
        self.attend()
        self.assertIn("the e-mail to john@example.com did not arrive", self.asked(message.partner_id).note)

    def test_low_credit_warns_managers_until_there_is_credit_again(self):
        self.env["ir.config_parameter"].set_param("sms.endpoint", False)
        events = type(self.env["duebell.event"])
        with patch.object(events, "_sms_sender", lambda _self: {"credit": 12.5}):
            for _again in range(2):
                self.env["duebell.settings"]._warn_of_low_credit()
        activities = self.settings.activity_ids
        self.assertEqual(len(activities), len(self.settings._managers()))
        self.assertIn("credit of 12.5", activities[0].note)
        for unknown in (None, -1):
            with patch.object(events, "_sms_sender", lambda _self, credit=unknown: {"credit": credit}):
                self.env["duebell.settings"]._warn_of_low_credit()
        self.assertEqual(self.settings.activity_ids, activities)
        with patch.object(events, "_sms_sender", lambda _self: {"credit": 500}):
            self.env["duebell.settings"]._warn_of_low_credit()
        self.assertFalse(self.settings.activity_ids)

    def test_low_credit_is_asked_of_each_company_by_its_own_way_to_send(self):
        self.env["ir.config_parameter"].set_param("sms.endpoint", False)
        self.env["iap.account"].create(
            {"service_id": self.env.ref("sms.iap_service_sms").id, "state": "registered", "account_token": "t0ken"}
        )
        self.env["duebell.gateway"].create({"name": "Ours", "url": "http://127.0.0.1:9/"})
        other = self.another_company()
        self.manager.write(
            {"company_ids": [(4, other.id)], "group_ids": [(4, self.env.ref("duebell.group_manager").id)]}
        )
        with patch.object(type(self.env["iap.account"]), "get_credits", lambda _self, _name: 12.5):
            self.env["duebell.settings"]._warn_of_low_credit()
        self.assertFalse(self.settings.activity_ids)
        self.assertTrue(self.env["duebell.settings"]._of(other).activity_ids)
