# SPDX-License-Identifier: LGPL-3.0-only
"""Two at once, in real transactions of their own: identical calls; a sender and the report of what it sends."""

import threading
import time
from contextlib import contextmanager
from unittest.mock import patch

from psycopg2.errors import LockNotAvailable

from odoo import api, modules
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.sql_db import db_connect
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from .common import a_customer, a_standing, an_entry
from .gateway_server import MailServer, SmsGateway, serving
from .own_gateway_server import OwnGateway, taken

DEADLINE_SECONDS = 60


@tagged("post_install", "-at_install")
class TestConcurrency(BaseCase):
    def setUp(self):
        super().setUp()
        self.entries = [
            an_entry(
                "invoice.overdue",
                customer=a_customer(external_id=f"concurrent-{number}", name="Concurrent Customer", reference=None),
            )
            for number in range(3)
        ]
        self.addCleanup(self.remove_all)
        # The thread that runs the tests holds this lock, so that no other could get at the registry.
        self.enterContext(patch.object(Registry, "_lock", DummyRLock()))
        self.allow_all_hours()

    def cursor(self):
        return db_connect(get_db_name()).cursor()

    def allow_all_hours(self):
        """Tests run at any."""
        with self.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            company = env.ref("duebell.user_integration").company_id
            env["duebell.settings"]._of(company).write({"from_hour": 0, "until_hour": 24})
            cr.commit()  # pylint: disable=invalid-commit

    def ingest(self, cr, entries=None):
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        events = env["duebell.event"].with_user(env.ref("duebell.user_integration"))
        return events.ingest(contract=1, events=entries or self.entries)["results"]

    def release(self, cr):
        return api.Environment(cr, api.SUPERUSER_ID, {})["duebell.message"]._release_some()

    def test_the_same_call_from_four_at_once_is_effective_once(self):
        answers = []

        def another_call():
            with self.cursor() as cr, mute_logger("odoo.sql_db", "odoo.service.model"):
                answers.append(retrying(lambda: self.ingest(cr), api.Environment(cr, api.SUPERUSER_ID, {})))

        others = [threading.Thread(target=another_call) for _ in range(3)]
        with self.cursor() as cr:
            first = self.ingest(cr)
            for other in others:
                other.start()
            self.wait_until_somebody_waits_for(cr, many=3)
            cr.commit()  # pylint: disable=invalid-commit
        for other in others:
            other.join(DEADLINE_SECONDS)

        self.assertEqual({result["already"] for result in first.values()}, {False})
        self.assertEqual([{result["already"] for result in answer.values()} for answer in answers], [{True}] * 3)
        self.assertEqual(self.counts(), (3, 3, 3, 6))
        self.assertEqual(self.contacts(), 3)

    def two_calls_at_once(self, first_entry, second_entry):
        """The results of two calls, of which the second begins before the first has ended."""
        answers = []

        def second_call():
            with self.cursor() as cr, mute_logger("odoo.sql_db", "odoo.service.model"):
                env = api.Environment(cr, api.SUPERUSER_ID, {})
                answers.append(retrying(lambda: self.ingest(cr, [second_entry]), env)[second_entry["key"]])

        with self.cursor() as cr:
            first = self.ingest(cr, [first_entry])[first_entry["key"]]
            second = threading.Thread(target=second_call)
            second.start()
            self.wait_until_somebody_waits_for(cr)
            cr.commit()  # pylint: disable=invalid-commit
        second.join(DEADLINE_SECONDS)
        return first, answers[0]

    def test_two_events_of_one_known_customer_at_once_are_both_effective_in_either_order(self):
        """Each changes the customer's row: the second waits, Odoo repeats it, it starts from what the first left."""
        for number, turned in ((0, False), (1, True)):
            with self.subTest(turned=turned):
                customer = self.entries[number]["event"]["data"]["customer"]
                with self.cursor() as cr:
                    self.ingest(cr, [self.entries[number]])
                    cr.commit()  # pylint: disable=invalid-commit
                suspended = an_entry(
                    "customer.suspended", customer=customer, standing=a_standing(status="suspended"), reason="other"
                )
                restored = an_entry(
                    "customer.suspension_removed", customer=customer, standing=a_standing(), reason="paid"
                )
                calls = (restored, suspended) if turned else (suspended, restored)
                first, second = self.two_calls_at_once(*calls)
                self.assertEqual((first["already"], first["untold"]), (False, None))
                self.assertEqual((second["already"], second["untold"]), (False, "older" if turned else None))
                self.assertEqual(
                    self.customer_is(customer), ("active", 3), "the newest event counts, and each is there"
                )

    def customer_is(self, customer):
        """His status, and how many events he has."""
        with self.cursor() as cr:
            cr.execute(
                """SELECT customer.status, count(event.id)
                     FROM duebell_customer customer
                     JOIN duebell_event event ON event.customer_id = customer.id
                    WHERE customer.external_id = %s
                    GROUP BY customer.id""",
                [customer["external_id"]],
            )
            return cr.fetchone()

    def test_a_delivery_report_waits_for_the_sender_of_its_sms(self):
        """Else the sender's transaction would fail after the sending, and its whole batch go out a second time."""
        with self.cursor() as cr:
            self.ingest(cr)
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            env["duebell.message"]._release_some()
            uuids = env["duebell.message"].search([("channel", "=", "sms")], limit=3).mapped("uuid")
            cr.commit()  # pylint: disable=invalid-commit
            self.assertEqual(len(env["duebell.message"]._in_hand(uuids)), 3)
            for written_by_a_report in (
                "SELECT 1 FROM duebell_message WHERE uuid = ANY(%s) FOR UPDATE NOWAIT",
                """SELECT 1
                     FROM mail_notification notification
                     JOIN sms_tracker tracker ON tracker.mail_notification_id = notification.id
                    WHERE tracker.sms_uuid = ANY(%s)
                      FOR UPDATE OF notification NOWAIT""",
            ):
                with self.cursor() as reporting, mute_logger("odoo.sql_db"):
                    with self.assertRaises(LockNotAvailable):
                        reporting.execute(written_by_a_report, [uuids])
                    reporting.rollback()

    def test_two_crons_at_once_send_each_message_once(self):
        with self.cursor() as first, self.cursor() as second:
            self.ingest(first)
            first.commit()  # pylint: disable=invalid-commit
            self.assertEqual(self.release(first), 6)
            self.assertEqual(self.release(second), 0, "the first has not ended")
            second.rollback()
            first.commit()  # pylint: disable=invalid-commit
            self.assertEqual(self.release(second), 0)
            second.commit()  # pylint: disable=invalid-commit
        self.assertEqual(self.queued(), (3, 3))

    def test_a_payment_while_its_reminder_is_released_sends_it_once_and_takes_nothing_back(self):
        """The call that brings the payment waits for the release, is repeated by Odoo, and finds the message gone."""
        paid = an_entry("invoice.paid", customer=self.entries[0]["event"]["data"]["customer"])

        def pay():
            with self.cursor() as cr, mute_logger("odoo.sql_db", "odoo.service.model"):
                retrying(lambda: self.ingest(cr, [paid]), api.Environment(cr, api.SUPERUSER_ID, {}))

        with self.cursor() as cr:
            self.ingest(cr)
            cr.commit()  # pylint: disable=invalid-commit
            self.release(cr)
            paying = threading.Thread(target=pay)
            paying.start()
            self.wait_until_somebody_waits_for(cr)
            cr.commit()  # pylint: disable=invalid-commit
        paying.join(DEADLINE_SECONDS)
        self.assertEqual(self.queued(), (3, 3))
        self.assertEqual(self.states(), {"released"})

    def test_a_report_while_its_sms_is_being_sent_counts_and_nothing_goes_twice(self):
        """The gateway is faster than our own sending: it reports a text before it has answered for it."""
        world, reporting = OwnGateway(), []

        def report(uuid):
            with self.cursor() as cr, mute_logger("odoo.sql_db", "odoo.service.model"):
                env = api.Environment(cr, api.SUPERUSER_ID, {})
                told = {"id": uuid, "status": "delivered"}
                retrying(lambda: env["duebell.gateway"].search([], limit=1)._take_reports(told), env)

        with self.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            self.ingest(cr)
            self.release(cr)
            gateway = env["duebell.gateway"].create({"name": "Ours", "url": world.url, "per_second": 1000})
            cr.commit()  # pylint: disable=invalid-commit
            self.addCleanup(self.remove_gateway, gateway.id)

            def answer(asked):
                if not reporting:
                    reporting.append(threading.Thread(target=report, args=[asked.json["id"]]))
                    reporting[0].start()
                    self.wait_until_somebody_waits_for(cr)
                return taken(asked)

            world.answer = answer
            with serving(world):
                env["sms.sms"].search([("partner_id.name", "=", "Concurrent Customer")])._send(unlink_sent=True)
                cr.commit()  # pylint: disable=invalid-commit
                env["sms.sms"].search([("state", "=", "outgoing"), ("to_delete", "!=", True)])._send()
        reporting[0].join(DEADLINE_SECONDS)
        self.assertEqual(len(world.asked), 3)
        self.assertEqual(self.states("sms"), {"sent", "delivered"})

    def test_a_sender_that_is_killed_after_asking_the_gateway_asks_for_nothing_again(self):
        with self.cursor() as cr, serving(OwnGateway()) as world:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            self.ingest(cr)
            self.release(cr)
            gateway = env["duebell.gateway"].create({"name": "Ours", "url": world.url, "per_second": 1000})
            cr.commit()  # pylint: disable=invalid-commit
            self.addCleanup(self.remove_gateway, gateway.id)
            queued = env["sms.sms"].search([("partner_id.name", "=", "Concurrent Customer")])
            queued._send(unlink_sent=True)
            cr.rollback()
            queued.invalidate_recordset()
            queued._send(unlink_sent=True)
            cr.commit()  # pylint: disable=invalid-commit
            self.assertEqual(len(world.asked), 3)
            cr.execute("SELECT count(*) FROM duebell_gateway_claim")
            self.assertEqual(cr.fetchone()[0], 0)
        self.assertEqual(self.states("sms"), {"unknown"})

    def test_a_sender_that_is_killed_after_asking_odoos_service_asks_for_nothing_again(self):
        with self.cursor() as cr, serving(SmsGateway()) as world, patch.object(modules.module, "current_test", None):
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            env["ir.config_parameter"].set_param("sms.endpoint", world.url)
            self.ingest(cr)
            self.release(cr)
            cr.commit()  # pylint: disable=invalid-commit
            self.addCleanup(self.remove_endpoint)
            queued = env["sms.sms"].search([("partner_id.name", "=", "Concurrent Customer")])
            queued._send(unlink_sent=True)
            cr.rollback()
            queued.invalidate_recordset()
            queued._send(unlink_sent=True)
            cr.commit()  # pylint: disable=invalid-commit
            asked = [number["uuid"] for post in world.posts for text in post for number in text["numbers"]]
            self.assertEqual(sorted(asked), sorted(queued.mapped("uuid")))
            cr.execute("SELECT count(*) FROM duebell_gateway_claim")
            self.assertEqual(cr.fetchone()[0], 0)
        self.assertEqual(self.states("sms"), {"unknown"})

    def test_a_stop_while_an_email_is_being_sent_waits_for_it_and_holds_the_others(self):
        """Else the sender's transaction would fail after the sending, and the e-mail go again after the stop."""
        with self.cursor() as cr, self.mailing(cr) as (env, world):
            world.meanwhile = self.stop_once(world)
            self.emails(env).send(auto_commit=True)
            cr.commit()  # pylint: disable=invalid-commit
            self.assertEqual(len(world.received), 1)
            self.assertEqual(self.states("email"), {"sent", "released"})
            env["duebell.message"]._let_go()
            for _again in range(2):
                env["duebell.message"]._release_some()
                cr.commit()  # pylint: disable=invalid-commit
                self.emails(env).send(auto_commit=True)
            told = {line for text in world.received for line in text.splitlines() if line.startswith("Message-Id:")}
            self.assertEqual((len(world.received), len(told)), (3, 3))
        self.assertEqual(self.states("email"), {"sent"})

    def test_a_sender_that_is_killed_after_an_email_left_does_not_send_it_again(self):
        with self.cursor() as cr, self.mailing(cr) as (env, world):
            emails = self.emails(env)
            emails.send()
            cr.rollback()
            emails.invalidate_recordset()
            emails.send()
            cr.commit()  # pylint: disable=invalid-commit
            self.assertEqual(len(world.received), 3)
        self.assertEqual(self.states("email"), {"unknown"})

    @contextmanager
    def mailing(self, cr):
        """E-mails of all entries in Odoo's queue, and a server that takes them."""
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        self.ingest(cr)
        self.release(cr)
        with serving(MailServer()) as world:
            server = {"name": "loopback", "smtp_host": "127.0.0.1", "smtp_port": world.server_address[1]}
            made = env["ir.mail_server"].create(server)
            self.emails(env).email_from = "billing@example.com"
            cr.commit()  # pylint: disable=invalid-commit
            self.addCleanup(self.remove_mail_server, made.id)
            with patch.object(type(env["ir.mail_server"]), "_disable_send", lambda _self: False):
                yield env, world

    def emails(self, env):
        """Those that Odoo's mail queue would send now."""
        return env["mail.mail"].search([("email_to", "like", "Concurrent Customer"), ("state", "=", "outgoing")])

    def stop_once(self, world):
        """Somebody presses STOP, and the outbox takes back what is queued."""

        def stop():
            world.meanwhile = lambda: None
            with self.cursor() as stopping:
                messages = api.Environment(stopping, api.SUPERUSER_ID, {})["duebell.message"]
                messages._hold("a test")
                messages._take_back_queued()
                stopping.commit()  # pylint: disable=invalid-commit

        return stop

    def remove_mail_server(self, server_id):
        with self.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            env["duebell.message"]._let_go()
            env["ir.mail_server"].browse(server_id).unlink()
            cr.commit()  # pylint: disable=invalid-commit

    def remove_endpoint(self):
        with self.cursor() as cr:
            api.Environment(cr, api.SUPERUSER_ID, {})["ir.config_parameter"].set_param("sms.endpoint", False)
            cr.commit()  # pylint: disable=invalid-commit

    def remove_gateway(self, gateway_id):
        with self.cursor() as cr:
            cr.execute("DELETE FROM duebell_gateway WHERE id = %s", [gateway_id])
            cr.commit()  # pylint: disable=invalid-commit

    def queued(self):
        """How many of (SMS, e-mails) are in Odoo's queues."""
        with self.cursor() as cr:
            cr.execute(
                """SELECT count(sms.id), count(mail.id)
                     FROM duebell_message message
                     JOIN duebell_customer customer ON customer.id = message.customer_id
                LEFT JOIN sms_sms sms ON sms.uuid = message.uuid
                LEFT JOIN mail_mail mail ON mail.duebell_message_id = message.id
                    WHERE customer.external_id LIKE 'concurrent-%'"""
            )
            return cr.fetchone()

    def states(self, *channels):
        """Of the messages by the channels, by default all."""
        with self.cursor() as cr:
            cr.execute(
                """SELECT DISTINCT message.state
                     FROM duebell_message message
                     JOIN duebell_event event ON event.id = message.event_id
                     JOIN duebell_customer customer ON customer.id = message.customer_id
                    WHERE customer.external_id LIKE 'concurrent-%%' AND event.type = 'invoice.overdue'
                      AND message.channel = ANY(%s)""",
                [list(channels or ("sms", "email"))],
            )
            return {state for (state,) in cr.fetchall()}

    def wait_until_somebody_waits_for(self, cr, many=1):
        """So many other calls have come as far as the rows that the first one claimed."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        with self.cursor() as watching:
            while time.monotonic() < deadline:
                watching.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))",
                    [cr._cnx.info.backend_pid],
                )
                if watching.fetchone()[0] >= many:
                    return
                watching.rollback()
                time.sleep(0.02)
        self.fail("no other call ever met the first")

    def counts(self):
        """Of (customers, contacts, events, messages)."""
        with self.cursor() as cr:
            cr.execute(
                """SELECT count(DISTINCT customer.id), count(DISTINCT customer.partner_id),
                          count(DISTINCT event.id), count(message.id)
                     FROM duebell_customer customer
                     JOIN duebell_event event ON event.customer_id = customer.id
                     JOIN duebell_message message ON message.event_id = event.id
                    WHERE customer.external_id LIKE 'concurrent-%'"""
            )
            return cr.fetchone()

    def contacts(self):
        with self.cursor() as cr:
            cr.execute("SELECT count(*) FROM res_partner WHERE name = 'Concurrent Customer'")
            return cr.fetchone()[0]

    def remove_all(self):
        """What real transactions leave stays, unless it is taken away."""
        with self.cursor() as cr:
            mine = "SELECT id FROM duebell_customer WHERE external_id LIKE 'concurrent-%'"
            cr.execute(f"SELECT partner_id FROM duebell_customer WHERE id IN ({mine})")
            partners = [partner for (partner,) in cr.fetchall()]
            cr.execute(
                f"""DELETE FROM sms_tracker
                     WHERE sms_uuid IN (SELECT uuid FROM duebell_message WHERE customer_id IN ({mine}))"""
            )
            cr.execute("DELETE FROM sms_sms WHERE partner_id = ANY(%s)", [partners])
            cr.execute("DELETE FROM mail_mail WHERE email_to LIKE '%Concurrent Customer%'")
            cr.execute(f"DELETE FROM duebell_message WHERE customer_id IN ({mine})")
            cr.execute("DELETE FROM duebell_settings")
            cr.execute("DELETE FROM duebell_tally")
            cr.execute(f"DELETE FROM duebell_event WHERE customer_id IN ({mine})")
            cr.execute("DELETE FROM duebell_customer WHERE external_id LIKE 'concurrent-%'")
            cr.execute("DELETE FROM mail_message WHERE model = 'res.partner' AND res_id = ANY(%s)", [partners])
            cr.execute("DELETE FROM res_partner WHERE id = ANY(%s)", [partners])
            cr.commit()  # pylint: disable=invalid-commit
