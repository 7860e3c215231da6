# SPDX-License-Identifier: LGPL-3.0-only
"""A copy of a production database tells nobody."""

from odoo.tests import tagged
from odoo.tools import file_open

from .common import BillingCase, a_customer, an_entry


@tagged("post_install", "-at_install")
class TestNeutralize(BillingCase):
    def test_nothing_waits_nothing_is_released_and_no_key_fits(self):
        released = an_entry(customer=a_customer(external_id="another", reference=None))
        self.released(released)
        waiting = an_entry()
        self.tell_one(waiting)
        key = self.billing.rotate_key()["key"]
        self.billing.pair(sender="0b5f2c1e-5a3e-4d0c-9a55-0f6b8a3c8d11")
        self.env["ir.config_parameter"].set_param("sms.endpoint", "http://127.0.0.1:1")
        gateway = self.env["duebell.gateway"].create(
            {"name": "Ours", "url": "https://sms.example.com/", "secret": "a secret", "signature_key": "another"}
        )
        token = gateway.token

        self.env.flush_all()
        with file_open("duebell/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()

        for entry in (released, waiting):
            self.assertEqual(set(self.event(entry).message_ids.mapped("state")), {"cancelled"})
        self.assertEqual(self.env["sms.sms"].search([("uuid", "=", self.message(released).uuid)]).state, "canceled")
        mail = self.env["mail.mail"].search([("duebell_message_id", "=", self.message(released, "email").id)])
        self.assertEqual(mail.state, "cancel")
        self.assertFalse(self.env.ref("duebell.cron_release").active)
        self.assertIsNone(self.billing.status()["paired_with"])
        self.assertFalse(self.env["ir.config_parameter"].get_param("sms.endpoint"))
        self.assertEqual((gateway.active, gateway.secret, gateway.signature_key), (False, False, False))
        self.assertNotIn("example.com", gateway.url)
        self.assertFalse(self.env["duebell.gateway"]._of_token(token))
        self.assertFalse(self.env["res.users.apikeys"]._check_credentials(scope="rpc", key=key))
