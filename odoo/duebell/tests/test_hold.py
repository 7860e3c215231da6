# SPDX-License-Identifier: LGPL-3.0-only
"""While nobody may be told: events reach the timeline, and not a message leaves, from whatever queue."""

from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

from odoo import fields, modules
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import BillingCase, a_customer, an_entry
from .gateway_server import MailServer, SmsGateway, serving

SENDER = "0b5f4a92-ca5a-4d44-92ed-7f834c083e0b"
LOGGERS = (
    "odoo.addons.iap.tools.iap_tools",
    "odoo.addons.sms.models.sms_sms",
    "odoo.addons.mail.models.mail_mail",
    "odoo.addons.base.models.ir_mail_server",
)


@tagged("post_install", "-at_install")
class TestHold(BillingCase):
    def setUp(self):
        super().setUp()
        self.gateway = self.enterContext(serving(SmsGateway()))
        self.env["ir.config_parameter"].set_param("sms.endpoint", self.gateway.url)
        self.world = self.enterContext(serving(MailServer()))
        self.env["ir.mail_server"].search([]).active = False
        self.env["ir.mail_server"].create(
            {"name": "loopback", "smtp_host": "127.0.0.1", "smtp_port": self.world.server_address[1]}
        )
        self.enterContext(mute_logger(*LOGGERS))

    def outbox(self):
        """What the cron does, but for its commits."""
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=1000):
            self.env["duebell.message"]._release()

    def send(self):
        """Odoo's own queues, as their crons empty them; only the guard that keeps tests from any network is lifted."""
        with patch.object(modules.module, "current_test", None):
            if sms := self.env["sms.sms"].search([("state", "=", "outgoing"), ("to_delete", "!=", True)]):
                sms._send(unlink_sent=True)
        with patch.object(type(self.env["ir.mail_server"]), "_disable_send", lambda _self: False):
            self.env["mail.mail"].search([("state", "=", "outgoing")]).send()
        self.env.cr.postcommit.run()

    def texts(self):
        """The uuids of the texts that left."""
        return [number["uuid"] for post in self.gateway.posts for text in post for number in text["numbers"]]

    def states(self, entry):
        return {message.channel: message.state for message in self.event(entry).message_ids}

    def test_the_state_tells_since_when_and_why(self):
        self.assertIsNone(self.billing.status()["held"])
        held = self.billing.hold(because="a wrong price list")["held"]
        self.assertEqual(held["because"], "a wrong price list")
        self.assertEqual(self.billing.status()["held"], held)
        again = self.billing.hold(because="still")["held"]
        self.assertEqual((again["since"], again["because"]), (held["since"], "still"))
        self.assertEqual(self.billing.release(), {"held": None})
        self.assertIsNone(self.billing.status()["held"])

    def test_a_reason_is_needed(self):
        with self.assertRaisesRegex(UserError, "must say why"):
            self.billing.hold(because="  ")

    def test_an_event_that_comes_while_messages_are_held_is_on_the_timeline_and_leaves_later(self):
        self.billing.hold(because="a test")
        entry = an_entry()
        self.assertEqual(self.tell_one(entry)["outcome"], "provisioned")
        self.outbox()
        self.send()
        self.assertIn("30.00", self.note(entry))
        self.assertEqual(self.states(entry), {"sms": "waiting", "email": "waiting"})
        self.assertEqual((self.texts(), self.world.received), ([], []))
        self.billing.release()
        self.outbox()
        self.send()
        self.assertEqual(self.states(entry), {"sms": "sent", "email": "sent"})
        self.assertEqual((len(self.texts()), len(self.world.received)), (1, 1))

    def test_what_is_in_odoos_queues_already_is_taken_back_and_leaves_once_later(self):
        entry = an_entry()
        self.released(entry)
        self.billing.hold(because="a test")
        self.outbox()
        self.assertFalse(self.env["sms.sms"].search([("state", "=", "outgoing")]))
        self.assertFalse(self.env["mail.mail"].search([("state", "=", "outgoing")]))
        self.assertIn("Held", self.message(entry).because)
        self.send()
        self.assertEqual((self.texts(), self.world.received), ([], []))
        self.billing.release()
        for _again in range(2):
            self.outbox()
            self.send()
        self.assertEqual((len(self.texts()), len(self.world.received)), (1, 1))
        self.assertEqual(self.states(entry), {"sms": "sent", "email": "sent"})

    def test_the_sender_itself_does_not_send_what_is_held(self):
        """It may have the messages in hand before the outbox could take them back."""
        entry = an_entry()
        self.released(entry)
        self.env["sms.sms"].create({"number": "+12025550199", "body": "of another addon", "uuid": "f" * 32})
        self.env["mail.mail"].create({"subject": "of another addon", "email_to": "another@example.com"})
        self.billing.hold(because="a test")
        self.send()
        self.assertEqual(self.texts(), ["f" * 32])
        [mail] = self.world.received
        self.assertIn("Subject: of another addon", mail)
        self.assertEqual(self.states(entry), {"sms": "released", "email": "released"})

    def test_what_a_person_queues_again_is_held_all_the_same(self):
        entry = an_entry()
        self.released(entry)
        self.billing.hold(because="a test")
        self.outbox()
        self.env["sms.sms"].search([("uuid", "=", self.message(entry).uuid)]).action_set_outgoing()
        self.send()
        self.assertEqual(self.texts(), [])

    def test_what_became_untrue_meanwhile_is_not_told_afterwards(self):
        entry = an_entry("invoice.overdue")
        self.released(entry)
        self.billing.hold(because="a test")
        self.outbox()
        self.tell_one(an_entry("invoice.paid"))
        self.assertEqual(self.states(entry), {"sms": "superseded", "email": "superseded"})
        self.billing.release()
        self.outbox()
        self.send()
        self.assertEqual((self.texts(), self.world.received), ([], []))

    def test_what_became_too_old_meanwhile_is_not_told_afterwards(self):
        queued = an_entry()
        waiting = an_entry("invoice.overdue", customer=a_customer(external_id="another", reference=None))
        self.released(queued)
        self.billing.hold(because="a test")
        self.outbox()
        self.tell_one(waiting)
        for entry in (queued, waiting):
            self.event(entry).notify_by = fields.Datetime.now() - timedelta(minutes=1)
            self.event(entry).message_ids.due_at = fields.Datetime.now() - timedelta(minutes=2)
        self.billing.release()
        self.outbox()
        self.send()
        for entry in (queued, waiting):
            self.assertEqual(self.states(entry), {"sms": "cancelled", "email": "cancelled"})
            self.assertEqual(self.message(entry).because, "Not sent: too late.")
        self.assertEqual((self.texts(), self.world.received), ([], []))

    def duplicated(self):
        """As Odoo's own Duplicate leaves the new database."""
        self.env["ir.config_parameter"].set_param("database.uuid", str(uuid4()))

    def test_a_duplicate_of_a_paired_database_tells_nobody_from_whatever_queue(self):
        waiting, queued, refused = (
            an_entry(customer=a_customer(external_id=name, reference=None)) for name in ("waiting", "queued", "refused")
        )
        self.released(queued)
        self.released(refused)
        self.event(refused).message_ids._retry_later("The gateway can't be reached.")
        self.event(refused).message_ids.retry_at = fields.Datetime.now()
        self.tell_one(waiting)
        self.billing.pair(sender=SENDER)
        self.duplicated()
        self.send()
        for _again in range(2):
            self.outbox()
            self.send()
        self.assertEqual((self.texts(), self.world.received), ([], []))
        self.assertFalse(self.env["sms.sms"].search([("state", "=", "outgoing")]))
        self.assertEqual(self.states(waiting), {"sms": "waiting", "email": "waiting"})

    def test_a_duplicate_says_that_it_is_one_wherever_a_stop_is_shown(self):
        self.billing.pair(sender=SENDER)
        settings = self.env["duebell.settings"]._of(self.company)
        self.assertFalse(settings.copy_line)
        self.duplicated()
        settings.invalidate_recordset()
        status = self.billing.status()
        sentence = status["problems"][0]["sentence"]
        self.assertEqual(status["problems"][0]["slug"], "copied")
        self.assertFalse(status["sms_ready"] or status["mail_ready"])
        self.assertIsNone(status["held"], "nobody stopped it: Duebell must not try to end that")
        self.assertIn("copy of the one that Duebell is paired with", sentence)
        self.assertIn("Stop and Limits", sentence)
        self.assertEqual((settings.copy_line, settings.held), (sentence, False))
        self.assertIn(sentence, settings.standing()["alerts"][0]["line"])
        self.assertIn(sentence, self.env["duebell.link"].create({}).problems)

    def test_pairing_anew_or_a_managers_word_makes_a_duplicate_the_real_one(self):
        manager = new_test_user(self.env, "boss", groups="duebell.group_manager")
        settings = self.env["duebell.settings"]._of(self.company).with_user(manager)
        words = (lambda: self.billing.pair(sender=SENDER), settings.action_no_copy)
        for number, word in enumerate(words):
            entry = an_entry(customer=a_customer(external_id=str(number), reference=None))
            self.billing.ingest(contract=1, events=[entry], terms={"sender": SENDER})
            self.billing.pair(sender=SENDER)
            self.duplicated()
            self.outbox()
            self.assertEqual(self.message(entry).state, "waiting")
            word()
            self.outbox()
            self.assertEqual(self.message(entry).state, "released")

    def test_who_is_no_manager_has_no_word_about_a_duplicate(self):
        user = new_test_user(self.env, "support", groups="duebell.group_user")
        with self.assertRaises(AccessError):
            self.env["duebell.settings"]._of(self.company).with_user(user).action_no_copy()

    def test_a_stop_holds_in_a_duplicate_after_it_became_the_real_one(self):
        self.tell_one(entry := an_entry())
        self.billing.pair(sender=SENDER)
        self.duplicated()
        self.billing.hold(because="a test")
        self.billing.pair(sender=SENDER)
        self.outbox()
        self.assertEqual(self.states(entry), {"sms": "waiting", "email": "waiting"})

    def test_events_on_terms_of_a_hold_are_refused_where_nothing_is_held(self):
        entry = an_entry()
        answer = self.billing.ingest(contract=1, events=[entry], terms={"hold": True})
        self.assertEqual(answer["refused"], "hold")
        self.assertFalse(self.event(entry))
        self.billing.hold(because="a test")
        self.assertIn("results", self.billing.ingest(contract=1, events=[entry], terms={"hold": True}))
