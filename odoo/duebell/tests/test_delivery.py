# SPDX-License-Identifier: LGPL-3.0-only
"""What becomes of an SMS: the gateway's answers, its silence, its reports; over real HTTP on loopback."""

import contextlib
from datetime import timedelta
from unittest.mock import patch

import requests

from odoo import fields, modules
from odoo.exceptions import RedirectWarning
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.iap.tools.iap_tools import InsufficientCreditError

from ..gateway import of_error
from ..models.duebell_message_release import RETRY_AFTER_MINUTES
from .common import BillingCase, a_customer, an_entry
from .gateway_server import SmsGateway, all_said, all_taken, serving, silence

LOGGERS = ("odoo.addons.iap.tools.iap_tools", "odoo.addons.sms.models.sms_sms", "odoo.tools.translate")


@tagged("post_install", "-at_install")
class TestDelivery(BillingCase):
    def setUp(self):
        super().setUp()
        self.gateway = self.enterContext(serving(SmsGateway()))
        self.env["ir.config_parameter"].set_param("sms.endpoint", self.gateway.url)
        self.enterContext(mute_logger(*LOGGERS))
        self.entry = an_entry()
        self.now_message = self.released(self.entry)

    def send(self):
        """Odoo's SMS queue, as its cron empties it, and the end of its transaction, which a test doesn't have; only the
        guard that keeps tests from any network is lifted."""
        with patch.object(modules.module, "current_test", None):
            self.env["sms.sms"].search([("state", "=", "outgoing"), ("to_delete", "!=", True)])._send(unlink_sent=True)
        self.env.cr.postcommit.run()

    def report(self, word, uuid=None):
        """A delivery report, as the route /sms/status hands it on."""
        trackers = self.env["sms.tracker"].search([("sms_uuid", "=", uuid or self.now_message.uuid)])
        if state := self.env["sms.sms"].IAP_TO_SMS_STATE_SUCCESS.get(word):
            trackers._action_update_from_sms_state(state)
        else:
            trackers._action_update_from_provider_error(word)

    def states(self):
        receipts = self.billing.receipts(acknowledged=[])["receipts"]
        return [receipt["state"] for receipt in receipts if receipt["channel"] == "sms"]

    def due_again(self):
        self.now_message.retry_at = fields.Datetime.now() - timedelta(seconds=1)
        self.env["duebell.message"]._release_some()

    def test_what_the_gateway_took_is_sent_and_what_it_reports_is_delivered(self):
        self.send()
        self.assertEqual(self.now_message.state, "sent")
        self.report("delivered")
        self.assertEqual(self.now_message.state, "delivered")
        self.assertEqual(self.states(), ["released", "sent", "delivered"])
        self.assertTrue(self.now_message.sent_at and self.now_message.delivered_at)
        [[post]] = self.gateway.posts
        self.assertEqual(post["content"], self.now_message.body)
        self.assertEqual(post["numbers"], [{"number": "+12025550123", "uuid": self.now_message.uuid}])

    def test_a_late_denial_does_not_undo_a_delivery(self):
        self.send()
        self.report("delivered")
        self.report("not_delivered")
        self.report("sent")
        self.assertEqual(self.now_message.state, "delivered")

    def test_a_delivery_after_a_denial_counts(self):
        self.send()
        self.report("not_delivered")
        self.assertEqual((self.now_message.state, self.now_message.because), ("failed", "The SMS was not delivered."))
        self.report("delivered")
        self.assertEqual((self.now_message.state, self.now_message.because), ("delivered", False))

    def test_reports_reach_the_message_after_its_sms_is_gone(self):
        self.send()
        self.env.flush_all()
        self.env["sms.sms"]._gc_device()
        self.env.invalidate_all()
        self.assertFalse(self.env["sms.sms"].search([("uuid", "=", self.now_message.uuid)]))
        self.report("delivered")
        self.assertEqual(self.now_message.state, "delivered")

    def test_what_the_gateway_refuses_has_failed_in_plain_words(self):
        for word, because in (
            ("wrong_number_format", "The SMS gateway does not know such a number: correct it in billing."),
            ("insufficient_credit", "The SMS account has no credit left: buy some."),
            ("something_new", "The SMS gateway said: something_new."),
        ):
            with self.subTest(word=word):
                self.gateway.answer = all_said(word)
                message = self.released(an_entry(customer=a_customer(external_id=word, reference=None)))
                self.send()
                self.assertEqual((message.state, message.because), ("failed", because))

    def test_a_gateway_that_is_not_there_took_nothing_and_is_tried_again(self):
        with self.gateway_away():
            self.send()
        self.assertEqual(self.now_message.state, "released")
        self.assertEqual(self.now_message.because, "The SMS gateway can't be reached.")
        self.assertGreater(self.now_message.retry_at, fields.Datetime.now())
        self.due_again()
        self.send()
        self.assertEqual((self.now_message.state, self.now_message.because), ("sent", False))
        self.assertEqual(len(self.gateway.posts), 1)

    def test_nothing_goes_again_before_it_is_due(self):
        with self.gateway_away():
            self.send()
        self.env["duebell.message"]._release_some()
        self.send()
        self.assertFalse(self.gateway.posts)

    def test_it_is_not_tried_for_ever(self):
        with self.gateway_away():
            self.send()
            for _minutes in RETRY_AFTER_MINUTES:
                self.due_again()
                self.send()
        self.assertEqual(self.now_message.state, "failed")
        self.assertEqual(self.now_message.because, "The SMS gateway can't be reached. Tried 6 times.")
        self.assertFalse(self.now_message.retry_at)

    def test_an_sms_that_somebody_deleted_is_not_sent(self):
        with self.gateway_away():
            self.send()
        self.env["sms.sms"].search([("uuid", "=", self.now_message.uuid)]).unlink()
        self.assertEqual(self.now_message.state, "cancelled")

    def test_an_sms_cleaned_away_before_its_retry_is_made_anew_under_the_same_uuid(self):
        with self.gateway_away():
            self.send()
        self.env["sms.sms"].search([("uuid", "=", self.now_message.uuid)]).to_delete = True
        self.env.flush_all()
        self.env["sms.sms"]._gc_device()
        self.env.invalidate_all()
        self.due_again()
        self.send()
        self.assertEqual(self.now_message.state, "sent")

    def test_a_gateway_that_is_silent_may_have_sent_so_nothing_goes_again(self):
        self.gateway.answer = silence
        self.send()
        self.assertEqual(self.now_message.state, "unknown")
        self.assertIn("may have been sent", self.now_message.because)
        self.env["duebell.message"]._release_some()
        self.send()
        self.assertEqual(len(self.gateway.posts), 1)

    def test_an_unknown_sms_that_is_reported_delivered_was_sent(self):
        self.gateway.answer = silence
        self.send()
        self.report("delivered")
        self.assertEqual(self.now_message.state, "delivered")

    def test_a_gateway_that_is_closed_for_the_moment_took_nothing(self):
        for status, state in (
            (503, "released"),
            (404, "released"),
            (429, "released"),
            (500, "unknown"),
            (502, "unknown"),
        ):
            with self.subTest(status=status):
                self.gateway.answer = lambda _messages, status=status: (status, None)
                message = self.released(an_entry(customer=a_customer(external_id=str(status), reference=None)))
                self.send()
                self.assertEqual((message.state, bool(message.retry_at)), (state, state == "released"))

    def test_a_time_out_is_unknown_and_no_credit_is_a_refusal(self):
        self.assertEqual(of_error(self.env, requests.ReadTimeout()).state, "unknown")
        self.assertEqual(of_error(self.env, requests.ConnectTimeout()).state, None)
        self.assertEqual(of_error(self.env, InsufficientCreditError()).state, "failed")
        self.assertEqual(of_error(self.env, ValueError("anything else")).state, "unknown")

    def test_a_batch_over_two_companies_goes_out_and_so_do_other_peoples_sms(self):
        self.another_company()
        message = self.released(
            an_entry(company="Other Telecom", customer=a_customer(external_id="another", reference=None))
        )
        stranger = self.env["sms.sms"].create({"number": "+12025550166", "body": "not from billing"})
        self.send()
        self.assertEqual((self.now_message.state, message.state, stranger.state), ("sent", "sent", "pending"))
        self.assertEqual(sum(len(one["numbers"]) for post in self.gateway.posts for one in post), 3)

    def test_a_gateway_that_broke_down_over_a_text_may_have_sent_it(self):
        self.gateway.answer = all_said("server_error")
        self.send()
        self.assertEqual(self.now_message.state, "unknown")
        self.assertIn("may have been sent", self.now_message.because)

    def test_what_failed_or_is_unknown_does_not_go_again_from_odoos_own_queue(self):
        for number, word in enumerate(("wrong_number_format", "server_error")):
            with self.subTest(word=word):
                self.gateway.answer = all_said(word)
                message = self.released(an_entry(customer=a_customer(external_id=f"c-{number}", reference=None)))
                self.send()
                sms = self.env["sms.sms"].search([("uuid", "=", message.uuid)])
                for again in ("resend_failed", "action_set_outgoing"):
                    with self.assertRaisesRegex(RedirectWarning, "sent again in Billing"):
                        getattr(sms, again)()
                asked, state = len(self.gateway.posts), message.state
                sms.state = "outgoing"
                stranger = self.env["sms.sms"].create({"number": "+12025550166", "body": "not from billing"})
                self.gateway.answer = all_taken
                self.send()
                [[post]] = self.gateway.posts[asked:]
                self.assertEqual([number["uuid"] for number in post["numbers"]], [stranger.uuid])
                self.assertEqual((sms.state, message.state), ("canceled", state))

    def test_a_person_may_cancel_the_sms_in_odoo(self):
        self.env["sms.sms"].search([("uuid", "=", self.now_message.uuid)]).action_set_canceled()
        self.assertEqual(self.now_message.state, "cancelled")

    def test_acknowledged_receipts_are_forgotten_and_others_told_again(self):
        self.send()
        first = self.billing.receipts(acknowledged=[])
        self.assertEqual(first["open"], 2, "the SMS may still be reported, the e-mail is on its way")
        ids = [receipt["id"] for receipt in first["receipts"]]
        rest = self.billing.receipts(acknowledged=ids[:1])
        self.assertEqual([receipt["id"] for receipt in rest["receipts"]], ids[1:])
        self.report("delivered")
        last = self.billing.receipts(acknowledged=ids)
        self.assertEqual([receipt["state"] for receipt in last["receipts"]], ["delivered"])
        self.assertEqual(last["open"], 1)
        [receipt] = last["receipts"]
        self.assertEqual((receipt["event"], receipt["replay"]), (self.entry["event"]["id"], 0))

    @contextlib.contextmanager
    def gateway_away(self):
        """An address at which nobody listens."""
        parameters = self.env["ir.config_parameter"]
        vacant = SmsGateway()
        vacant.server_close()
        parameters.set_param("sms.endpoint", vacant.url)
        yield
        parameters.set_param("sms.endpoint", self.gateway.url)
