# SPDX-License-Identifier: LGPL-3.0-only
"""Whose events this database takes: those of the one Duebell that it is paired with, not those of a copy."""

from __future__ import annotations

import re
from typing import Any

from odoo import api, models
from odoo.exceptions import UserError

from ..database import parameters

OWN = "database.uuid"
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
        own = parameters(self.env, OWN)[OWN]
        kept = self.env["ir.config_parameter"].sudo()
        kept.set_param(DATABASE, own)
        kept.set_param(SENDER, sender)
        return {"sender": sender, "database_uuid": own}

    @api.model
    def _paired_with(self) -> str | None:
        """The sender; None: there was none yet, or this is a duplicate that Odoo made of a paired database."""
        return self._pairing()[1]

    @api.model
    def _pairing(self) -> tuple[str | None, str | None]:
        """The id of this database, and whom it is paired with."""
        values = parameters(self.env, OWN, DATABASE, SENDER)
        own = values.get(OWN)
        return own, values.get(SENDER) if values.get(DATABASE) == own else None

    @api.model
    def _is_copied(self) -> bool:
        """Whether Odoo made this of a paired database, which tells the same customers."""
        values = parameters(self.env, OWN, DATABASE)
        return DATABASE in values and values[DATABASE] != values.get(OWN)

    @api.model
    def _part(self) -> None:
        """A person's word that this is no copy any more: it is paired with nobody, and tells what waits here."""
        kept = self.env["ir.config_parameter"].sudo()
        kept.set_param(SENDER, False)
        kept.set_param(DATABASE, False)
        self.env.ref("duebell.cron_release").sudo()._trigger()

    @api.model
    def _copy_line(self) -> str:
        """What this database being a copy means, and what to do."""
        return self.env._(
            "This database is a copy of the one that Duebell is paired with: nobody is told anything from here. "
            "If it is used from now on instead of that, pair Duebell with it, or say so in Billing, Stop and Limits."
        )

    @api.model
    def _refused_by_terms(self, terms: dict[str, Any]) -> dict[str, str] | None:
        """What is answered to a call that was not meant for this database, or is of another Duebell."""
        database, paired_with = self._pairing()
        if terms.get("database_uuid") not in (None, database):
            because = self.env._("This database is another one than the events are meant for: it was copied.")
            return {"refused": "pairing", "because": because}
        if paired_with not in (None, terms.get("sender")):
            because = self.env._("This database is paired with another Duebell, and takes the events of that one only.")
            return {"refused": "pairing", "because": because}
        if terms.get("hold") and not self.env["duebell.message"].sudo()._is_held():
            because = self.env._("Messages are not held here: nobody may be told now.")
            return {"refused": "hold", "because": because}
        return None
