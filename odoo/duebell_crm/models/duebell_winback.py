# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from markupsafe import Markup

from odoo import api, fields, models

from odoo.addons.duebell import bulk
from odoo.addons.duebell.contract import Incoming
from odoo.addons.duebell.models.duebell_customer_following import Identity, Linked
from odoo.addons.duebell.wording import day_text, decimals_of, money_text

VOLUNTARY = "cancelled_early"
"""The only reason that says that the customer himself wanted it."""
WITHIN = timedelta(days=31)
"""What happened longer ago, and is told only now, opens nothing."""
AT_ONCE = 200
"""Opportunities in one transaction."""


class DuebellWinback(models.Model):
    """A commitment that a customer in good standing ended by himself, and the opportunity of it; one a month."""

    _name = "duebell.winback"
    _description = "Win-back"
    _order = "id desc"
    _rec_name = "service"

    customer_id = fields.Many2one("duebell.customer", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    month = fields.Char(required=True, readonly=True, help="In which it was ended, like 2026-11.")
    service = fields.Char(required=True, readonly=True)
    reference = fields.Char(readonly=True)
    started_on = fields.Date(readonly=True)
    ends_on = fields.Date("Was to Last Until", readonly=True)
    terminated_on = fields.Date("Ended On", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    penalty = fields.Monetary(readonly=True)
    lead_id = fields.Many2one("crm.lead", "Opportunity", readonly=True, ondelete="set null", index="btree_not_null")
    state = fields.Selection(
        [("waiting", "Waiting"), ("opened", "Opened"), ("dropped", "Dropped")],
        required=True,
        readonly=True,
    )
    dropped_because = fields.Selection(
        [
            ("owes", "Owes money, or can't use the service, here or as another billing customer"),
            ("unwanted", "The company wants none any more"),
        ],
        "Why Not",
        readonly=True,
    )

    _once_a_month = models.Constraint("unique (customer_id, month)", "This customer has one for this month already.")
    _waiting = models.Index("(company_id) WHERE state = 'waiting'")

    @api.model
    def _claim(
        self, newer: Sequence[Incoming], customers: Mapping[Identity, Linked], companies: Mapping[str | None, int]
    ) -> None:
        """Notes down whom to win back; the opportunities are opened by the cron, in a transaction of their own."""
        since = datetime.now(timezone.utc) - WITHIN
        voluntary = [event for event in newer if _is_voluntary(event) and event.occurred_at > since]
        if not voluntary:
            return
        switched_on = self.env["duebell.settings"].search([("winback", "=", True)]).company_id.ids
        currencies = self.env["duebell.customer"]._currencies()
        rows = [
            {
                "customer_id": customers[event.identity].id,
                "company_id": companies[event.company],
                "month": f"{event.commitment.terminated_on or event.occurred_at:%Y-%m}",
                "service": event.commitment.service,
                "reference": event.commitment.reference,
                "started_on": event.commitment.started_on,
                "ends_on": event.commitment.ends_on,
                "terminated_on": event.commitment.terminated_on,
                "currency_id": currencies[event.currency],
                "penalty": event.commitment.penalty,
                "state": "waiting",
            }
            for event in voluntary
            if companies[event.company] in switched_on
        ]
        if bulk.insert(self, rows, unless_known=("customer_id", "month")):
            self.env.ref("duebell_crm.cron_winback")._trigger()

    @api.model
    def _open_waiting(self) -> None:
        """What the cron does: opens some; who owes money by now is dropped."""
        waiting = self.search([("state", "=", "waiting")], limit=AT_ONCE)
        rules = {
            settings.company_id: settings for settings in self.env["duebell.settings"].search([("winback", "=", True)])
        }
        owing = waiting._owing()
        unwanted = waiting.filtered(lambda winback: winback.company_id not in rules) - owing
        owing.write({"state": "dropped", "dropped_because": "owes"})
        unwanted.write({"state": "dropped", "dropped_because": "unwanted"})
        good = waiting - owing - unwanted
        for company, of_company in good.grouped("company_id").items():
            of_company._open_leads(rules[company])
        if len(waiting) == AT_ONCE:
            self.env.ref("duebell_crm.cron_winback")._trigger()

    def _owing(self) -> DuebellWinback:
        """Those whose person owes money or can't use the service, as this billing customer or as another."""
        family = self.customer_id.partner_id.commercial_partner_id
        owing = self.env["duebell.customer"].search(
            [
                ("partner_id.commercial_partner_id", "in", family.ids),
                *("|", ("total_overdue", ">", 0), ("status", "in", ("limited", "suspended"))),
            ]
        )
        defaulters = owing.partner_id.commercial_partner_id
        return self.filtered(lambda winback: winback.customer_id.partner_id.commercial_partner_id in defaulters)

    def _open_leads(self, settings: models.BaseModel) -> None:
        lang = settings.winback_user_id.lang or settings.company_id.partner_id.lang or self.env.lang
        spoken = self.with_context(lang=lang).with_company(settings.company_id)
        leads = spoken.env["crm.lead"].create([winback._prepare_lead(settings) for winback in spoken])
        for winback, lead in zip(self, leads, strict=True):
            winback.write({"lead_id": lead.id, "state": "opened"})

    def _prepare_lead(self, settings: models.BaseModel) -> dict[str, Any]:
        return {
            "name": self.env._("Win back: %s", self.service),
            "type": "opportunity",
            "partner_id": self.customer_id.partner_id.id,
            "company_id": self.company_id.id,
            "team_id": settings.winback_team_id.id,
            "user_id": settings.winback_user_id.id,
            "description": Markup("<br/>").join(self._facts()),
        }

    def _facts(self) -> list[str]:
        facts = [
            self.env._("Billing customer: %s", self.customer_id.display_name),
            self.env._("Commitment: %(service)s, %(reference)s", service=self.service, reference=self.reference),
            self.env._("From %(start)s until %(end)s", start=self._day("started_on"), end=self._day("ends_on")),
        ]
        if self.terminated_on:
            facts.append(self.env._("Ended by the customer on %s", self._day("terminated_on")))
        if self.penalty:
            amount = f"{self.penalty:.{decimals_of(self.currency_id.name)}f}"
            facts.append(self.env._("Penalty: %s", money_text(amount, self.currency_id.name, self.env.lang or "en_US")))
        return facts

    def _day(self, name: str) -> str:
        return day_text(self[name].isoformat(), self.env.lang or "en_US")


def _is_voluntary(event: Incoming) -> bool:
    """Whether a customer in good standing ended a commitment by himself, and it is still true."""
    return (
        event.type == "commitment.terminated"
        and event.commitment is not None
        and event.reason == VOLUNTARY
        and event.superseded_by is None
        and event.standing.status not in ("limited", "suspended")
        and event.standing.total_overdue <= 0
    )
