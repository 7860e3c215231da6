# SPDX-License-Identifier: LGPL-3.0-only
"""From the outbox to Odoo's own queues: once, per company, in time."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BillingCase, a_customer, an_entry


@tagged("post_install", "-at_install")
class TestRelease(BillingCase):
    def sms(self, entry):
        return self.env["sms.sms"].search([("uuid", "=", self.message(entry).uuid)])

    def test_an_sms_goes_to_odoos_queue_under_the_messages_uuid(self):
        entry = an_entry("invoice.overdue")
        message = self.released(entry)
        self.assertEqual(message.state, "released")
        self.assertRegex(message.uuid, r"^[0-9a-f]{32}$")
        self.assertRecordValues(
            self.sms(entry),
            [
                {
                    "number": "+12025550123",
                    "body": message.body,
                    "state": "outgoing",
                    "partner_id": message.partner_id.id,
                }
            ],
        )

    def test_the_chatter_shows_the_sms_beside_the_note(self):
        entry = an_entry()
        self.released(entry)
        note = self.sms(entry).mail_message_id
        self.assertEqual(note, self.event(entry)._notes()[self.event(entry)])
        self.assertRecordValues(
            note.notification_ids,
            [{"notification_type": "sms", "notification_status": "ready", "sms_number": "+12025550123"}],
        )

    def test_a_release_repeated_sends_nothing_twice(self):
        entry = an_entry()
        message = self.released(entry)
        message.state = "waiting"  # as if the end of the first release had been lost
        self.env["duebell.message"]._release_some()
        self.assertEqual(message.state, "released")
        self.assertEqual(len(self.sms(entry)), 1)

    def test_a_message_whose_sms_was_cleaned_away_is_not_sent_again(self):
        entry = an_entry()
        message = self.released(entry)
        self.sms(entry).unlink()
        message.state = "waiting"
        self.env["duebell.message"]._release_some()
        self.assertFalse(self.sms(entry))

    def test_a_note_that_somebody_deleted_does_not_keep_the_sms(self):
        entry = an_entry()
        self.tell_one(entry)
        self.event(entry)._notes()[self.event(entry)].unlink()
        self.env["duebell.message"]._release_some()
        self.assertEqual(self.sms(entry).state, "outgoing")
        self.assertEqual(self.message(entry).state, "released")

    def test_what_waited_too_long_is_not_sent(self):
        entry = an_entry()
        self.tell_one(entry)
        self.event(entry).notify_by = fields.Datetime.now() - timedelta(minutes=1)
        self.event(entry).message_ids.due_at = fields.Datetime.now() - timedelta(minutes=2)
        self.env["duebell.message"]._release_some()
        self.assertEqual(self.message(entry).state, "cancelled")
        self.assertEqual(self.message(entry).because, "Not sent: too late.")
        self.assertFalse(self.sms(entry))
        self.assertIn("Not sent: too late.", self.note(entry))

    def test_failed_and_cancelled_messages_stay_where_they_are(self):
        failed = an_entry(customer=a_customer(external_id="nobody", phone=None))
        cancelled = an_entry("invoice.overdue")
        self.tell(failed, cancelled, an_entry("invoice.paid"))
        self.env["duebell.message"]._release_some()
        self.assertEqual(self.message(failed).state, "failed")
        self.assertEqual(self.message(cancelled).state, "superseded")

    def test_odoos_queues_are_woken(self):
        self.released(an_entry())
        for cron in ("sms.ir_cron_sms_scheduler_action", "mail.ir_cron_mail_scheduler_action"):
            self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", self.env.ref(cron).id)]), cron)

    def test_an_email_goes_to_odoos_queue_from_the_company_to_the_customer(self):
        entry = an_entry()
        message = self.released(entry, "email")
        mail = self.env["mail.mail"].search([("duebell_message_id", "=", message.id)])
        self.assertRecordValues(
            mail,
            [
                {
                    "email_to": '"John Doe" <john@example.com>',
                    "email_from": '"Example Telecom" <billing@example.com>',
                    "reply_to": '"Example Telecom" <billing@example.com>',
                    "subject": message.subject,
                    "body_html": message.body,
                    "state": "outgoing",
                    "auto_delete": True,
                }
            ],
        )
        self.assertIn("auto-generated", mail.headers)

    def test_an_email_template_may_set_sender_and_reply_address(self):
        self.env.ref("duebell.mail_invoice_generated").write(
            {"email_from": "{{ object.company_id.email }}", "reply_to": "help@example.com"}
        )
        message = self.released(an_entry(), "email")
        mail = self.env["mail.mail"].search([("duebell_message_id", "=", message.id)])
        self.assertEqual((mail.email_from, mail.reply_to), ("billing@example.com", "help@example.com"))

    @mute_logger("odoo.addons.duebell.models.duebell_message_release", "odoo.addons.mail.models.mail_render_mixin")
    def test_a_message_that_cannot_be_queued_does_not_hold_up_the_others(self):
        self.env.ref("duebell.mail_invoice_generated").email_from = "{{ object.no_such_field }}"
        bad, good = an_entry(), an_entry("invoice.overdue", customer=a_customer(external_id="another", reference=None))
        self.tell(bad, good)
        self.env["duebell.message"]._release_some()
        self.assertEqual(self.message(bad, "email").state, "failed")
        self.assertIn("Odoo could not queue it", self.message(bad, "email").because)
        self.assertEqual(self.message(bad).state, "released")
        self.assertEqual(set(self.event(good).message_ids.mapped("state")), {"released"})
        self.assertEqual(self.sms(bad).state, "outgoing")

    def test_the_emails_are_not_on_the_timeline_beside_the_note(self):
        entry = an_entry()
        self.released(entry)
        messages = self.event(entry).partner_id.message_ids.filtered(
            lambda message: message.author_id == self.user.partner_id
        )
        self.assertEqual(len(messages), 1)
