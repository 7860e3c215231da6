# SPDX-License-Identifier: LGPL-3.0-only
"""Whoever sees billing sees who is to be called, who is to be won back, and why not."""

from odoo.tests import Form, new_test_user, tagged

from odoo.addons.duebell.tests.common import BillingCase, a_standing, an_entry, usd


@tagged("post_install", "-at_install")
class TestCrmViews(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = new_test_user(cls.env, "colleague", "duebell.group_user")
        cls.settings = cls.env["duebell.settings"]._of(cls.company)
        cls.settings.write({"collections_user_id": cls.colleague.id, "collections": True})
        cls.settings.write({"winback_team_id": cls.env["crm.team"].create({"name": "Win-back"}).id, "winback": True})

    def shown(self, action):
        """The rows of the action's list, as its reader gets them."""
        model = self.env.ref(f"duebell_crm.{action}").res_model
        records = self.env[model].with_user(self.colleague)
        fields = records.get_view(view_type="list")["models"][model]
        spec = {name: {"fields": {"display_name": {}}} if name.endswith("_id") else {} for name in fields}
        return records.web_search_read([], spec)["records"]

    def a_defaulter_who_ended_a_commitment(self):
        self.tell_one(
            an_entry("commitment.terminated", at=f"{self.env.cr.now():%Y-%m-%dT00:00:00Z}", reason="cancelled_early")
        )
        self.tell_one(an_entry("customer.suspended", standing=a_standing(status="suspended"), reason="other"))
        self.tell_one(an_entry("invoice.overdue", standing=a_standing(status="suspended", total_overdue=usd("30.00"))))
        self.env["duebell.collection"]._follow_rules()
        self.env["duebell.winback"]._open_waiting()

    def test_the_lists_say_who_is_called_by_whom_and_why_nobody_is_won_back(self):
        self.a_defaulter_who_ended_a_commitment()
        [called] = self.shown("collection_action")
        self.assertEqual((called["user_id"]["display_name"], called["stage"]), (self.colleague.name, "suspended"))
        [not_won_back] = self.shown("winback_action")
        self.assertEqual((not_won_back["state"], not_won_back["dropped_because"]), ("dropped", "owes"))

    def test_the_customers_page_has_both(self):
        self.a_defaulter_who_ended_a_commitment()
        with Form(self.customer().with_user(self.colleague)) as page:
            self.assertEqual(len(page.collection_ids), 1)
            self.assertEqual(len(page.winback_ids), 1)
