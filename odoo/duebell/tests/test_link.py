# SPDX-License-Identifier: LGPL-3.0-only
"""The page about the link to Duebell: how it is, and what is typed there."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import BillingCase, an_entry

SENDER = "0b5f4a92-ca5a-4d44-92ed-7f834c083e0b"


@tagged("post_install", "-at_install")
class TestLink(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(cls.env, "billing-manager", "duebell.group_manager")

    def page(self):
        self.env.flush_all()
        links = self.env["duebell.link"].with_user(self.manager)
        return links.browse(links.open_page()["res_id"])

    def test_it_says_what_to_type_into_duebell_and_never_a_key(self):
        page = self.page()
        self.assertEqual((page.state, page.keys), ("unpaired", "No key works: make one."))
        self.assertEqual(page.api_url, self.env["ir.config_parameter"].get_param("web.base.url"))
        self.assertEqual(page.database, self.env.cr.dbname)
        ends = fields.Datetime.now() + timedelta(days=30)
        key = self.env["res.users.apikeys"].with_user(self.user).sudo()._generate(None, "Duebell", ends)
        page = self.page()
        self.assertRegex(page.keys, r"^1 in use, the last until \d{4}-\d\d-\d\d$")
        self.assertNotIn(key, str(page.read()))

    def test_it_says_whether_events_come_and_messages_leave(self):
        self.billing.pair(sender=SENDER)
        entry = an_entry()
        terms = {"sender": SENDER, "database_uuid": None, "hold": False}
        self.billing.ingest(contract=1, events=[entry], terms=terms)
        page = self.page()
        self.assertEqual((page.state, page.paired_with, page.waiting), ("paired", SENDER, 2))
        self.assertEqual(
            (page.last_event_id, page.last_event_came_at), (self.event(entry), self.event(entry).create_date)
        )
        self.assertIn("contract 1", page.versions)
        self.billing.hold(because="Numbers are being checked.")
        page = self.page()
        self.assertEqual((page.state, page.held_because), ("held", "Numbers are being checked."))
        self.assertTrue(page.held_since)

    def test_it_names_what_keeps_messages_from_leaving(self):
        self.env.ref("duebell.cron_release").active = False
        self.assertIn("release messages” is off", self.page().problems)

    def test_the_consoles_address_is_kept_and_leads_from_a_customer_there(self):
        self.tell_one(an_entry())
        page = self.page()
        page.console_url = " https://duebell.example.com/ "
        self.assertEqual(self.page().console_url, "https://duebell.example.com")
        self.assertEqual(
            self.customer().console_link, "https://duebell.example.com/customers/john-doe?environment=Global"
        )
        self.assertEqual(self.page().open_console()["url"], "https://duebell.example.com")
        for nowhere in ("duebell.example.com", "javascript:alert(1)", "https://"):
            with self.subTest(nowhere), self.assertRaisesRegex(ValidationError, "must begin with"):
                page.console_url = nowhere
        page.console_url = False
        self.assertFalse(self.customer().console_link)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_only_managers_open_it(self):
        for login, group in (("colleague", "duebell.group_user"), ("outsider", "base.group_user")):
            user = new_test_user(self.env, login, group)
            with self.subTest(login), self.assertRaises(AccessError):
                self.env["duebell.link"].with_user(user).open_page()
