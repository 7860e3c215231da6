# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from decimal import Decimal

from odoo import api, fields, models

from ..contract import EVENT_TYPES
from ..wording import day_text, decimals_of, money_text


class DuebellCustomer(models.Model):
    """A customer of a billing, as billing last told; the partner stays free of anything financial."""

    _name = "duebell.customer"
    _description = "Billing Customer"
    _order = "name, id"
    _rec_names_search = ["name", "reference", "external_id"]

    environment = fields.Char(required=True, readonly=True, help="The billing that the customer's id belongs to.")
    external_id = fields.Char("Billing ID", required=True, readonly=True)
    partner_id = fields.Many2one("res.partner", "Contact", required=True, ondelete="restrict", index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    name = fields.Char(required=True, readonly=True)
    reference = fields.Char(readonly=True)
    customer_class = fields.Char("Class", readonly=True)
    company_name = fields.Char(readonly=True)
    vat_number = fields.Char("VAT", readonly=True)
    invoice_contact = fields.Char(readonly=True)
    phone = fields.Char(readonly=True)
    email = fields.Char("E-mail", readonly=True)
    language = fields.Char(readonly=True)
    time_zone = fields.Char(readonly=True)

    status = fields.Selection(
        [("active", "Active"), ("limited", "Limited"), ("suspended", "Suspended"), ("closed", "Closed")],
        required=True,
        readonly=True,
    )
    stage = fields.Selection(
        [
            ("current", "Current"),
            ("overdue", "Overdue"),
            ("limited", "Limited"),
            ("suspended", "Suspended"),
            ("closed", "Closed"),
        ],
        compute="_compute_stage",
        store=True,
        index=True,
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    total_overdue = fields.Monetary(readonly=True)
    amount_to_restore = fields.Monetary("To Restore", readonly=True, help="What lifts a limitation or suspension.")
    payment_method = fields.Char(readonly=True)
    charge_on = fields.Date(
        "Charged On", readonly=True, help="The day on which the payment method is charged by itself."
    )
    next_step = fields.Selection(
        [("overdue", "Overdue"), ("limit", "Limit"), ("suspend", "Suspend"), ("terminate", "Terminate")], readonly=True
    )
    next_step_on = fields.Date(readonly=True)

    last_epoch = fields.Integer(readonly=True)
    last_sequence = fields.Char(readonly=True)
    last_event_type = fields.Selection(list(EVENT_TYPES.items()), "Last Event", readonly=True)
    last_event_at = fields.Datetime(readonly=True)
    event_ids = fields.One2many("duebell.event", "customer_id", "Events", readonly=True)
    message_ids = fields.One2many("duebell.message", "customer_id", "Messages", readonly=True)

    _identity = models.Constraint("unique (environment, external_id)", "Billing has this customer already.")

    @api.depends("status", "total_overdue")
    def _compute_stage(self) -> None:
        for customer in self:
            customer.stage = stage_of(customer.status, customer.total_overdue)

    @api.depends("name", "reference")
    def _compute_display_name(self) -> None:
        for customer in self:
            customer.display_name = f"{customer.name} ({customer.reference})" if customer.reference else customer.name

    def _standing_lines(self) -> list[str]:
        """Where each stands, in a sentence for colleagues."""
        return [customer._standing_line() for customer in self]

    def _standing_line(self) -> str:
        parts = [f"{self.display_name}:", self.env._("%s overdue", self._money("total_overdue"))]
        if self.stage in ("limited", "suspended") and self.amount_to_restore:
            parts.append(self.env._("· %s to restore", self._money("amount_to_restore")))
        if self.next_step and self.next_step_on:
            step = dict(self._fields["next_step"]._description_selection(self.env))[self.next_step]
            day = day_text(self.next_step_on.isoformat(), self.env.lang or "en_US")
            parts.append(self.env._("· next: %(step)s on %(day)s", step=step.lower(), day=day))
        return " ".join(parts)

    def _money(self, name: str) -> str:
        digits = decimals_of(self.currency_id.name)
        return money_text(f"{self[name]:.{digits}f}", self.currency_id.name, self.env.lang or "en_US")


def stage_of(status: str, total_overdue: Decimal | float) -> str:
    """What people are shown: the status, except that an active customer may be overdue."""
    if status != "active":
        return status
    return "overdue" if total_overdue > 0 else "current"
