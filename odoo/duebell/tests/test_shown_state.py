# SPDX-License-Identifier: LGPL-3.0-only
"""What people are shown of a message's state: what holds it, and that an e-mail is only handed over."""

from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from .common import BillingCase, an_entry


@tagged("post_install", "-at_install")
class TestShownState(BillingCase):
    def setUp(self):
        super().setUp()
        self.person = new_test_user(self.env, "support", groups="duebell.group_user")
        self.settings = self.env["duebell.settings"]._of(self.company)

    def shown(self, message):
        """To a user of Billing, now."""
        self.env.flush_all()
        self.env.invalidate_all()
        [values] = message.with_user(self.person).read(["shown_state", "shown_because", "state"])
        return values["shown_state"], values["shown_because"]

    def test_under_a_stop_what_waits_is_on_hold_with_the_reason_and_keeps_its_state(self):
        entry = an_entry()
        self.tell_one(entry)
        message = self.message(entry)
        self.assertEqual(self.shown(message), ("waiting", False))
        self.billing.hold(because="a wrong price list")
        self.assertEqual(self.shown(message), ("on_hold", "STOP: nobody is told anything (a wrong price list)."))
        self.assertEqual(message.state, "waiting")
        self.billing.release()
        self.assertEqual(self.shown(message), ("waiting", False))

    def test_what_was_taken_back_is_on_hold_too_and_what_left_is_not(self):
        released, sent = an_entry(), an_entry()
        self.released(released)
        self.released(sent)
        self.message(sent)._advance("sent")
        self.billing.hold(because="a test")
        self.env["duebell.message"]._take_back_queued()
        self.assertEqual(self.shown(self.message(released))[0], "on_hold")
        self.assertEqual(self.shown(self.message(sent)), ("sent", False))

    def test_under_the_guard_the_companys_own_are_on_hold_but_for_what_no_guard_silences(self):
        entry = an_entry()
        self.tell_one(entry)
        message = self.message(entry)
        self.settings.write({"guard_since": fields.Datetime.now(), "guard_reason": "hour", "texts_per_hour": 7})
        state, because = self.shown(message)
        self.assertEqual(state, "on_hold")
        self.assertIn("more than 7 texts in an hour", because)
        message.write({"required": True, "leave_by": fields.Datetime.now() + timedelta(hours=1)})
        self.assertEqual(self.shown(message), ("waiting", False))

    def test_an_email_that_the_server_took_is_handed_over(self):
        message = self.released(an_entry(), "email")
        message._advance("sent")
        self.assertEqual(self.shown(message), ("handed_over", False))
        self.assertEqual(self.billing.receipts(acknowledged=[])["receipts"][-1]["state"], "sent")
        message._advance("bounced", "The e-mail came back.")
        self.assertEqual(self.shown(message), ("bounced", "The e-mail came back."))
