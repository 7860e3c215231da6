# SPDX-License-Identifier: LGPL-3.0-only
"""Odoo's own addon for Twilio, installed beside: what it answers, and how it breaks off; over real HTTP."""

import json
from unittest.mock import patch
from urllib.parse import parse_qs

import requests

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BillingCase, a_customer, an_entry
from .gateway_server import serving
from .own_gateway_server import OwnGateway, said, silence

TWILIO = "https://api.twilio.com"
LOGGERS = ("odoo.addons.sms.models.sms_sms", "odoo.addons.sms_twilio.tools.sms_api")


def taken(_asked):
    return 201, json.dumps({"sid": "SM" + "0" * 32, "status": "queued", "error_code": None})


@tagged("post_install", "-at_install", "-standard", "sms_twilio")
class TestTwilio(BillingCase):
    def setUp(self):
        super().setUp()
        self.world = self.enterContext(serving(OwnGateway()))
        self.world.answer = taken
        self.twilio = self.world
        self.enterContext(patch.object(requests.Session, "send", self.to_loopback(requests.Session.send)))
        self.enterContext(mute_logger(*LOGGERS))
        self.company.write(
            {"sms_provider": "twilio", "sms_twilio_account_sid": "AC" + "a1" * 16, "sms_twilio_auth_token": "s3cret"}
        )
        self.env["sms.twilio.number"].create({"number": "+12025550100", "country_id": self.env.ref("base.us").id})

    def to_loopback(self, send):
        """Twilio's address can't be set; nothing leaves for any other."""

        def sent(session, request, **options):
            self.assertTrue(request.url.startswith((TWILIO, "http://127.0.0.1:")), request.url)
            request.url = request.url.replace(TWILIO, self.twilio.url.removesuffix("/send"))
            return send(session, request, **{**options, "proxies": {}})

        return sent

    def send(self):
        """Odoo's SMS queue, as its cron empties it, and the end of its transaction, which a test doesn't have."""
        self.env["sms.sms"].search([("state", "=", "outgoing"), ("to_delete", "!=", True)])._send(unlink_sent=True)
        self.env.cr.postcommit.run()

    def told(self, **customer):
        """A message that was told, released and sent."""
        message = self.released(an_entry(customer=a_customer(reference=None, **customer)))
        self.send()
        return message

    def test_what_twilio_took_is_sent_and_what_it_reports_is_delivered(self):
        message = self.told()
        self.assertEqual((message.state, message.because), ("sent", False))
        asked = parse_qs(self.world.asked[0].body)
        self.assertEqual((asked["To"], asked["Body"]), (["+12025550123"], [message.body]))
        tracker = self.env["sms.tracker"].search([("sms_uuid", "=", message.uuid)])
        self.assertEqual(tracker.sms_twilio_sid, "SM" + "0" * 32)
        tracker._action_update_from_sms_state("sent")
        self.assertEqual(message.state, "delivered")

    def test_a_text_that_arrived_neither_falls_back_nor_asks_anybody(self):
        rule = self.env["duebell.message.rule"].search([("event_type", "=", "invoice.generated"), ("case", "=", "any")])
        rule.mode = "sms_else_email"
        message = self.told()
        self.assertEqual(self.env["duebell.message"]._attend_some(), 0)
        self.assertEqual(message.event_id.message_ids, message)

    def test_what_it_refuses_has_failed_in_plain_words_and_its_own(self):
        self.world.answer = said(400, code=21211, message="Invalid 'To' Phone Number")
        message = self.told()
        self.assertEqual(message.state, "failed")
        self.assertIn("does not know such a number", message.because)
        self.assertIn("Invalid 'To' Phone Number", message.because)
        self.world.answer = said(400, code=30034, message="Message from an Unregistered Number")
        message = self.told(external_id="another")
        self.assertEqual(
            message.because, "The SMS gateway refused the SMS. (Message from an Unregistered Number)", message.state
        )

    def test_silence_is_unknown_and_never_goes_again_by_itself(self):
        self.world.answer = silence
        message = self.told()
        self.assertEqual(message.state, "unknown")
        self.env["duebell.message"]._release_some()
        self.send()
        self.assertEqual(len(self.world.asked), 1)

    def test_an_error_of_its_own_is_unknown_and_leaves_the_others_of_the_batch_what_they_are(self):
        answers = iter((taken(None), (502, "<html>Bad Gateway")))
        self.world.answer = lambda _asked: next(answers)
        entries = [an_entry(customer=a_customer(external_id=f"c-{n}", reference=None)) for n in range(3)]
        self.tell(*entries)
        self.env["duebell.message"]._release_some()
        self.send()
        states = sorted((self.message(one).state, bool(self.message(one).retry_at)) for one in entries)
        self.assertEqual(states, [("released", True), ("sent", False), ("unknown", False)])

    def test_who_is_not_let_in_or_asks_too_much_is_asked_again(self):
        for status in (401, 429, 503):
            with self.subTest(status=status):
                self.world.answer = said(status, code=20429, message="Not now")
                message = self.told(external_id=str(status))
                self.assertEqual((message.state, bool(message.retry_at)), ("released", True))
                self.assertIn("Not now", message.because)

    def test_a_twilio_that_is_not_there_took_nothing(self):
        vacant = OwnGateway()
        vacant.server_close()
        self.twilio = vacant
        message = self.told()
        self.assertEqual((message.state, bool(message.retry_at)), ("released", True))

    def test_an_account_that_cannot_be_asked_by_took_nothing_and_says_why(self):
        self.company.sms_twilio_account_sid = "wrong"
        message = self.told()
        self.assertEqual((message.state, bool(message.retry_at)), ("released", True))
        self.assertIn("Invalid Twilio Account SID", message.because)

    def test_a_report_without_a_word_is_told_in_twilios_words(self):
        message = self.told()
        tracker = self.env["sms.tracker"].search([("sms_uuid", "=", message.uuid)])
        tracker._action_update_from_twilio_error("failed", "30099", "Carrier said no")
        self.assertEqual((message.state, message.because), ("failed", "The SMS was not delivered. (Carrier said no)"))

    def test_each_companys_texts_leave_by_its_own_account_though_no_note_says_whose_they_are(self):
        self.env["duebell.timeline.choice"].search([]).noted = False
        other = self.another_company()
        account = {"sms_twilio_account_sid": "AC" + "b2" * 16, "sms_twilio_auth_token": "0th3r"}
        other.write({"sms_provider": "twilio", **account})
        number = {"number": "+12025550101", "country_id": self.env.ref("base.us").id, "company_id": other.id}
        self.env["sms.twilio.number"].create(number)
        entries = self.tell_about("invoice.generated", company="Example Telecom")
        entries += self.tell_about("invoice.generated", company="Other Telecom")
        self.env["duebell.message"]._release_some()
        self.send()
        accounts = {parse_qs(asked.body)["Body"][0]: asked.path.split("/")[-2] for asked in self.world.asked}
        ours, theirs = (self.message(entry).body for entry in entries)
        self.assertEqual(accounts, {ours: "AC" + "a1" * 16, theirs: "AC" + "b2" * 16})

    def test_the_companys_own_gateway_goes_before_twilio(self):
        own = self.enterContext(serving(OwnGateway()))
        own.answer = said(200, status="queued", id=4711)
        self.env["duebell.gateway"].create({"name": "Ours", "url": own.url, "per_second": 1000, "reference_path": "id"})
        message = self.told()
        by_hand = self.env["sms.sms"].create({"number": "+12025550166", "body": "not from billing"})
        by_hand.send()
        self.assertEqual((len(own.asked), len(self.world.asked)), (2, 0))
        self.assertEqual((message.state, by_hand.state), ("sent", "pending"))
        tracker = self.env["sms.tracker"].search([("sms_uuid", "=", message.uuid)])
        self.assertEqual((tracker.duebell_reference, tracker.duebell_gateway_id.name), ("4711", "Ours"))
