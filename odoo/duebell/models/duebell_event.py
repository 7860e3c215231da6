# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from odoo import api, fields, models

from .. import bulk
from ..consequences import CASES, case_of
from ..contract import EVENT_TYPES, Incoming
from ..wording import invoice_texts, other_texts, standing_texts
from .duebell_customer_following import Linked

PLACEHOLDERS = (
    "company_id.name",
    "customer_name",
    "invoice_number",
    "invoice_total",
    "invoice_paid",
    "invoice_outstanding",
    "issue_date",
    "due_date",
    "charge_date",
    "invoice_link",
    "pay_link",
    "total_overdue",
    "amount_to_restore",
    "effective_date",
    "next_step_date",
    "service",
    "end_date",
    "penalty",
    "payment_amount",
)
"""What a template may name, after "object."; all are texts in the language in which they are read."""


class DuebellEvent(models.Model):
    """A fact that billing recorded, as it came; immutable. A replay of it is a row of its own."""

    _name = "duebell.event"
    _description = "Billing Event"
    _order = "occurred_at desc, id desc"

    event_id = fields.Char("Event ID", required=True, readonly=True)
    replay = fields.Integer(readonly=True, help="0 the first time; how often a person had it told again.")
    type = fields.Selection(list(EVENT_TYPES.items()), required=True, readonly=True, index=True)
    case = fields.Selection(
        list(CASES.items()), required=True, readonly=True, help="Which wording of its type it takes."
    )
    source = fields.Char(readonly=True)
    customer_id = fields.Many2one("duebell.customer", required=True, readonly=True, ondelete="restrict", index=True)
    partner_id = fields.Many2one(related="customer_id.partner_id")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    occurred_at = fields.Datetime(required=True, readonly=True, index=True)
    recorded_at = fields.Datetime(required=True, readonly=True)
    notify_by = fields.Datetime("Tell Until", readonly=True, help="Later than this the customer is not told any more.")
    epoch = fields.Integer(readonly=True)
    sequence = fields.Char(readonly=True)
    invoice_number = fields.Char("Invoice", readonly=True)
    superseded_by_event = fields.Char("Superseded By", readonly=True)
    superseded_by_type = fields.Selection(list(EVENT_TYPES.items()), readonly=True)
    superseded_at = fields.Datetime(readonly=True)
    untold = fields.Selection(
        [
            ("superseded", "No longer true"),
            ("too late", "Too late"),
            ("older", "Newer is known"),
            ("no rule", "No rule"),
        ],
        "Not Told",
        readonly=True,
        help="Why the customer was not told.",
    )
    payload = fields.Text(required=True, readonly=True, help="The event as it came, JSON.")
    content_hash = fields.Char(required=True, readonly=True)
    message_ids = fields.One2many("duebell.message", "event_id", "Messages", readonly=True)

    customer_name = fields.Char(compute="_compute_other_texts")
    invoice_total = fields.Char(compute="_compute_invoice_texts")
    invoice_paid = fields.Char("Paid", compute="_compute_invoice_texts")
    invoice_outstanding = fields.Char("Outstanding", compute="_compute_invoice_texts")
    issue_date = fields.Char(compute="_compute_invoice_texts")
    due_date = fields.Char(compute="_compute_invoice_texts")
    charge_date = fields.Char("Charged On", compute="_compute_standing_texts")
    invoice_link = fields.Char(compute="_compute_invoice_texts")
    pay_link = fields.Char(compute="_compute_invoice_texts")
    total_overdue = fields.Char(compute="_compute_standing_texts")
    amount_to_restore = fields.Char("To Restore", compute="_compute_standing_texts")
    effective_date = fields.Char("Takes Effect On", compute="_compute_standing_texts")
    next_step_date = fields.Char("Next Step On", compute="_compute_standing_texts")
    service = fields.Char(compute="_compute_other_texts")
    end_date = fields.Char("Ended On", compute="_compute_other_texts")
    penalty = fields.Char(compute="_compute_other_texts")
    payment_amount = fields.Char("Payment", compute="_compute_other_texts")

    _payments = models.Index("(customer_id, occurred_at) WHERE type IN ('invoice.paid', 'payment.received')")
    _untold = models.Index("(occurred_at DESC, id DESC) WHERE untold IS NOT NULL")
    _event_replay = models.Constraint("unique (event_id, replay)", "This event is recorded already.")

    @api.depends("payload")
    @api.depends_context("lang")
    def _compute_invoice_texts(self) -> None:
        self._compute_texts(invoice_texts)

    @api.depends("payload")
    @api.depends_context("lang")
    def _compute_standing_texts(self) -> None:
        self._compute_texts(standing_texts)

    @api.depends("payload")
    @api.depends_context("lang")
    def _compute_other_texts(self) -> None:
        self._compute_texts(other_texts)

    def _compute_texts(self, texts_of: Callable[[dict[str, Any], str], dict[str, str]]) -> None:
        lang = self.env.lang or "en_US"
        for event in self:
            event.update(texts_of(event._data(), lang))

    def _data(self) -> dict[str, Any]:
        """What billing told, as JSON."""
        data: dict[str, Any] = json.loads(self.payload)["data"]
        return data

    def _subject(self) -> str | None:
        """What it is about beside the customer: an invoice's number, a payment's or commitment's reference."""
        part = self.type.partition(".")[0]
        if part in ("payment", "commitment"):
            return str(self._data()[part]["reference"])
        return self.invoice_number or None

    @api.depends("type", "invoice_number")
    def _compute_display_name(self) -> None:
        labels = dict(self._fields["type"]._description_selection(self.env))
        for event in self:
            label = labels.get(event.type) or ""
            event.display_name = f"{label} {event.invoice_number}" if event.invoice_number else label

    @api.model
    def mail_allowed_qweb_expressions(self) -> tuple[str, ...]:
        """Templates of these alone are rendered without running code: whoever may edit texts may edit them."""
        return (*super().mail_allowed_qweb_expressions(), *(f"object.{name}" for name in PLACEHOLDERS))

    @api.model
    def _record(
        self,
        events: Sequence[Incoming],
        customers: Mapping[tuple[str, str], Linked],
        companies: Mapping[str | None, int],
        untold: Mapping[str, str],
    ) -> dict[str, int]:
        """Writes the events; ids by key."""
        rows = [
            {
                "event_id": event.event_id,
                "replay": event.replay,
                "type": event.type,
                "case": case_of(event),
                "source": event.source,
                "customer_id": customers[event.identity].id,
                "company_id": companies[event.company],
                "occurred_at": _naive(event.occurred_at),
                "recorded_at": _naive(event.recorded_at),
                "notify_by": event.notify_by and _naive(event.notify_by),
                "epoch": event.place[0],
                "sequence": event.place[1],
                "invoice_number": event.invoice.number if event.invoice else None,
                "superseded_by_event": event.superseded_by and event.superseded_by.id,
                "superseded_by_type": event.superseded_by and event.superseded_by.type,
                "superseded_at": event.superseded_by and _naive(event.superseded_by.at),
                "untold": untold.get(event.key),
                "payload": event.payload,
                "content_hash": event.content_hash,
            }
            for event in events
        ]
        written = bulk.insert(self, rows, ("event_id", "replay", "id"), unless_known=("event_id", "replay"))
        return {f"{event_id}/{replay}": id_ for event_id, replay, id_ in written}

    def _note_id(self) -> str:
        """The Message-Id of the event's note on the timeline, by which the note is found again."""
        return note_id(self.event_id, self.replay)


def note_id(event_id: str, replay: int) -> str:
    return f"<{event_id}.{replay}@duebell>"


def _naive(moment: datetime) -> datetime:
    """As Odoo's columns hold it: UTC, without saying so."""
    return moment.replace(tzinfo=None)
