# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from datetime import timedelta
from typing import Any

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain

AT_ONCE = 500
"""Customers in one transaction."""


class DuebellCollection(models.Model):
    """A customer's time in collections: from an activity until he owes nothing and can use the service.

    Whoever does the activity, or deletes it, is not asked again for the same debt.
    """

    _name = "duebell.collection"
    _description = "Billing Customer in Collections"
    _order = "id desc"
    _rec_name = "customer_id"

    customer_id = fields.Many2one("duebell.customer", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    activity_id = fields.Many2one("mail.activity", readonly=True, ondelete="set null", index="btree_not_null")
    opened_on = fields.Date(required=True, readonly=True)
    closed_on = fields.Date(readonly=True)

    _open = models.UniqueIndex("(customer_id) WHERE closed_on IS NULL", "The customer is in collections already.")

    @api.model
    def _follow_rules(self) -> None:
        """What the cron does: ends what is settled, then asks for calls by each company's rule; some at a time."""
        settled = self._close_settled()
        opened = [
            self._open_due(settings) for settings in self.env["duebell.settings"].search([("collections", "=", True)])
        ]
        if AT_ONCE in (settled, *opened):
            self.env.ref("duebell_crm.cron_collections")._trigger()

    @api.model
    def _close_settled(self) -> int:
        settled = self.search(
            [
                ("closed_on", "=", False),
                ("customer_id.total_overdue", "<=", 0),
                ("customer_id.status", "in", ("active", "closed")),
            ],
            limit=AT_ONCE,
        )
        settled.activity_id.unlink()
        settled.write({"closed_on": fields.Date.context_today(self)})
        return len(settled)

    @api.model
    def _open_due(self, settings: models.BaseModel) -> int:
        """How many were begun."""
        customers = self._due(settings)
        if not customers:
            return 0
        lang = settings.collections_user_id.lang or self.env.lang
        asked = self.with_context(lang=lang, mail_activity_quick_update=True)
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
                    "opened_on": today,
                }
                for customer, activity in zip(customers, activities, strict=True)
            ]
        )
        return len(customers)

    @api.model
    def _due(self, settings: models.BaseModel) -> models.BaseModel:
        """Customers of the company who are due, neither in collections nor left in peace, the longest debts first."""
        latest = fields.Date.context_today(self) - timedelta(days=settings.collections_days)
        due = Domain("total_overdue", ">", 0) & Domain("due_on", "<=", latest)
        if amount := settings.collections_amount:
            due &= Domain.OR(
                Domain("currency_id", "=", currency.id) & Domain("total_overdue", ">=", least)
                for currency, least in self._least(settings, amount)
            )
        if settings.collections_suspended:
            due |= Domain("status", "=", "suspended")
        resting = self.env["duebell.rest"].search([("until", ">=", fields.Date.context_today(self))]).customer_id
        due &= Domain("id", "not in", resting.ids)
        fresh = Domain("company_id", "=", settings.company_id.id) & Domain("collection_ids", "not any", _OPEN)
        return self.env["duebell.customer"].search(fresh & due, order="due_on, id", limit=AT_ONCE)

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
            "user_id": settings.collections_user_id.id,
            "date_deadline": fields.Date.context_today(self),
            "summary": self.env._("%(name)s: %(stage)s", name=customer.display_name, stage=customer._stage_label()),
            "note": Markup("<br/>").join(lines),
            "automated": True,
        }


_OPEN = Domain("closed_on", "=", False)
