# SPDX-License-Identifier: LGPL-3.0-only
"""What becomes of an e-mail: over real SMTP on loopback."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import RedirectWarning
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BillingCase, a_customer, an_entry
from .gateway_server import MailServer, serving

LOGGERS = ("odoo.addons.mail.models.mail_mail", "odoo.addons.base.models.ir_mail_server")


@tagged("post_install", "-at_install")
class TestEmail(BillingCase):
    def setUp(self):
        super().setUp()
        self.world = self.enterContext(serving(MailServer()))
        self.env["ir.mail_server"].search([]).active = False
        self.server = self.env["ir.mail_server"].create(
            {"name": "loopback", "smtp_host": "127.0.0.1", "smtp_port": self.world.server_address[1]}
        )
        self.enterContext(mute_logger(*LOGGERS))

    def send(self):
        """Odoo's mail queue, and the end of its transaction, which a test doesn't have; only the guard that keeps tests
        from any network is lifted."""
        with patch.object(type(self.env["ir.mail_server"]), "_disable_send", lambda _self: False):
            self.env["mail.mail"].search([("state", "=", "outgoing")]).send()
        self.env.cr.postcommit.run()

    def test_what_the_server_took_is_sent_and_final(self):
        message = self.released(an_entry(), "email")
        self.send()
        self.assertEqual(message.state, "sent")
        [text] = self.world.received
        self.assertIn("To: John Doe <john@example.com>", text.replace('"', ""))
        self.assertIn("Auto-Submitted: auto-generated", text)
        self.assertFalse(self.env["mail.mail"].search([("duebell_message_id", "=", message.id)]), "it is not kept")

    def test_what_the_server_refuses_has_failed(self):
        message = self.released(an_entry(customer=a_customer(email="refused@example.com")), "email")
        self.send()
        self.assertEqual(message.state, "failed")
        self.assertIn("550", message.because)

    def test_a_server_that_is_not_there_is_tried_again(self):
        vacant = MailServer()
        vacant.server_close()
        port, self.server.smtp_port = self.server.smtp_port, vacant.server_address[1]
        message = self.released(an_entry(), "email")
        self.send()
        self.assertEqual((message.state, message.because), ("released", "The mail server can't be reached."))
        self.server.smtp_port = port
        message.retry_at = fields.Datetime.now() - timedelta(seconds=1)
        self.env["duebell.message"]._release_some()
        self.send()
        self.assertEqual(message.state, "sent")
        self.assertEqual(len(self.world.received), 1)

    def test_an_email_that_somebody_cancelled_or_deleted_is_cancelled(self):
        for number, withdraw in enumerate(("cancel", "unlink")):
            with self.subTest(withdraw=withdraw):
                entry = an_entry(customer=a_customer(external_id=f"c-{number}", reference=None))
                message = self.released(entry, "email")
                getattr(self.env["mail.mail"].search([("duebell_message_id", "=", message.id)]), withdraw)()
                self.assertEqual(message.state, "cancelled")

    def test_what_failed_does_not_go_again_from_odoos_own_queue(self):
        message = self.released(an_entry(customer=a_customer(email="refused@example.com")), "email")
        self.send()
        mail = self.env["mail.mail"].search([("duebell_message_id", "=", message.id)])
        for again in ("action_retry", "mark_outgoing"):
            with self.assertRaisesRegex(RedirectWarning, "sent again in Billing"):
                getattr(mail, again)()
        mail.write({"state": "outgoing", "email_to": "john@example.com"})
        self.send()
        self.assertEqual((mail.state, message.state, self.world.received), ("cancel", "failed", []))

    def test_a_server_that_hangs_up_may_have_taken_it(self):
        message = self.released(an_entry(customer=a_customer(name="Hang Up")), "email")
        try:
            self.send()
        except Exception as error:  # Odoo lets this one out, and its queue carries on
            self.assertEqual(type(error).__name__, "SMTPServerDisconnected")
        self.env["duebell.message"]._release_some()
        self.assertEqual(message.state, "unknown")
        self.assertIn("may have been sent", message.because)
