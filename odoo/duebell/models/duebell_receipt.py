# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from odoo import api, fields, models
from odoo.tools import SQL

from .duebell_message import IN_CONTRACT


class DuebellReceipt(models.Model):
    """What became of a message, kept until billing's side has stored it."""

    _name = "duebell.receipt"
    _description = "Billing Message Receipt"
    _order = "id"
    _log_access = False

    message_id = fields.Many2one("duebell.message", required=True, ondelete="cascade", index=True)
    state = fields.Char(required=True)
    because = fields.Char()
    at = fields.Datetime(required=True)

    @api.model
    def _queue(self, message_ids: list[int]) -> None:
        """A receipt of the present state of each message."""
        if not message_ids:
            return
        self.env["duebell.message"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO duebell_receipt (message_id, state, because, at)
                SELECT id, state, because, now() AT TIME ZONE 'UTC'
                  FROM duebell_message
                 WHERE id = ANY(%s)
                 ORDER BY id
                """,
                message_ids,
            )
        )
        self.env["duebell.message"]._note_failures(message_ids)

    def _as_told(self) -> list[dict[str, object]]:
        """As the contract has them."""
        return [
            {
                "id": receipt.id,
                "event": receipt.message_id.event_id.event_id,
                "replay": receipt.message_id.event_id.replay,
                "channel": receipt.message_id.channel,
                "state": IN_CONTRACT.get(receipt.state, receipt.state),
                "because": receipt.because or None,
                "at": f"{receipt.at:%Y-%m-%dT%H:%M:%SZ}",
            }
            for receipt in self
        ]
