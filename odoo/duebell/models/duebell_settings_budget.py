# SPDX-License-Identifier: LGPL-3.0-only
"""How many SMS parts a company pays for in a month."""

from __future__ import annotations

from odoo import api, fields, models
from odoo.exceptions import ValidationError

BUDGET = "duebell.activity_budget"
WARNED_AT = 80
SPENT_AT = 100


class DuebellSettings(models.Model):
    _inherit = "duebell.settings"  # pylint: disable=consider-merging-classes-inherited

    monthly_parts = fields.Integer(
        "SMS Parts A Month",
        help="At 80 % managers are warned; at 100 % customers are told by e-mail instead, but for what is required by"
        " law. 0: no limit. Months are UTC's.",
    )
    parts_spent = fields.Integer("SMS Parts This Month", compute="_compute_parts_spent")
    budget_line = fields.Char("Budget", compute="_compute_budget_line")
    warned_on = fields.Date(readonly=True, help="When managers were last told that the budget runs out.")
    warned_at = fields.Integer(readonly=True, help="The percentage that they were told.")

    @api.constrains("monthly_parts")
    def _check_budget(self) -> None:
        if any(settings.monthly_parts < 0 for settings in self):
            raise ValidationError(self.env._("A limit can't be less than 0, which means no limit."))

    def _compute_parts_spent(self) -> None:
        for settings in self:
            settings.parts_spent = settings._parts_spent()

    def _parts_spent(self) -> int:
        """Those that have left this month, also those that leave in this transaction."""
        return self.env["duebell.tally"]._parts_of_month(self.company_id, fields.Date.today())

    @api.depends("monthly_parts")
    @api.depends_context("lang")
    def _compute_budget_line(self) -> None:
        for settings in self:
            settings.budget_line = settings._budget_sentence() if settings._budget_reached() else False

    def _budget_reached(self) -> int:
        """The percentage that managers have to know of; 0: none."""
        if not self.monthly_parts:
            return 0
        share = self._parts_spent() * 100 // self.monthly_parts
        return next((percent for percent in (SPENT_AT, WARNED_AT) if share >= percent), 0)

    def _budget_sentence(self) -> str:
        values = {"company": self.company_id.name, "spent": self._parts_spent(), "budget": self.monthly_parts}
        if self._budget_reached() == SPENT_AT:
            return self.env._(
                "%(company)s: this month's budget of %(budget)s SMS parts is spent: customers are told by e-mail"
                " instead, but for what is required by law.",
                **values,
            )
        return self.env._("%(company)s: %(spent)s of this month's %(budget)s SMS parts are spent.", **values)

    def _warn_of_budget(self) -> None:
        """Managers are told once a month of each percentage."""
        reached, today = self._budget_reached(), fields.Date.today()
        told = self.warned_at if self.warned_on and self.warned_on.replace(day=1) == today.replace(day=1) else 0
        if reached > told:
            self.write({"warned_on": today, "warned_at": reached})
            self.activity_unlink([BUDGET])
            self._alarm(BUDGET, "budget_line")
