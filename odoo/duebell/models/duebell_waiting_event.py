# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..contract import EVENT_TYPES, Incoming, Known, Refused, read
from ..wording import decimals_of


class DuebellWaitingEvent(models.Model):
    """An event as billing sent it, kept until somebody says which contact its customer is."""

    _name = "duebell.waiting.event"
    _description = "Waiting Billing Event"
    _order = "id"

    stranger_id = fields.Many2one("duebell.stranger", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    event_id = fields.Char("Event ID", required=True, readonly=True)
    replay = fields.Integer(readonly=True)
    type = fields.Selection(list(EVENT_TYPES.items()), required=True, readonly=True)
    occurred_at = fields.Datetime(required=True, readonly=True)
    notify_by = fields.Datetime("Tell Until", readonly=True, help="Later than this the customer is not told any more.")
    entry = fields.Text(required=True, readonly=True, help="The event and what came with it, JSON.")
    content_hash = fields.Char(required=True, readonly=True)

    _event_replay = models.Constraint("unique (event_id, replay)", "This event waits already.")

    @api.model
    def _of_events(self, event_ids: Sequence[str]) -> dict[str, DuebellWaitingEvent]:
        """Those that wait here, by key."""
        rows = self.search_fetch([("event_id", "in", list(event_ids))], ["event_id", "replay", "content_hash"])
        return {f"{row.event_id}/{row.replay}": row for row in rows}

    def _read_again(self) -> list[Incoming]:
        """The events, each of the company that it was sent for whatever that is called by now.

        Raises:
            UserError: one can't be read any more; the message names it.

        """
        currencies = self.env["duebell.customer"]._currencies()
        return [row._incoming(currencies) for row in self]

    def _incoming(self, currencies: dict[str, int]) -> Incoming:
        entry = json.loads(self.entry)
        known = Known([entry["event"].get("company")], lambda code: decimals_of(code) if code in currencies else None)
        try:
            return replace(read(entry, known), company=self.company_id.name)
        except Refused as error:
            raise UserError(
                self.env._("The event %(id)s can't be used any more: %(because)s", id=self.event_id, because=error)
            ) from None
