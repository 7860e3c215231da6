# SPDX-License-Identifier: LGPL-3.0-only
"""What proves that a customer was told: to whom, when, in which words, and what became of it."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.tools import html2plaintext

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Spreadsheets run cells that begin so."""


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    def _left_at(self) -> datetime:
        """When it left for the gateway; where it never did, when it was written. Naive, UTC."""
        return self.released_at or self.create_date

    def _plain_text(self) -> str:
        return plain_text(self.channel, self.body)

    def _as_csv(self, time_zone: str) -> str:
        """A line for each message, with a heading; times are ISO 8601 in the time zone."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(self._csv_heading())
        states, channels, types = (self._labels(name) for name in ("state", "channel", "event_type"))
        for message in self:
            cells = [
                message.customer_id.name,
                message.customer_id.reference,
                types[message.event_type],
                message.event_id.invoice_number,
                channels[message.channel],
                message.recipient,
                message.meant_for,
                message.subject,
                message._plain_text(),
                *(_iso(message[name], time_zone) for name in ("create_date", "released_at", "sent_at", "delivered_at")),
                states[message.state],
                message.because,
                message.uuid,
            ]
            writer.writerow([harmless(cell or "") for cell in cells])
        return out.getvalue()

    @api.model
    def _csv_heading(self) -> list[str]:
        env = self.env
        return [
            env._("Customer"),
            env._("Reference"),
            env._("Event"),
            env._("Invoice"),
            env._("Channel"),
            env._("Sent To"),
            env._("Test: Meant For"),
            env._("Subject"),
            env._("Text"),
            env._("Written"),
            env._("Released"),
            env._("Sent"),
            env._("Delivered"),
            env._("State"),
            env._("Reason"),
            env._("Message ID"),
        ]

    @api.model
    def _labels(self, name: str) -> dict[str, str]:
        return dict(self._fields[name]._description_selection(self.env))


def _iso(moment: datetime | bool, time_zone: str) -> str:
    return moment.replace(tzinfo=timezone.utc).astimezone(ZoneInfo(time_zone)).isoformat() if moment else ""


def plain_text(channel: str, body: str | bool | None) -> str:
    """The words that the customer read; of a heading without the stars that stand for its size."""
    return html2plaintext(body or "").replace("**", "") if channel == "email" else body or ""


def harmless(cell: str) -> str:
    """As text to a spreadsheet; a phone number runs nothing and stays as it is."""
    risky = cell.startswith(STARTS_A_FORMULA) and not cell.removeprefix("+").isdigit()
    return f"'{cell}" if risky else cell
