# SPDX-License-Identifier: LGPL-3.0-only
"""An own gateway is owed no more than it takes in a minute: what waits can be held back, and urgent ones pass it."""

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BillingCase, a_customer, an_entry
from .gateway_server import serving
from .own_gateway_server import OwnGateway

NOON = "2026-11-02 17:00:00"


@tagged("post_install", "-at_install")
class TestReleasePace(BillingCase):
    def setUp(self):
        super().setUp()
        self.enterContext(freeze_time(NOON))
        self.messages = self.env["duebell.message"]
        self.env["duebell.message.rule"].search([]).mode = "sms"

    def a_gateway(self, company, per_second, url="https://sms.example.com/"):
        return self.env["duebell.gateway"].create(
            {"name": "Ours", "company_id": company.id, "url": url, "per_second": per_second}
        )

    def events_about(self, customers, type_="invoice.overdue", **changes):
        entries = self.tell_about(type_, customers, **changes)
        return self.env["duebell.event"].search([("event_id", "in", [one["event"]["id"] for one in entries])])

    def states(self, events, channel="sms"):
        messages = events.message_ids.filtered(lambda message: message.channel == channel).sorted("id")
        return messages.mapped("state")

    def queued(self, events):
        return self.env["sms.sms"].search([("uuid", "in", events.message_ids.mapped("uuid"))])

    def test_no_more_texts_are_queued_than_the_gateway_takes_in_a_minute(self):
        self.a_gateway(self.company, 0.05)
        events = self.events_about(5)
        for _again in range(2):
            self.messages._release_some()
            self.assertEqual(self.states(events), ["released"] * 3 + ["waiting"] * 2)
        self.queued(events).sorted("id")[:2].state = "pending"
        self.messages._release_some()
        self.assertEqual(self.states(events), ["released"] * 5)

    def test_the_cron_comes_back_for_the_rest_and_does_not_spin(self):
        self.a_gateway(self.company, 0.05)
        self.events_about(5)
        self.assertEqual([self.messages._release_some() for _run in range(2)], [3, 0])

    def test_emails_do_not_wait_for_the_gateway(self):
        self.env["duebell.message.rule"].search([]).mode = "both"
        self.a_gateway(self.company, 0.05)
        events = self.events_about(5)
        self.messages._release_some()
        self.assertEqual(self.states(events), ["released"] * 3 + ["waiting"] * 2)
        self.assertEqual(self.states(events, "email"), ["released"] * 5)

    def test_texts_of_other_addons_take_the_gateways_time_too(self):
        self.a_gateway(self.company, 0.05)
        note = self.company.partner_id._message_log(body="of another addon")
        note.record_company_id = self.company
        self.env["sms.sms"].create([{"number": "+12025550199", "mail_message_id": note.id} for _number in range(2)])
        events = self.events_about(5)
        self.messages._release_some()
        self.assertEqual(self.states(events).count("released"), 1)

    def test_what_became_untrue_before_the_gateway_was_free_is_not_told(self):
        self.a_gateway(self.company, 0.05)
        events = self.events_about(5)
        self.messages._release_some()
        customers = [f"invoice.overdue-None-{number}" for number in range(5)]
        paid = [an_entry("invoice.paid", customer=a_customer(external_id=one, reference=None)) for one in customers]
        self.tell(*paid)
        self.assertEqual(self.states(events), ["released"] * 3 + ["superseded"] * 2)

    def test_what_is_urgent_waits_behind_no_more_than_a_minute_of_reminders(self):
        self.a_gateway(self.company, 0.05)
        reminders = self.events_about(5)
        self.messages._release_some()
        suspended = self.events_about(1, "customer.suspended", reason="other")
        self.queued(reminders).sorted("id")[:1].state = "pending"
        self.messages._release_some()
        self.assertEqual(self.states(suspended), ["released"])
        self.assertEqual(self.states(reminders).count("waiting"), 2)

    def test_one_companys_gateway_is_no_others(self):
        self.a_gateway(self.company, 0.01)
        self.another_company()
        ours, theirs = self.events_about(3), self.events_about(3, company="Other Telecom")
        self.messages._release_some()
        self.assertEqual((self.states(ours).count("released"), self.states(theirs).count("released")), (1, 3))

    @mute_logger("odoo.addons.sms.models.sms_sms")
    def test_a_slow_gateway_keeps_no_other_companys_texts_from_leaving(self):
        slow, quick = self.enterContext(serving(OwnGateway())), self.enterContext(serving(OwnGateway()))
        self.a_gateway(self.company, 0.06, slow.url)
        self.a_gateway(self.another_company(), 1000, quick.url)
        ours, theirs = self.events_about(3), self.events_about(60, company="Other Telecom")
        self.messages._release_some()
        cron = self.env.ref("sms.ir_cron_sms_scheduler_action")
        self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
        self.queued(ours | theirs)._send(unlink_sent=True)
        self.env.cr.postcommit.run()
        self.assertEqual((len(slow.asked), len(quick.asked)), (1, 50))
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]), "the rest follows at once")
        self.queued(ours | theirs).filtered(lambda sms: sms.state == "outgoing")._send(unlink_sent=True)
        self.env.cr.postcommit.run()
        self.assertEqual((len(slow.asked), len(quick.asked)), (2, 60))
