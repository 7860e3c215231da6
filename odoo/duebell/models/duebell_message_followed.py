# SPDX-License-Identifier: LGPL-3.0-only
"""Which reminders made customers pay: noted when the payment comes, so that a report needn't look for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from odoo import api, fields, models
from odoo.tools import SQL

from ..contract import Incoming
from .duebell_customer_following import Linked

REMINDERS = (
    "invoice.due_soon",
    "invoice.overdue",
    "payment.failed",
    "customer.limitation_warning",
    "customer.suspension_warning",
    "customer.termination_warning",
    "customer.limited",
    "customer.suspended",
)
PAYMENTS = ("invoice.paid", "payment.received")
HOURS = 48


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    paid_at = fields.Datetime(
        "Paid", readonly=True, help="When the customer paid after this reminder, within 48 hours."
    )

    @api.model
    def _mark_paid(self, events: Sequence[Incoming], customers: Mapping[tuple[str, str], Linked]) -> None:
        """Notes on the reminders that left in the 48 hours before that a payment followed.

        A reminder of an invoice is followed by that invoice's payment, another by any. What is noted stays: it was the
        first payment that came.
        """
        payments = [event for event in events if event.type in PAYMENTS]
        if not payments:
            return
        self.flush_model()
        paid = SQL(
            """
            SELECT m.id, min(paid.at) AS at
              FROM unnest(%(customers)s::int4[], %(invoices)s::varchar[], %(moments)s::timestamp[])
                   AS paid (customer_id, invoice, at)
              JOIN duebell_message m ON m.customer_id = paid.customer_id
              JOIN duebell_event e ON e.id = m.event_id
              LEFT JOIN duebell_message lead ON lead.id = m.merged_into_id
             WHERE m.event_type IN %(reminders)s
               AND m.paid_at IS NULL
               AND COALESCE(m.released_at, lead.released_at) <= paid.at
               AND COALESCE(m.released_at, lead.released_at) > paid.at - make_interval(hours => %(hours)s)
               AND (e.invoice_number IS NULL OR e.invoice_number = paid.invoice)
             GROUP BY m.id
            """,
            customers=[customers[event.identity].id for event in payments],
            invoices=[event.invoice and event.invoice.number for event in payments],
            moments=[event.occurred_at.replace(tzinfo=None) for event in payments],
            reminders=REMINDERS,
            hours=HOURS,
        )
        self.env.cr.execute(
            SQL("UPDATE duebell_message m SET paid_at = followed.at FROM (%s) followed WHERE followed.id = m.id", paid)
        )
        self.invalidate_model(["paid_at"])
