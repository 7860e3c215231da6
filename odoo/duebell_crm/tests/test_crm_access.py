# SPDX-License-Identifier: LGPL-3.0-only
"""Each role against each model of this addon, in the own companies alone; none of its methods can be called."""

import inspect

from odoo import fields
from odoo.tests import new_test_user, tagged

from odoo.addons.duebell.tests.access import ROLES
from odoo.addons.duebell.tests.common import BillingCase, an_entry

from .access import MODELS

OPERATIONS = {"c": "create", "r": "read", "w": "write", "u": "unlink"}


@tagged("post_install", "-at_install")
class TestCrmAccess(BillingCase):
    def test_each_role_may_do_with_each_model_what_the_table_says(self):
        ours = {name for name in self.env.registry if self.env[name]._original_module == "duebell_crm"}
        self.assertEqual(ours, set(MODELS))
        users = {role: new_test_user(self.env, f"the_{role}", group) for role, (_label, group) in ROLES.items()}
        users["integration"] = self.user
        for model, roles in MODELS.items():
            for role, user in users.items():
                records = self.env[model].with_user(user)
                may = "".join(letter for letter, operation in OPERATIONS.items() if records.has_access(operation))
                with self.subTest(model=model, role=role):
                    self.assertEqual(may, roles.get(role, ""))

    def test_nothing_of_it_can_be_called_from_outside(self):
        for name in self.env.registry:
            for cls in type(self.env[name]).__mro__:
                if cls.__module__.startswith("odoo.addons.duebell_crm."):
                    public = {key for key, value in vars(cls).items() if inspect.isfunction(value) and key[0] != "_"}
                    self.assertFalse(public, name)

    def test_records_of_other_companies_are_nobodys(self):
        other = self.another_company()
        self.tell_one(an_entry(company="Other Telecom"))
        theirs = {"customer_id": self.customer().id, "company_id": other.id}
        today = fields.Date.context_today(self.env["duebell.collection"])
        self.env["duebell.collection"].create({**theirs, "opened_on": today})
        winback = {"month": "2026-11", "service": "Internet", "state": "waiting", "currency_id": other.currency_id.id}
        self.env["duebell.winback"].create({**theirs, **winback})
        for role in ("user", "manager"):
            group = ROLES[role][1]
            colleague = new_test_user(self.env, f"a_{role}", group)
            of_both = new_test_user(self.env, f"both_{role}", group, company_ids=[self.company.id, other.id])
            for model in MODELS:
                with self.subTest(model=model, role=role):
                    self.assertFalse(self.env[model].with_user(colleague).search([]))
                    both = self.env[model].with_user(of_both).with_context(allowed_company_ids=of_both.company_ids.ids)
                    self.assertEqual(len(both.search([])), 1)
