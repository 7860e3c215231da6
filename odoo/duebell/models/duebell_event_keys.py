# SPDX-License-Identifier: LGPL-3.0-only
"""The key by which the service comes: a new one in time, and an end for the old one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import SQL

from odoo.addons.base.models.res_users import INDEX_SIZE, KEY_CRYPT_CONTEXT

ROTATED = "Duebell, by itself"
"""The name of keys that the service asked for; people name theirs otherwise."""


class DuebellEvent(models.Model):
    _inherit = "duebell.event"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def rotate_key(self) -> dict[str, Any]:
        """A new key for the caller, as long-lived as his groups allow. The key of this call stays valid.

        Others that were made so end: whoever asked for one and did not get the answer asks again.

        Raises:
            AccessError: the caller is not the integration.

        """
        self._check_caller()
        keys = self.env["res.users.apikeys"]
        made_before = keys.sudo().search([("user_id", "=", self.env.uid), ("name", "=", ROTATED)])
        (made_before - self._calling_key())._remove()
        days = max(self.env.user.sudo().all_group_ids.mapped("api_key_duration")) or 1
        expires_on = fields.Datetime.now() + timedelta(days=days) - timedelta(minutes=1)
        return {"key": keys._generate(None, ROTATED, expires_on), "expires_on": str(expires_on)}

    @api.model
    def revoke_key(self) -> dict[str, bool]:
        """Ends the key that makes this call.

        Raises:
            AccessError: the caller is not the integration.
            UserError: the call came without a key.

        """
        self._check_caller()
        key = self._calling_key()
        if not key:
            raise UserError(self.env._("This call came without an API key: there is none to revoke."))
        key._remove()
        return {"revoked": True}

    @api.model
    def _calling_key(self) -> models.BaseModel:
        """The key that makes this call; none in a shell."""
        keys = self.env["res.users.apikeys"].sudo()
        header = request.httprequest.headers.get("Authorization", "") if request else ""
        key = header.partition(" ")[2]
        if not key:
            return keys
        query = SQL(
            "SELECT id, key FROM res_users_apikeys WHERE user_id = %s AND index = %s", self.env.uid, key[:INDEX_SIZE]
        )
        return keys.browse(id_ for id_, kept in self.env.execute_query(query) if KEY_CRYPT_CONTEXT.verify(key, kept))
