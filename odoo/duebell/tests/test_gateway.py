# SPDX-License-Identifier: LGPL-3.0-only
"""A gateway of the company's own: how it is asked, what its answers and its silence mean; over real HTTP."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import BillingCase, a_customer, an_entry
from .gateway_server import serving
from .own_gateway_server import OwnGateway, said, silence, taken


class GatewayCase(BillingCase):
    def setUp(self):
        super().setUp()
        self.world = self.enterContext(serving(OwnGateway()))
        self.enterContext(mute_logger("odoo.addons.sms.models.sms_sms"))
        self.gateway = self.env["duebell.gateway"].create(
            {
                "name": "Our SMS centre",
                "url": self.world.url,
                "secret": "s3cret",
                "sender": "Example",
                "per_second": 1000,
                "success_path": "status",
                "success_pattern": "queued|sent",
                "said_path": "error",
                "reference_path": "id",
            }
        )

    def send(self):
        """Odoo's SMS queue, as its cron empties it, and the end of its transaction, which a test doesn't have."""
        self.env["sms.sms"].search([("state", "=", "outgoing"), ("to_delete", "!=", True)])._send(unlink_sent=True)
        self.env.cr.postcommit.run()

    def told(self, **customer):
        """A message that was told, released and sent."""
        entry = an_entry(customer=a_customer(reference=None, **customer))
        message = self.released(entry)
        self.send()
        return message


@tagged("post_install", "-at_install")
class TestGateway(GatewayCase):
    def test_each_text_is_posted_as_the_template_says(self):
        message = self.told()
        self.assertEqual(message.state, "sent")
        (asked,) = self.world.asked
        self.assertEqual((asked.method, urlsplit(asked.path).path), ("POST", "/send"))
        self.assertEqual(asked.headers["Authorization"], "Bearer s3cret")
        self.assertEqual(
            asked.json, {"to": "+12025550123", "from": "Example", "text": message.body, "id": message.uuid}
        )

    def test_a_text_breaks_out_of_no_template(self):
        nasty = 'Doe", "to": "+12025550199'
        message = self.told(name=nasty)
        self.env["sms.template"].search([]).write({"body": "{{ object.customer_name }}"})
        message = self.told(external_id="nasty", name=nasty)
        self.assertEqual(message.body, nasty)
        asked = self.world.asked[-1].json
        self.assertEqual((asked["to"], asked["text"]), ("+12025550123", nasty))

    def test_a_form_and_an_address_are_filled_too(self):
        self.gateway.write(
            {
                "method": "GET",
                "url": self.world.url + "?key={secret}",
                "headers": "",
                "body_format": "form",
                "body": "to={digits}\ntext={text}\nid={uuid}",
                "success_path": False,
                "success_pattern": False,
            }
        )
        message = self.told()
        (asked,) = self.world.asked
        self.assertEqual(
            parse_qsl(urlsplit(asked.path).query),
            [("key", "s3cret"), ("to", "12025550123"), ("text", message.body), ("id", message.uuid)],
        )
        self.assertEqual(message.state, "sent")

    def test_what_it_refuses_has_failed_with_its_words(self):
        self.world.answer = said(400, error="blocked sender")
        message = self.told()
        self.assertEqual(
            (message.state, message.because), ("failed", "The SMS gateway refused the SMS. (blocked sender)")
        )

    def test_an_answer_without_an_error_can_be_a_refusal(self):
        self.world.answer = said(200, status="rejected", error="no such route")
        self.assertEqual(self.told().state, "failed")

    def test_an_answer_that_cannot_be_understood_is_unknown(self):
        self.world.answer = lambda _asked: (200, "<html>")
        self.assertEqual(self.told().state, "unknown")

    def test_silence_is_unknown_and_never_goes_again_by_itself(self):
        self.world.answer = silence
        message = self.told()
        self.assertEqual(message.state, "unknown")
        self.assertIn("may have been sent", message.because)
        self.world.answer = taken
        self.env["duebell.message"]._release_some()
        self.send()
        self.assertEqual(len(self.world.asked), 1)

    def test_silence_of_a_gateway_that_knows_doubles_is_asked_again_under_the_same_uuid(self):
        self.gateway.deduplicates = True
        self.world.answer = silence
        message = self.told()
        self.assertEqual((message.state, bool(message.retry_at)), ("released", True))
        self.world.answer = taken
        message.retry_at = fields.Datetime.now() - timedelta(seconds=1)
        self.env["duebell.message"]._release_some()
        self.send()
        self.assertEqual(message.state, "sent")
        self.assertEqual([asked.json["id"] for asked in self.world.asked], [message.uuid] * 2)

    def test_a_gateway_that_is_closed_took_nothing_and_the_rest_of_the_batch_is_not_even_asked_for(self):
        for status in (401, 404, 429, 503):
            with self.subTest(status=status):
                self.world.asked.clear()
                self.world.answer = said(status)
                entries = [
                    an_entry(customer=a_customer(external_id=f"{status}-{number}", reference=None))
                    for number in range(3)
                ]
                self.tell(*entries)
                self.env["duebell.message"]._release_some()
                self.send()
                states = [(self.message(one).state, bool(self.message(one).retry_at)) for one in entries]
                self.assertEqual(states, [("released", True)] * 3)
                self.assertEqual(len(self.world.asked), 1)

    def test_after_silence_the_rest_of_the_batch_is_surely_not_taken(self):
        self.world.answer = silence
        entries = [an_entry(customer=a_customer(external_id=f"c-{n}", reference=None)) for n in range(3)]
        self.tell(*entries)
        self.env["duebell.message"]._release_some()
        self.send()
        self.assertEqual(sorted(self.message(one).state for one in entries), ["released", "released", "unknown"])

    def test_it_is_led_nowhere_else(self):
        self.world.answer = said(302)
        self.assertEqual(self.told().state, "failed")
        self.assertEqual(len(self.world.asked), 1)

    def test_everybodys_sms_leave_by_it(self):
        sms = self.env["sms.sms"].create({"number": "+12025550166", "body": "not from billing"})
        sms.send()
        self.assertEqual(self.world.asked[0].json["text"], "not from billing")
        self.assertEqual(sms.state, "pending")

    def test_billings_side_hears_by_what_texts_leave_and_no_secret(self):
        sender = self.billing.senders()["sms"]
        self.assertEqual(sender, {"provider": "Our SMS centre", "endpoint": None, "credit": None})
        self.assertTrue(self.billing.status()["sms_ready"])

    def test_an_archived_gateway_sends_nothing_and_another_companys_neither(self):
        other = self.another_company()
        self.assertEqual(other._get_sms_api_class().__name__, "SmsApi")
        self.assertEqual(self.company._get_sms_api_class().__name__, "OwnGatewayApi")
        self.gateway.active = False
        self.assertEqual(self.company._get_sms_api_class().__name__, "SmsApi")

    def another_gateway(self):
        """Another company with a gateway of its own; returns both."""
        other = self.another_company()
        return other, self.gateway.copy({"name": "Theirs", "company_id": other.id, "sender": "Other"})

    def senders(self):
        """By text, the sender whose gateway was asked."""
        return {asked.json["text"]: asked.json["from"] for asked in self.world.asked}

    def test_each_companys_texts_leave_by_its_own_gateway_though_no_note_says_whose_they_are(self):
        self.env["duebell.timeline.choice"].search([]).noted = False
        _other, _gateway = self.another_gateway()
        entries = self.tell_about("invoice.generated", company="Example Telecom")
        entries += self.tell_about("invoice.generated", company="Other Telecom")
        self.env["duebell.message"]._release_some()
        self.send()
        ours, theirs = (self.message(entry) for entry in entries)
        self.assertEqual((ours.state, theirs.state), ("sent", "sent"))
        self.assertEqual(self.senders(), {ours.body: "Example", theirs.body: "Other"})

    def test_a_text_that_a_person_sends_at_once_leaves_by_its_companys_gateway_too(self):
        self.env["duebell.timeline.choice"].search([]).noted = False
        self.another_gateway()
        message = self.released(an_entry(company="Other Telecom", customer=a_customer(reference=None)))
        self.env["sms.sms"].search([("uuid", "=", message.uuid)]).send()
        self.assertEqual(self.senders(), {message.body: "Other"})

    def test_a_rules_test_leaves_by_the_gateway_of_the_company_whose_words_it_shows(self):
        other, _gateway = self.another_gateway()
        self.tell(an_entry("invoice.overdue", company="Other Telecom"))
        rule = self.env.ref("duebell.rule_invoice_overdue").copy({"company_id": other.id, "mode": "sms"})
        test = self.env["duebell.message.test"].create({"rule_id": rule.id, "phone": "+12025550188"})
        test.action_send()
        self.send()
        self.assertEqual(self.senders(), {rule.preview_sms: "Other"})

    def test_what_cannot_work_is_said_where_it_is_typed(self):
        for values, words in (
            ({"url": "ftp://sms.example.com/"}, "must begin like https://"),
            ({"url": "file:///etc/passwd"}, "must begin like https://"),
            ({"url": "https://{sender}.example.com/"}, "must begin like https://"),
            ({"body": '{"to": {number}}'}, "Body: line 1"),
            ({"body": '{"to": "{phone}"}'}, "There is no {phone}: use {number}"),
            ({"body_format": "form", "body": "number"}, "Body: line 1: must be like name=value"),
            ({"headers": "Bearer"}, "Headers: line 1: must be like name:value"),
            ({"success_pattern": "("}, "no regular expression"),
            ({"per_second": 0}, "more than 0"),
        ):
            with self.subTest(values=values):
                with self.assertRaises(ValidationError) as caught:
                    self.gateway.write(values)
                self.assertIn(words, str(caught.exception))

    def test_only_administrators_see_it(self):
        manager = new_test_user(self.env, "billing-manager", groups="duebell.group_manager")
        for user in (manager, self.user):
            with self.assertRaises(AccessError):
                self.gateway.with_user(user).read(["secret"])
            with self.assertRaises(AccessError):
                self.gateway.with_user(user).write({"url": "https://sms.example.com/"})

    @mute_logger("odoo.addons.sms.models.sms_sms")
    def test_no_error_and_no_log_tells_the_secret(self):
        self.gateway.url = "http://127.0.0.1:9/?key={secret}"
        with self.assertLogs("odoo", "DEBUG") as logs:
            message = self.told()
        self.assertIn("can't be reached", message.because)
        self.assertNotIn("s3cret", f"{logs.output} {message.because}")

    def test_a_trial_shows_what_the_gateway_makes_of_a_text(self):
        trial = self.env["duebell.gateway.trial"].create({"gateway_id": self.gateway.id, "number": "+1 202 555 0123"})
        trial.action_send()
        self.assertEqual(trial.outcome, "The gateway took the text.")
        self.assertEqual(self.world.asked[0].json["to"], "+12025550123")
        self.world.answer = said(403, error="wrong key")
        trial.action_send()
        self.assertIn("wrong key", trial.outcome)
        trial.number = "12"
        with self.assertRaisesRegex(UserError, "not a number that can be called"):
            trial.action_send()
