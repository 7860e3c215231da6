# SPDX-License-Identifier: LGPL-3.0-only
"""What proves a setup: a rehearsal that leaves nothing, who sends, and a text to a tester's phone."""

import json
from unittest.mock import patch
from uuid import uuid4

from odoo import modules
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..rehearsal import RehearsalEnded
from .common import BillingCase, a_customer, an_entry
from .gateway_server import SmsGateway, all_said, serving

PHONE = "+12025550199"


@tagged("post_install", "-at_install")
class TestRehearsal(BillingCase):
    def rehearsed(self, *entries):
        with self.assertRaises(RehearsalEnded) as ended, self.env.cr.savepoint():
            self.billing.rehearse(contract=1, events=list(entries))
        return json.loads(str(ended.exception))

    def test_a_rehearsal_tells_what_would_come_and_leaves_nothing(self):
        entry = an_entry(customer=a_customer(external_id="rehearsal", reference=None))
        self.assertEqual(
            self.rehearsed(entry),
            {"events": 1, "messages": 2, "refused": [], "refused_in_all": 0, "failed": [], "failed_in_all": 0},
        )
        self.assertFalse(self.event(entry))
        self.assertFalse(self.customer("rehearsal"))

    def test_what_would_be_refused_is_named(self):
        entry = an_entry(customer=a_customer(language="klingon", phone=12))
        told = self.rehearsed(entry)
        self.assertEqual(told["refused_in_all"], 1)
        self.assertEqual(told["refused"][0]["key"], entry["key"])
        self.assertIn("customer.phone", told["refused"][0]["because"])

    def test_a_text_that_fails_is_named(self):
        self.env.ref("duebell.sms_invoice_generated").body = "{{ object.no_such_thing }}"
        entry = an_entry()
        with mute_logger("odoo.addons.mail.models.mail_render_mixin", "odoo.addons.duebell.rendering"):
            told = self.rehearsed(entry)
        self.assertEqual([(one["key"], one["channel"]) for one in told["failed"]], [(entry["key"], "sms")])
        self.assertEqual(told["messages"], 1)

    def test_many_troubles_fit_what_a_caller_keeps(self):
        entries = [an_entry(customer=a_customer(external_id=f"c{n}", phone=n)) for n in range(100)]
        with self.assertRaises(RehearsalEnded) as ended, self.env.cr.savepoint():
            self.billing.rehearse(contract=1, events=entries)
        self.assertLess(len(str(ended.exception)), 2048)
        self.assertEqual(json.loads(str(ended.exception))["refused_in_all"], 100)

    def test_another_contract_is_answered_as_ingest_does(self):
        self.assertEqual(self.billing.rehearse(contract=99, events=[])["refused"], "contract")

    def test_only_the_integration_may(self):
        stranger = self.env["duebell.event"].with_user(
            self.env.ref("base.user_demo", False) or self.env.ref("base.user_admin")
        )
        for method, arguments in (
            ("rehearse", {"contract": 1, "events": []}),
            ("senders", {}),
            ("test_sms", {"phone": PHONE, "uuid": uuid4().hex}),
        ):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(stranger, method)(**arguments)


