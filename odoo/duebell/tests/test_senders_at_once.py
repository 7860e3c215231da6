# SPDX-License-Identifier: LGPL-3.0-only
"""Whoever sends, while others send, report, pay or stop, or kill it: no message goes twice, and no report is lost."""

import threading
from contextlib import contextmanager
from unittest.mock import patch

from psycopg2.errors import LockNotAvailable

from odoo import modules
from odoo.tests import tagged
from odoo.tools import mute_logger

from .at_once import DEADLINE_SECONDS, CustomersAtOnceCase
from .common import an_entry
from .gateway_server import MailServer, SmsGateway, serving
from .own_gateway_server import OwnGateway, taken


@tagged("post_install", "-at_install")
class TestSendersAtOnce(CustomersAtOnceCase):
    def release(self, cr):
        return self.environment(cr)["duebell.message"]._release_some()

    def test_a_delivery_report_waits_for_the_sender_of_its_sms(self):
        """Else the sender's transaction would fail after the sending, and its whole batch go out a second time."""
        with self.cursor() as cr:
            self.ingest(cr)
            env = self.environment(cr)
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
            self.as_a_request(lambda cr: self.ingest(cr, [paid]))

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
            told = {"id": uuid, "status": "delivered"}

            def take(cr):
                self.environment(cr)["duebell.gateway"].search([], limit=1)._take_reports(told)

            self.as_a_request(take)

        with self.cursor() as cr:
            env = self.environment(cr)
            self.ingest(cr)
            self.release(cr)
            self.add_gateway(env, world)

            def answer(asked):
                if not reporting:
                    reporting.append(threading.Thread(target=report, args=[asked.json["id"]]))
                    reporting[0].start()
                    self.wait_until_somebody_waits_for(cr)
                return taken(asked)

            world.answer = answer
            with serving(world):
                self.texts(env)._send(unlink_sent=True)
                cr.commit()  # pylint: disable=invalid-commit
                env["sms.sms"].search([("state", "=", "outgoing"), ("to_delete", "!=", True)])._send()
        reporting[0].join(DEADLINE_SECONDS)
        self.assertEqual(len(world.asked), 3)
        self.assertEqual(self.states("sms"), {"sent", "delivered"})

    def test_a_sender_that_is_killed_after_asking_the_gateway_asks_for_nothing_again(self):
        with self.cursor() as cr, serving(OwnGateway()) as world:
            env = self.environment(cr)
            self.ingest(cr)
            self.release(cr)
            self.add_gateway(env, world)
            uuids = self.kill_a_sender_of(self.texts(env))
            self.assertEqual(len(world.asked), 3)
            self.assertFalse(self.claimed(cr, uuids))
        self.assertEqual(self.states("sms"), {"unknown"})

    def test_a_sender_that_is_killed_after_asking_odoos_service_asks_for_nothing_again(self):
        with self.cursor() as cr, serving(SmsGateway()) as world, patch.object(modules.module, "current_test", None):
            env = self.environment(cr)
            env["ir.config_parameter"].set_param("sms.endpoint", world.url)
            self.ingest(cr)
            self.release(cr)
            cr.commit()  # pylint: disable=invalid-commit
            self.addCleanup(self.remove_endpoint)
            uuids = self.kill_a_sender_of(self.texts(env))
            asked = [number["uuid"] for post in world.posts for text in post for number in text["numbers"]]
            self.assertEqual(sorted(asked), sorted(uuids))
            self.assertFalse(self.claimed(cr, uuids))
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

    def kill_a_sender_of(self, texts):
        """A sender of these is killed before its transaction ends; the next finds them queued still; their UUIDs."""
        uuids = texts.mapped("uuid")
        texts._send(unlink_sent=True)
        texts.env.cr.rollback()
        texts.invalidate_recordset()
        texts._send(unlink_sent=True)
        texts.env.cr.commit()  # pylint: disable=invalid-commit
        return uuids

    def texts(self, env):
        """The SMS of all entries in Odoo's queue."""
        return env["sms.sms"].search([("partner_id.name", "=", "Concurrent Customer")])

    def add_gateway(self, env, world):
        gateway = env["duebell.gateway"].create({"name": "Ours", "url": world.url, "per_second": 1000})
        env.cr.commit()  # pylint: disable=invalid-commit
        self.addCleanup(self.remove_gateway, gateway.id)

    def claimed(self, cr, uuids):
        """Those that are noted as being asked for."""
        cr.execute("SELECT uuid FROM duebell_gateway_claim WHERE uuid = ANY(%s)", [uuids])
        return cr.fetchall()

    @contextmanager
    def mailing(self, cr):
        """E-mails of all entries in Odoo's queue, and a server that takes them."""
        env = self.environment(cr)
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
                messages = self.environment(stopping)["duebell.message"]
                messages._hold("a test")
                messages._take_back_queued()
                stopping.commit()  # pylint: disable=invalid-commit

        return stop

    def remove_mail_server(self, server_id):
        with self.cursor() as cr:
            env = self.environment(cr)
            env["duebell.message"]._let_go()
            env["ir.mail_server"].browse(server_id).unlink()
            cr.commit()  # pylint: disable=invalid-commit

    def remove_endpoint(self):
        with self.cursor() as cr:
            self.environment(cr)["ir.config_parameter"].set_param("sms.endpoint", False)
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
