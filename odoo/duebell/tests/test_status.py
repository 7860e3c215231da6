# SPDX-License-Identifier: LGPL-3.0-only
"""What the addon says of itself, and the keys that it gives."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import BillingCase


@tagged("post_install", "-at_install")
class TestStatus(BillingCase):
    def setUp(self):
        super().setUp()
        self.company.partner_id.tz = "America/New_York"

    def slugs(self):
        return [problem["slug"] for problem in self.billing.status()["problems"]]

    def test_it_tells_what_it_is_and_knows(self):
        status = self.billing.status()
        self.assertEqual(status["contracts"], [1])
        self.assertEqual(status["odoo_version"], "19.0")
        self.assertEqual(status["max_events"], 1000)
        self.assertEqual(status["company"], "Example Telecom")
        self.assertEqual(status["user"], "duebell")
        self.assertEqual(len(status["event_types"]), 18)
        self.assertEqual(
            status["templates"]["invoice.overdue"], {"sms": ["en_US", "es_ES"], "email": ["en_US", "es_ES"]}
        )
        self.assertEqual(len(status["templates"]), 13)

    def test_nothing_is_wrong_where_sms_and_mail_are_set_up(self):
        self.env["ir.config_parameter"].set_param("sms.endpoint", "http://127.0.0.1:1")
        self.env["ir.mail_server"].create({"name": "loopback", "smtp_host": "127.0.0.1"})
        status = self.billing.status()
        self.assertEqual((status["sms_ready"], status["mail_ready"], status["problems"]), (True, True, []))

    def test_a_missing_sms_account_and_mail_server_are_told(self):
        self.env["ir.config_parameter"].set_param("sms.endpoint", False)
        self.env["ir.mail_server"].search([]).active = False
        status = self.billing.status()
        self.assertEqual([p["slug"] for p in status["problems"]], ["no-sms-account", "no-mail-server"])
        self.assertEqual((status["sms_ready"], status["mail_ready"]), (False, False))

    def test_a_company_without_email_cannot_write(self):
        self.env["ir.mail_server"].create({"name": "loopback", "smtp_host": "127.0.0.1"})
        self.company.email = False
        self.assertIn("no-sender", self.slugs())
        self.assertFalse(self.billing.status()["mail_ready"])

    def test_a_company_without_time_zone_is_told_where_billing_tells_its_customers(self):
        self.env["res.company"].create({"name": "Not of billing"}).partner_id.tz = False
        self.assertNotIn("no-time-zone", self.slugs())
        self.company.partner_id.tz = False
        self.assertIn("no-time-zone", self.slugs())
        page = self.env["duebell.link"].create({})
        self.assertIn("Example Telecom has no time zone", page.problems)
        self.assertIn("Billing → Configuration → Settings", page.problems)

    def test_a_release_that_is_off_is_told(self):
        self.env.ref("duebell.cron_release").active = False
        self.assertIn("release-off", self.slugs())
        self.assertFalse(self.billing.status()["sms_ready"])

    def test_a_copy_of_a_database_is_told(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "true")
        self.assertEqual(self.slugs()[0], "neutralized")

    def test_a_new_key_opens_the_door_for_a_year(self):
        answer = self.billing.rotate_key()
        keys = self.env["res.users.apikeys"]
        self.assertEqual(keys._check_credentials(scope="rpc", key=answer["key"]), self.user.id)
        lasts = fields.Datetime.to_datetime(answer["expires_on"]) - fields.Datetime.now()
        self.assertGreater(lasts, timedelta(days=364))
        self.assertLessEqual(lasts, timedelta(days=365))
