# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestAccessKey(TransactionCase):
    def make_key(self, login: str) -> dict[str, object]:
        wizard = self.env["duebell.access.key"].with_user(self.env["res.users"].search([("login", "=", login)])).sudo()
        return type(wizard).make_key.__wrapped__(wizard.sudo(False))

    def test_an_administrator_gets_a_key_of_the_integration_user_for_a_year(self) -> None:
        shown = self.make_key("admin")
        key = shown["context"]["default_key"]
        scoped = self.env["res.users.apikeys"]._check_credentials(scope="rpc", key=key)
        self.assertEqual(scoped, self.env.ref("duebell.user_integration").id)
        made = self.env["res.users.apikeys"].sudo().search([("user_id", "=", scoped)])
        self.assertAlmostEqual((made.expiration_date - fields.Datetime.now()).days, 364, delta=1)

    def test_a_manager_of_billing_who_is_no_administrator_gets_none(self) -> None:
        new_test_user(self.env, "manager", groups="duebell.group_manager")
        with self.assertRaises(AccessError):
            self.make_key("manager")
