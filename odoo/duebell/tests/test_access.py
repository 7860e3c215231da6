# SPDX-License-Identifier: LGPL-3.0-only
"""Each role against each model and method."""

import inspect

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .access import METHODS, MODELS, ROLES, may_call
from .common import BillingCase, an_entry

OPERATIONS = {"c": "create", "r": "read", "w": "write", "u": "unlink"}
OF_ODOO = {
    "action_set_outgoing",
    "cancel",
    "create",
    "default_get",
    "mail_allowed_qweb_expressions",
    "mark_outgoing",
    "modified",
    "resend_failed",
    "unlink",
    "write",
}
"""Methods of Odoo's own that the addon extends: they ask for the rights on the model, or nobody may call them."""
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

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_the_key_reaches_no_record_of_any_model_not_of_odoos_own_either(self):
        self.tell_one(an_entry())
        self.env["ir.attachment"].create({"name": "A secret", "raw": b"secret"})
        for model in self.env.registry:
            records = self.env[model].with_user(self.user)
            if not records._abstract:
                with self.subTest(model=model):
                    may = {operation for operation in OPERATIONS.values() if records.has_access(operation)}
                    self.assertFalse(may)
                    self.assertFalse(self.found(records))

    def found(self, records):
        """What a search finds, if it isn't refused."""
        try:
            return records.search([], limit=1)
        except AccessError:
            return records

    def test_the_table_has_each_method_that_can_be_called_from_outside(self):
        self.assertEqual(self.methods(), {model: set(methods) for model, methods in METHODS.items()})

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_each_method_refuses_each_role_that_the_table_does_not_name(self):
        for model, method, caller in self.calls():
            if not may_call(caller, METHODS[model][method]) and (model, method) not in NEEDS_NO_RIGHT:
                with self.subTest(model=model, method=method, caller=caller):
                    self.assertIsInstance(self.refusal_of(model, method, caller), UserError | ValueError)

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_no_method_lacks_a_right_for_the_roles_that_the_table_names(self):
        for model, method, caller in self.calls():
            if may_call(caller, METHODS[model][method]):
                with self.subTest(model=model, method=method, caller=caller):
                    self.assertNotIsInstance(self.refusal_of(model, method, caller), AccessError)

    def calls(self):
        """Each method by each role, upon what billing and the company's settings have made."""
        self.tell_one(an_entry())
        self.env["duebell.settings"]._of(self.company)
        return [(model, method, caller) for model in METHODS for method in METHODS[model] for caller in ROLES]

    def refusal_of(self, model, method, caller):
        """The error in which the call ends, if any: of access, or since there is nothing that the caller could have
        made. What it did is undone."""
        records = self.env[model].sudo().search([], limit=1).with_user(self.users[caller]).sudo(False)
        savepoint = self.env.cr.savepoint()
        try:
            self.call(records, method)
            self.env.flush_all()
        except (UserError, ValueError) as error:
            return error
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()
        return None

    def call(self, records, method):
        function = getattr(records, method)
        given = {"contract": 1, "keys": [], "events": [], "acknowledged": [], "references": {}, "terms": {}}
        names = inspect.signature(function).parameters
        function(**{name: given.get(name, "x") for name in names})
