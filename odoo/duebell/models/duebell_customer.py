# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from datetime import date
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain

from ..contract import EVENT_TYPES
from ..wording import decimals_of, money_text

RESTORING = ("customer.limit_removed", "customer.suspension_removed")


class DuebellCustomer(models.Model):
    """A customer of a billing, as billing last told; the partner stays free of anything financial."""

    _name = "duebell.customer"
    _description = "Billing Customer"
    _order = "name, id"
    _rec_names_search = ["name", "reference", "external_id"]

    environment = fields.Char(required=True, readonly=True, help="The billing that the customer's id belongs to.")
    external_id = fields.Char("Billing ID", required=True, readonly=True)
    partner_id = fields.Many2one("res.partner", "Contact", required=True, ondelete="restrict", index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
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
            ("due", "Due"),
            ("overdue", "Overdue"),
            ("limited", "Limited"),
            ("suspended", "Suspended"),
            ("restored", "Restored"),
            ("closed", "Closed"),
        ],
        compute="_compute_stage",
        store=True,
        group_expand="_stages_asked_for",
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
    next_step_on = fields.Date(readonly=True, index="btree_not_null")
    due_on = fields.Date(
        readonly=True, index="btree_not_null", help="The day on which the oldest open invoice is, or was, due."
    )
    overdue_since = fields.Date(
        readonly=True,
        index="btree_not_null",
        help="The day on which the oldest overdue invoice was due. Empty where invoices that Odoo was told of don't "
        "account for all that is overdue: part of the debt is older than the link to billing.",
    )

    last_epoch = fields.Integer(readonly=True)
    last_sequence = fields.Char(readonly=True)
    last_event_type = fields.Selection(list(EVENT_TYPES.items()), "Last Event", readonly=True)
    last_event_at = fields.Datetime(readonly=True)
    event_ids = fields.One2many("duebell.event", "customer_id", "Events", readonly=True)
    message_ids = fields.One2many("duebell.message", "customer_id", "Messages", readonly=True)

    _identity = models.Constraint("unique (environment, external_id)", "Billing has this customer already.")

    @api.depends("status", "total_overdue", "last_event_type", "due_on")
    def _compute_stage(self) -> None:
        for customer in self:
            customer.stage = customer._stage(customer.due_on)

    @api.model
    def _stages_asked_for(self, _found: list[str], domain: Domain) -> list[str]:
        """Columns of the board: also those in which nobody is, but none that a filter leaves out."""

        def admits(stage: str) -> bool:
            asked = domain.map_conditions(lambda condition: _on_stage(condition, stage))
            return not asked.is_false()

        return [stage for stage in self._fields["stage"].get_values(self.env) if admits(stage)]

    def _stage(self, due_on: date | None) -> str:
        return stage_of(self.status, self.total_overdue, self.last_event_type, due_on)

    @api.depends("name", "reference")
    def _compute_display_name(self) -> None:
        for customer in self:
            customer.display_name = f"{customer.name} ({customer.reference})" if customer.reference else customer.name

    def _money(self, name: str) -> str:
        digits = decimals_of(self.currency_id.name)
        return money_text(f"{self[name]:.{digits}f}", self.currency_id.name, self.env.lang or "en_US")


def _on_stage(condition: Domain, stage: str) -> Domain:
    """What the condition says of whoever is in a stage; what it asks of anything else may be so."""
    is_asked = (condition.field_expr, condition.operator) == ("stage", "in")
    return Domain(stage in condition.value) if is_asked else Domain.TRUE


def stage_of(status: str, total_overdue: Decimal | float, last_event_type: str | None, due_on: date | None) -> str:
    """What people are shown: the status, except that an active customer may owe something, or work again since the
    last event."""
    if status != "active":
        return status
    if total_overdue > 0:
        return "overdue"
    if last_event_type in RESTORING:
        return "restored"
    return "due" if due_on else "current"
