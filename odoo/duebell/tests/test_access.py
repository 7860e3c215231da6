# SPDX-License-Identifier: LGPL-3.0-only
"""Each role against each model and method."""

import inspect

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .access import METHODS, MODELS, ROLES
from .common import BillingCase, an_entry

OPERATIONS = {"c": "create", "r": "read", "w": "write", "u": "unlink"}
OF_ODOO = {"cancel", "create", "default_get", "mail_allowed_qweb_expressions", "unlink", "write"}
"""Methods of Odoo's own that the addon extends: they ask for the rights on the model."""
ALONE = {"nobody", "integration"}
"""Roles that may call nothing of what people call."""
NEEDS_NO_RIGHT = {
    ("duebell.customer", "action_let_rest"),
    ("duebell.message.rule", "action_send_test"),
    ("duebell.gateway", "action_new_token"),
}
"""Open a form that asks for the rights, or, here without a record, do nothing."""


@tagged("post_install", "-at_install")
class TestAccess(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {role: new_test_user(cls.env, f"the_{role}", group) for role, (_label, group) in ROLES.items()}
        cls.users["integration"] = cls.user

    def ours(self):
        """The addon's own models with records."""
        return {name for name in self.env.registry if self.env[name]._original_module == "duebell"}

    def methods(self):
        """By model, what this addon lets be called from outside."""
        found = {}
        for name in self.env.registry:
            classes = [cls for cls in type(self.env[name]).__mro__ if cls.__module__.startswith("odoo.addons.duebell.")]
            names = {key for cls in classes for key, value in vars(cls).items() if inspect.isfunction(value)}
            public = {key for key in names if not key.startswith("_")} - OF_ODOO
            if public:
                found[name] = public
        return found

    def test_each_role_may_do_with_each_model_what_the_table_says(self):
        self.assertEqual({name for name in self.ours() if not self.env[name]._abstract}, set(MODELS))
        for model, roles in MODELS.items():
            for role, user in self.users.items():
                records = self.env[model].with_user(user)
                may = "".join(letter for letter, operation in OPERATIONS.items() if records.has_access(operation))
                with self.subTest(model=model, role=role):
                    self.assertEqual(may, roles.get(role, ""))

    def test_the_table_has_each_method_that_can_be_called_from_outside(self):
        self.assertEqual(self.methods(), {model: set(methods) for model, methods in METHODS.items()})

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_who_has_nothing_to_do_with_billing_and_the_integration_can_call_nothing_that_people_call(self):
        self.tell_one(an_entry())
        self.env["duebell.settings"]._of(self.company)
        for model, methods in METHODS.items():
            records = self.env[model].sudo().search([], limit=1)
            for method, role in methods.items():
                for caller in ALONE - {role}:
                    if role != "nobody" and (model, method) not in NEEDS_NO_RIGHT:
                        with self.subTest(model=model, method=method, caller=caller):
                            self.assertTrue(self.refuses(records.with_user(self.users[caller]), method))

    def refuses(self, records, method):
        """Whether the method ends in an error: of access, or since there is nothing that the caller could have made."""
        try:
            with self.env.cr.savepoint():
                self.call(records, method)
        except (UserError, ValueError):
            return True
        return False

    def call(self, records, method):
        function = getattr(records, method)
        given = {"contract": 1, "keys": [], "events": [], "acknowledged": [], "references": {}, "terms": {}}
        names = inspect.signature(function).parameters
        function(**{name: given.get(name, "x") for name in names})
