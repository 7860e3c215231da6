# SPDX-License-Identifier: LGPL-3.0-only
"""In how many parts an SMS leaves: each is paid for."""

from __future__ import annotations

from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column, table_exists

from .. import bulk
from ..rendering import Words
from ..sms_parts import parts_of
from .duebell_message_draft import Draft


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    parts = fields.Integer(
        "SMS Parts", compute="_compute_parts", store=True, help="Each is paid for; none for an e-mail."
    )

    def _auto_init(self) -> None:
        """An upgrade leaves earlier messages without parts: to count them would take long where there are millions."""
        cr, table = self.env.cr, self._table
        if table_exists(cr, table) and not column_exists(cr, table, "parts"):
            create_column(cr, table, "parts", "int4")
        return super()._auto_init()

    @api.depends("channel", "body")
    def _compute_parts(self) -> None:
        for message in self:
            message.parts = _parts(message.channel, message.body)

    def _row(self, draft: Draft, words: Words | None, refusal: str | None) -> bulk.Row:
        row = super()._row(draft, words, refusal)
        return {**row, "parts": _parts(row["channel"], row["body"])}


def _parts(channel: str, body: str | None) -> int:
    return parts_of(body).count if channel == "sms" and body else 0
