# SPDX-License-Identifier: LGPL-3.0-only
"""What became of events, for a person who looks at one of them: the contact, and each message in its words."""

from __future__ import annotations

from typing import Any

from odoo import api, models


class DuebellEvent(models.Model):
    _inherit = "duebell.event"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def told(self, keys: list[str]) -> dict[str, dict[str, Any]]:
        """For each of the keys (event id and replay) that was made effective here: its record, contact and messages.

        Raises:
            AccessError: the caller is not the integration.
            UserError: it is no list of texts, or too long a one.

        """
        self._check_caller()
        return {"told": {key: event._as_told() for key, event in self.sudo()._of_keys(keys).items()}}

    def _as_told(self) -> dict[str, Any]:
        """As the contract has it."""
        partner = self.partner_id
        return {
            "link": f"/odoo/billing-events/{self.id}",
            "partner": {"id": partner.id, "name": partner.display_name, "link": f"/odoo/contacts/{partner.id}"},
            "messages": [message._as_told() for message in self.message_ids.sorted("id")],
        }
