# SPDX-License-Identifier: LGPL-3.0-only
"""Makes the access key for billing: Odoo's own pages make keys only for the person who is logged in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from odoo import fields, models
from odoo.exceptions import AccessError

from odoo.addons.base.models.res_users import check_identity


class DuebellAccessKey(models.TransientModel):
    _name = "duebell.access.key"
    _description = "Access Key for Billing"

    @check_identity
    def make_key(self) -> dict[str, Any]:
        """A new key of the integration user, shown once; keys made before stay valid.

        Raises:
            AccessError: the caller is not an administrator of Odoo.

        """
        if not self.env.is_system():
            raise AccessError(self.env._("Only an administrator of Odoo may make an access key."))
        user = self.env.ref("duebell.user_integration").sudo()
        days = max(user.all_group_ids.mapped("api_key_duration")) or 1
        expires_on = fields.Datetime.now() + timedelta(days=days) - timedelta(minutes=1)
        key = self.env["res.users.apikeys"].with_user(user).sudo()._generate(None, "Duebell", expires_on)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("API_Access_Key"),
            "res_model": "res.users.apikeys.show",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_key": key},
        }
