# SPDX-License-Identifier: LGPL-3.0-only
"""Whose events this database takes: those of the one Duebell that it is paired with, not those of a copy."""

from __future__ import annotations

import re
from typing import Any

from odoo import api, models
from odoo.exceptions import UserError

SENDER = "duebell.paired_sender"
DATABASE = "duebell.paired_database_uuid"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class DuebellEvent(models.Model):
    _inherit = "duebell.event"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def pair(self, sender: str) -> dict[str, str]:
        """From now on the events of this sender are taken, and of no other.

        Raises:
            AccessError: the caller is not the integration.
            UserError: the sender is no UUID.

        """
        self._check_caller()
        if not isinstance(sender, str) or not _UUID.fullmatch(sender):
            raise UserError(self.env._("sender: must be a UUID in small letters."))
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param(DATABASE, parameters.get_param("database.uuid"))
        parameters.set_param(SENDER, sender)
        return {"sender": sender, "database_uuid": parameters.get_param("database.uuid")}

    @api.model
    def _paired_with(self) -> str | None:
        """The sender; None: there was none yet, or this is a duplicate that Odoo made of a paired database."""
        parameters = self.env["ir.config_parameter"].sudo()
        if parameters.get_param(DATABASE) != parameters.get_param("database.uuid"):
            return None
        return parameters.get_param(SENDER) or None

    @api.model
    def _refused_by_terms(self, terms: dict[str, Any]) -> dict[str, str] | None:
        """What is answered to a call that was not meant for this database, or is of another Duebell."""
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        if terms.get("database_uuid") not in (None, database):
            because = self.env._("This database is another one than the events are meant for: it was copied.")
            return {"refused": "pairing", "because": because}
        if self._paired_with() not in (None, terms.get("sender")):
            because = self.env._("This database is paired with another Duebell, and takes the events of that one only.")
            return {"refused": "pairing", "because": because}
        if terms.get("hold") and not self.env["duebell.message"].sudo()._is_held():
            because = self.env._("Messages are not held here: nobody may be told now.")
            return {"refused": "hold", "because": because}
        return None
