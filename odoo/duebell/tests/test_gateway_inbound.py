# SPDX-License-Identifier: LGPL-3.0-only
"""What a gateway tells by itself, over real HTTP: deliveries in any order, and who wants no more texts."""

import hashlib
import hmac
import json

from odoo.tests import HttpCase, tagged

from .common import a_customer, an_entry
from .own_gateway_server import said
from .test_gateway import GatewayCase


@tagged("post_install", "-at_install")
class TestGatewayInbound(HttpCase, GatewayCase):
    def setUp(self):
        super().setUp()
        self.entry = an_entry()
        self.now_message = self.released(self.entry)

    def report(self, token=None, headers=None, **report):
        body = json.dumps(report)
        return self.ask("report", body, token, headers)

    def ask(self, what, body, token=None, headers=None):
        path = f"/duebell/sms/{token or self.gateway.token}/{what}"
        headers = {"Content-Type": "application/json", **(headers or {})}
        answer = self.url_open(path, data=body, headers=headers)
        self.env.invalidate_all()
        return answer

    def test_a_delivery_is_told_under_our_uuid(self):
        self.send()
        self.assertEqual(self.report(id=self.now_message.uuid, status="DELIVRD").status_code, 200)
        self.assertEqual(self.now_message.state, "delivered")

    def test_reports_out_of_order_leave_it_delivered(self):
        self.send()
        for word in ("delivered", "sent", "failed"):
            self.report(id=self.now_message.uuid, status=word)
        self.assertEqual(self.now_message.state, "delivered")

    def test_a_failure_has_the_gateways_words_and_a_later_delivery_counts(self):
        self.send()
        self.gateway.report_said_path = "reason.text"
        self.report(id=self.now_message.uuid, status="undelivered", reason={"text": "absent subscriber"})
        self.assertEqual(
            (self.now_message.state, self.now_message.because),
            ("failed", "The SMS was not delivered. (absent subscriber)"),
        )
        self.report(id=self.now_message.uuid, status="delivered")
        self.assertEqual(self.now_message.state, "delivered")

    def test_the_gateways_own_number_names_the_sms_too_and_several_come_in_one_list(self):
        self.world.answer = said(200, status="queued", id=4711)
        self.send()
        self.gateway.write({"reports_path": "results", "report_key_path": "message.id"})
        answer = self.report(results=[{"message": {"id": 4711}, "status": "delivered"}])
        self.assertEqual((answer.status_code, self.now_message.state), (200, "delivered"))

    def test_another_gateways_number_is_not_ours(self):
        self.world.answer = said(200, status="queued", id=4711)
        self.send()
        other = self.gateway.copy({"company_id": self.another_company().id})
        self.assertEqual(self.report(token=other.token, id="4711", status="delivered").status_code, 404)
        self.assertEqual(self.now_message.state, "sent")

    def test_of_an_sms_that_is_not_known_yet_the_gateway_is_asked_to_tell_again(self):
        self.assertEqual(self.report(id="4711", status="delivered").status_code, 404)

    def test_words_that_say_nothing_yet_change_nothing(self):
        self.send()
        self.assertEqual(self.report(id=self.now_message.uuid, status="buffered").status_code, 200)
        self.assertEqual(self.now_message.state, "sent")

    def test_a_form_or_an_address_can_report(self):
        self.send()
        path = f"/duebell/sms/{self.gateway.token}/report"
        self.assertEqual(self.url_open(f"{path}?id={self.now_message.uuid}&status=delivered").status_code, 200)
        self.env.invalidate_all()
        self.assertEqual(self.now_message.state, "delivered")

    def test_who_does_not_know_the_address_tells_nothing(self):
        self.send()
        self.assertEqual(self.report(token="x" * 43, id=self.now_message.uuid, status="failed").status_code, 404)
        self.gateway.action_new_token()
        self.gateway.active = False
        self.assertEqual(self.report(id=self.now_message.uuid, status="failed").status_code, 404)
        self.assertEqual(self.now_message.state, "sent")

    def test_a_gateway_that_signs_is_believed_only_with_its_signature(self):
        self.send()
        self.gateway.write({"signature_header": "X-Signature", "signature_key": "k3y"})
        body = json.dumps({"id": self.now_message.uuid, "status": "delivered"})
        self.assertEqual(self.ask("report", body).status_code, 403)
        self.assertEqual(self.ask("report", body, headers={"X-Signature": "0" * 64}).status_code, 403)
        self.assertEqual(self.now_message.state, "sent")
        signature = hmac.new(b"k3y", body.encode(), hashlib.sha256).hexdigest()
        self.assertEqual(self.ask("report", body, headers={"X-Signature": signature}).status_code, 200)
        self.assertEqual(self.now_message.state, "delivered")

    def sign(self, what):
        """Asks for a signature from now on; the header that has it."""
        self.gateway.write({"signature_header": "X-Signature", "signature_key": "k3y"})
        return {"X-Signature": hmac.new(b"k3y", what.encode(), hashlib.sha256).hexdigest()}

    def test_a_form_is_signed_as_it_came(self):
        self.send()
        body = f"status=delivered&id={self.now_message.uuid}&why=all+is%20well"
        headers = {"Content-Type": "application/x-www-form-urlencoded", **self.sign(body)}
        self.assertEqual(self.ask("report", body.replace("+", "%20"), headers=headers).status_code, 403)
        self.assertEqual(self.now_message.state, "sent")
        self.assertEqual(self.ask("report", body, headers=headers).status_code, 200)
        self.assertEqual(self.now_message.state, "delivered")

    def test_without_a_body_the_query_string_is_signed(self):
        self.send()
        query = f"id={self.now_message.uuid}&status=delivered"
        path, headers = f"/duebell/sms/{self.gateway.token}/report", self.sign(query)
        self.assertEqual(self.url_open(f"{path}?{query}&more=1", headers=headers).status_code, 403)
        self.assertEqual(self.url_open(f"{path}?{query}", headers=headers).status_code, 200)
        self.env.invalidate_all()
        self.assertEqual(self.now_message.state, "delivered")

    def test_beside_a_signed_body_the_address_says_nothing(self):
        self.send()
        body = f"id={self.now_message.uuid}&status=buffered"
        headers = {"Content-Type": "application/x-www-form-urlencoded", **self.sign(body)}
        self.assertEqual(self.ask("report?status=delivered", body, headers=headers).status_code, 200)
        self.assertEqual(self.now_message.state, "sent")

    def test_an_answer_in_a_form_is_signed_too(self):
        body = "from=12025550123&text=STOP"
        headers = {"Content-Type": "application/x-www-form-urlencoded", **self.sign(body)}
        self.assertEqual(self.ask("reply", f"{body}+it", headers=headers).status_code, 403)
        self.assertFalse(self.env["phone.blacklist"].search([("number", "=", "+12025550123")]))
        self.assertEqual(self.ask("reply", body, headers=headers).status_code, 200)
        self.assertTrue(self.env["phone.blacklist"].search([("number", "=", "+12025550123")]))

    def test_what_is_no_report_is_refused(self):
        self.assertEqual(self.ask("report", "{").status_code, 400)
        self.assertEqual(self.ask("report", '["' + "x" * 1024 * 1024 + '"]').status_code, 413)

    def test_who_answers_stop_is_on_odoos_blacklist_once_and_the_contact_tells_why(self):
        contact = self.now_message.partner_id
        contact.phone = "+1 202 555 0123"
        for _again in range(2):
            answer = self.ask("reply", json.dumps({"from": "12025550123", "text": " Stop! "}))
            self.assertEqual(answer.status_code, 200)
        listed = self.env["phone.blacklist"].search([("number", "=", "+12025550123")])
        self.assertEqual(len(listed), 1)
        notes = contact.message_ids.filtered(lambda note: "Wants no more texts" in (note.body or ""))
        self.assertEqual(len(notes), 1)

    def test_other_answers_bar_nobody_and_what_has_no_number_is_refused(self):
        self.assertEqual(self.ask("reply", '{"from": "12025550123", "text": "stopping by"}').status_code, 200)
        self.assertEqual(self.ask("reply", '{"from": "", "text": "STOP"}').status_code, 422)
        self.assertFalse(self.env["phone.blacklist"].search([("number", "=", "+12025550123")]))

    def stopped(self):
        return set(self.env["phone.blacklist"].search([]).mapped("number"))

    def asked(self):
        """Of the company's own people, about a STOP."""
        type_ = self.env.ref("duebell.activity_type_stop")
        return self.company.partner_id.activity_ids.filtered(lambda one: one.activity_type_id == type_)

    def reply(self, number, text="STOP"):
        return self.ask("reply", json.dumps({"from": number, "text": text})).status_code

    def test_each_stop_of_a_list_counts(self):
        self.gateway.write({"replies_path": "results", "reply_text_path": "message.text"})
        told = [
            {"from": f"1202555014{n}", "message": {"text": word}} for n, word in enumerate(("STOP", "hello", "Baja"))
        ]
        self.assertEqual(self.ask("reply", json.dumps({"results": told})).status_code, 200)
        self.assertEqual(self.stopped(), {"+12025550140", "+12025550142"})

    def test_stop_is_understood_in_all_languages_of_the_addon(self):
        for number, word in enumerate(
            ("stop", "Baja", "Arrêt!", "ARRET", "Stopp.", "стоп", "إيقاف", "ايقاف،", "«Stop»")
        ):
            with self.subTest(word=word):
                self.assertEqual(self.reply(f"120255501{number:02}", word), 200)
                self.assertIn(f"+120255501{number:02}", self.stopped())

    def test_a_number_as_it_is_dialled_at_home_is_the_customers_that_was_texted(self):
        self.company.country_id = self.env.ref("base.es")
        self.tell(an_entry(customer=a_customer(external_id="spanish", reference=None, phone="600 12 34 56")))
        self.assertEqual(self.reply("600123456"), 200)
        self.assertEqual(self.stopped(), {"+34600123456"})
        self.tell(an_entry(customer=a_customer(external_id="another", reference=None, phone="623 12 34 56")))
        self.assertEqual(self.gateway._readings("623123456"), {"+34623123456", "+623123456"})
        for number in ("623123456", "34911234567", "0034622222222"):
            self.assertEqual(self.reply(number), 200)
        self.assertEqual(self.stopped(), {"+34600123456", "+34623123456", "+34911234567", "+34622222222"})

    def test_of_two_numbers_that_it_may_be_none_is_guessed_and_a_person_is_asked(self):
        self.company.country_id = self.env.ref("base.es")
        self.assertEqual(self.gateway._readings("623123456"), {"+34623123456", "+623123456"})
        self.assertEqual(self.reply("623123456"), 200)
        self.assertFalse(self.stopped())
        activity = self.asked()
        self.assertEqual(activity.summary, "A customer wants no more texts: who is it?")
        self.assertIn("“STOP” was answered from “623123456”", activity.note)

    def test_a_stop_without_a_number_that_can_be_read_asks_a_person(self):
        self.assertEqual(self.reply("", "STOP"), 422)
        for text in ("STOP", "STOP", "hello"):
            self.assertEqual(self.reply("short code", text), 200)
        activity = self.asked()
        self.assertEqual((len(activity), activity.note.count("<li>")), (1, 2))
        activity.action_feedback()
        self.reply("short code")
        self.assertEqual(len(self.asked()), 1, "each STOP counts, though somebody has just looked")
        for number in range(10):
            self.reply(f"short code {number}")
        self.assertEqual(sum(one.note.count("<li>") for one in self.asked()), 11)
