# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from odoo import api, fields, models

from .. import bulk
from ..contract import Incoming
from .duebell_customer_following import Identity, Linked

SETTLED = {"invoice.paid": "paid", "invoice.voided": "voided"}


class DuebellInvoice(models.Model):
    """An invoice of billing, as billing last told of it."""

    _name = "duebell.invoice"
    _description = "Billing Invoice"
    _order = "due_on desc, id desc"
    _rec_name = "number"

    customer_id = fields.Many2one("duebell.customer", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    number = fields.Char("Invoice", required=True, readonly=True)
    issued_on = fields.Date(required=True, readonly=True)
    due_on = fields.Date(required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    total = fields.Monetary(readonly=True)
    paid = fields.Monetary(readonly=True)
    outstanding = fields.Monetary(readonly=True)
    state = fields.Selection([("open", "Open"), ("paid", "Paid"), ("voided", "Voided")], required=True, readonly=True)
    link = fields.Char(readonly=True, help="Where the invoice can be read.")
    pay_link = fields.Char(readonly=True, help="Where the invoice can be paid.")

    _identity = models.Constraint("unique (customer_id, number)", "Billing has this invoice already.")
    _open = models.Index("(customer_id, due_on) WHERE state = 'open'")

    @api.model
    def _follow(
        self, newer: Sequence[Incoming], customers: Mapping[Identity, Linked], companies: Mapping[str | None, int]
    ) -> None:
        """Takes each invoice on to where the newest of these events leaves it."""
        currencies = self.env["duebell.customer"]._currencies()
        latest = {(customers[e.identity].id, e.invoice.number): e for e in newer if e.invoice}
        rows = [
            {
                "customer_id": customer_id,
                "number": number,
                "company_id": companies[event.company],
                "currency_id": currencies[event.currency],
                **_values(event),
            }
            for (customer_id, number), event in latest.items()
        ]
        bulk.put(self, rows, known_by=("customer_id", "number"))

    @api.model
    def _open_by_due_day(self, customer_ids: Sequence[int]) -> dict[int, dict[date, float]]:
        """What is outstanding of each customer's open invoices, by the day on which they are, or were, due."""
        found: dict[int, dict[date, float]] = defaultdict(dict)
        asked = [("customer_id", "in", list(customer_ids)), ("state", "=", "open")]
        for customer, due_on, outstanding in self._read_group(
            asked, ["customer_id", "due_on:day"], ["outstanding:sum"]
        ):
            found[customer.id][due_on] = outstanding
        return found

    def _safe_link(self) -> str | None:
        """What billing told, if a browser may follow it."""
        return self.link if self.link and self.link.startswith(("https://", "http://")) else None

    def _forget(self) -> None:
        """Whoever has a link can open the invoice."""
        self.write({"link": False, "pay_link": False})


def _values(event: Incoming) -> bulk.Row:
    invoice = event.invoice
    return {
        "issued_on": invoice.issued_on,
        "due_on": invoice.due_on,
        "total": invoice.total,
        "paid": invoice.paid,
        "outstanding": invoice.outstanding,
        "state": SETTLED.get(event.type) or ("open" if invoice.outstanding > 0 else "paid"),
        "link": invoice.link,
        "pay_link": invoice.pay_link,
    }
