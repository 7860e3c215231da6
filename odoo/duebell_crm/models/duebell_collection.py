# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from datetime import timedelta
from typing import Any

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain

AT_ONCE = 500
"""Customers in one transaction."""
WORSENING = ("active", "limited", "suspended", "closed")
"""Statuses of a customer, each worse than the one before as long as he owes."""
_OPEN = Domain("closed_on", "=", False)


class DuebellCollection(models.Model):
    """A customer's time in collections: from an activity until he owes nothing and can use the service.

    Whoever does the activity, or deletes it, is not asked again for the same debt, unless the customer's status gets
    worse. A promise or a dispute ends it, too: when that is over and nothing is paid, somebody is asked anew.
    """

    _name = "duebell.collection"
    _description = "Billing Customer in Collections"
    _order = "id desc"
    _rec_name = "customer_id"

    customer_id = fields.Many2one("duebell.customer", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    activity_id = fields.Many2one("mail.activity", readonly=True, ondelete="set null", index="btree_not_null")
    status = fields.Selection(
        selection=lambda self: self.env["duebell.customer"]._fields["status"]._description_selection(self.env),
        readonly=True,
        help="The customer's when somebody was asked to call, or a better one since.",
    )
    user_id = fields.Many2one(related="activity_id.user_id", string="Assigned To")
    called_on = fields.Date(related="activity_id.date_done", string="Done On")
    opened_on = fields.Date("Asked On", required=True, readonly=True)
    closed_on = fields.Date("Ended On", readonly=True)
    partner_id = fields.Many2one(related="customer_id.partner_id")
    phone = fields.Char(related="customer_id.phone")
    stage = fields.Selection(related="customer_id.stage")
    currency_id = fields.Many2one(related="customer_id.currency_id")
    total_overdue = fields.Monetary(related="customer_id.total_overdue")
    days_overdue = fields.Integer(related="customer_id.days_overdue")

    _open = models.UniqueIndex("(customer_id) WHERE closed_on IS NULL", "The customer is in collections already.")

    @api.model
    def _follow_rules(self) -> None:
        """What the cron does: ends what is over, then asks for calls by each company's rule; some at a time."""
        over = self.search(_OPEN & self._over(), limit=AT_ONCE)
        over._close()
        self._note_relief()
        opened = [
            self._open_due(settings) for settings in self.env["duebell.settings"].search([("collections", "=", True)])
        ]
        if AT_ONCE in (len(over), *opened):
            self.env.ref("duebell_crm.cron_collections")._trigger()

    @api.model
    def _over(self) -> Domain:
        """Whose customer owes nothing and can use the service, or is left in peace."""
        settled = Domain("total_overdue", "<=", 0) & Domain("status", "in", ("active", "closed"))
        return Domain("customer_id", "any", settled | self._resting())

    @api.model
    def _resting(self) -> Domain:
        """Customers who are left in peace."""
        return Domain("rest_ids", "any", [("until", ">=", fields.Date.context_today(self))])

    def _close(self) -> None:
        """Nobody is to call any more; calls that were made stay in Odoo's statistics."""
        self.activity_id.filtered("active").unlink()
        self.write({"closed_on": fields.Date.context_today(self)})

    @api.model
    def _note_relief(self) -> None:
        """A customer whose status got better may get worse again."""
        for place, status in enumerate(WORSENING):
            relieved = Domain("customer_id.status", "=", status) & Domain("status", "in", WORSENING[place + 1 :])
            self.search(_OPEN & relieved).write({"status": status})

    @api.model
    def _open_due(self, settings: models.BaseModel) -> int:
        """How many were begun."""
        customers = self._due(settings)
        if not customers:
            return 0
        self.search(_OPEN & Domain("customer_id", "in", customers.ids))._close()
        self.flush_model(["closed_on"])  # rows are created before what was written leaves for the database
        lang = settings.collections_user_id.lang or self.env.lang
        asked = self.with_context(lang=lang, mail_activity_quick_update=True, duebell_nobody_follows=True)
        customers.partner_id.mapped("name")  # in one query: the activities look at them one by one
        kind = self.env.ref("duebell_crm.activity_collections")
        values = [asked._prepare_activity(settings, kind, customer) for customer in customers.with_context(lang=lang)]
        activities = asked.env["mail.activity"].create(values)
        today = fields.Date.context_today(self)
        self.create(
            [
                {
                    "customer_id": customer.id,
                    "company_id": settings.company_id.id,
                    "activity_id": activity.id,
                    "status": customer.status,
                    "opened_on": today,
                }
                for customer, activity in zip(customers, activities, strict=True)
            ]
        )
        return len(customers)

    @api.model
    def _due(self, settings: models.BaseModel) -> models.BaseModel:
        """Customers of the company who are due, not asked about yet nor left in peace, the longest debts first."""
        latest = fields.Date.context_today(self) - timedelta(days=settings.collections_days)
        due = Domain("total_overdue", ">", 0) & Domain("due_on", "<=", latest)
        if amount := settings.collections_amount:
            due &= Domain.OR(
                Domain("currency_id", "=", currency.id) & Domain("total_overdue", ">=", least)
                for currency, least in self._least(settings, amount)
            )
        if settings.collections_suspended:
            due |= Domain("status", "=", "suspended")
        due &= Domain("company_id", "=", settings.company_id.id) & ~self._asked() & ~self._resting()
        return self.env["duebell.customer"].search(due, order="due_on, id", limit=AT_ONCE)

    @api.model
    def _asked(self) -> Domain:
        """Customers in collections whose status is no worse than when somebody was asked."""
        return Domain.OR(
            Domain("status", "=", status)
            & Domain("collection_ids", "any", _OPEN & Domain("status", "in", WORSENING[place:]))
            for place, status in enumerate(WORSENING)
        )

    @api.model
    def _least(self, settings: models.BaseModel, amount: float) -> list[tuple[models.BaseModel, float]]:
        """The amount in each currency that customers of the company have, by today's rate."""
        today = fields.Date.context_today(self)
        used = self.env["duebell.customer"]._read_group(
            [("company_id", "=", settings.company_id.id), ("total_overdue", ">", 0)], ["currency_id"]
        )
        own = settings.company_id.currency_id
        return [(currency, own._convert(amount, currency, settings.company_id, today)) for (currency,) in used]

    @api.model
    def _prepare_activity(
        self, settings: models.BaseModel, kind: models.BaseModel, customer: models.BaseModel
    ) -> dict[str, Any]:
        lines = [*customer._standing_lines(), *filter(None, [customer.next_line])]
        return {
            "res_model_id": self.env["ir.model"]._get_id("res.partner"),
            "res_id": customer.partner_id.id,
            "activity_type_id": kind.id,
            "duebell_company_id": settings.company_id.id,
            "user_id": settings.collections_user_id.id,
            "date_deadline": fields.Date.context_today(self),
            "summary": self.env._("%(name)s: %(stage)s", name=customer.display_name, stage=customer._stage_label()),
            "note": Markup("<br/>").join(lines),
            "automated": True,
        }