@tagged("post_install", "-at_install")
class TestSenders(BillingCase):
    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param("sms.endpoint", False)
        self.env["ir.mail_server"].search([]).active = False

    def test_nobody_sends(self):
        senders = self.billing.senders()
        self.assertEqual(senders["sms"], {"provider": None, "endpoint": None, "credit": None})
        self.assertEqual(senders["mail"], {"server": None, "because": None})

    def test_a_gateway_of_ones_own_has_no_credit_to_tell(self):
        self.env["ir.config_parameter"].set_param("sms.endpoint", "http://127.0.0.1:1")
        self.assertEqual(
            self.billing.senders()["sms"], {"provider": "gateway", "endpoint": "http://127.0.0.1:1", "credit": None}
        )

    def test_odoos_own_service_is_asked_for_the_credit(self):
        service = self.env["iap.service"].search([("technical_name", "=", "sms")])
        self.env["iap.account"].create({"service_id": service.id, "state": "registered"})
        with patch.object(type(self.env["iap.account"]), "get_credits", lambda _self, name: {"sms": 42.5}[name]):
            self.assertEqual(self.billing.senders()["sms"], {"provider": "odoo", "endpoint": None, "credit": 42.5})

    def test_a_mail_server_that_takes_nothing_says_why(self):
        self.env["ir.mail_server"].create({"name": "closed", "smtp_host": "127.0.0.1", "smtp_port": 1})
        with patch.object(modules.module, "current_test", None), mute_logger("odoo.addons.base.models.ir_mail_server"):
            mail = self.billing.senders()["mail"]
        self.assertEqual(mail["server"], "closed")
        self.assertTrue(mail["because"])
        self.assertNotIn("current user", mail["because"])

    def test_a_mail_server_is_asked_as_who_writes_to_customers(self):
        self.company.email = "billing@example.com"
        server = self.env["ir.mail_server"].create({"name": "any", "smtp_host": "127.0.0.1"})
        asked = server.with_user(self.billing.env.user).sudo().with_context(duebell_sender=self.company.email)
        self.assertEqual(asked._get_test_email_from(), "billing@example.com")
        server.from_filter = "bills@example.org"
        self.assertEqual(asked._get_test_email_from(), "bills@example.org")


@tagged("post_install", "-at_install")
class TestTestSms(BillingCase):
    def setUp(self):
        super().setUp()
        self.gateway = self.enterContext(serving(SmsGateway()))
        self.env["ir.config_parameter"].set_param("sms.endpoint", self.gateway.url)
        self.enterContext(mute_logger("odoo.addons.iap.tools.iap_tools", "odoo.addons.sms.models.sms_sms"))
        self.uuid = uuid4().hex

    def state(self):
        return self.billing.test_sms(phone=PHONE, uuid=self.uuid)

    def send(self):
        with patch.object(modules.module, "current_test", None):
            self.env["sms.sms"].search([("state", "=", "outgoing"), ("to_delete", "!=", True)])._send(unlink_sent=True)

    def test_it_is_sent_once_however_often_one_asks(self):
        self.assertEqual(self.state(), {"state": "waiting", "because": None})
        self.assertEqual(self.state(), {"state": "waiting", "because": None})
        self.send()
        self.assertEqual(self.state()["state"], "sent")
        [[post]] = self.gateway.posts
        self.assertEqual(post["numbers"], [{"number": PHONE, "uuid": self.uuid}])
        self.assertIn("Example Telecom: this is a test", post["content"])

    def test_it_speaks_the_language_of_the_company(self):
        self.company.partner_id.lang = "es_ES"
        self.state()
        self.assertIn("esto es una prueba", self.env["sms.sms"].search([("uuid", "=", self.uuid)]).body)

    def test_a_report_tells_that_it_arrived(self):
        self.state()
        self.send()
        tracker = self.env["sms.tracker"].search([("sms_uuid", "=", self.uuid)])
        tracker._action_update_from_sms_state("sent")
        self.assertEqual(self.state(), {"state": "delivered", "because": None})

    def test_what_the_gateway_refuses_says_why(self):
        self.gateway.answer = all_said("wrong_number_format")
        self.state()
        self.send()
        self.assertEqual(self.state()["state"], "failed")
        self.assertTrue(self.state()["because"])

    def test_it_leaves_no_event_and_no_message(self):
        before = self.env["duebell.message"].search_count([])
        self.state()
        self.send()
        self.assertEqual(self.env["duebell.message"].search_count([]), before)

    def test_only_a_phone_number_is_told(self):
        for phone in ("", "12025550199", "+1 202 555", None, "+12025550199,+12025550198"):
            with self.subTest(phone=phone), self.assertRaises(UserError):
                self.billing.test_sms(phone=phone, uuid=self.uuid)
        with self.assertRaises(UserError):
            self.billing.test_sms(phone=PHONE, uuid="no uuid")
