# SPDX-License-Identifier: LGPL-3.0-only
"""Who is asked about what did not arrive, and how long messages are kept."""

from __future__ import annotations

from odoo import api, fields, models
from odoo.exceptions import ValidationError

LOW_CREDIT = "duebell.activity_type_low_credit"


class DuebellSettings(models.Model):
    _inherit = "duebell.settings"  # pylint: disable=consider-merging-classes-inherited

    manager_id = fields.Many2one(
        "res.users",
        "Billing Manager",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Is asked about messages that did not arrive where the contact has no salesperson.",
    )
    keep_months = fields.Integer(
        "Keep Messages For",
        default=36,
        required=True,
        help="Months after which messages are deleted, with their words and numbers; events stay. 0: for ever.",
    )
    low_credit = fields.Float(
        "Warn Below", default=50.0, help="SMS credit with Odoo under which managers are warned. 0: they aren't."
    )
    credit_line = fields.Char(compute="_compute_credit_line")

    @api.constrains("keep_months", "low_credit")
    def _check_failure_limits(self) -> None:
        if any(settings.keep_months < 0 or settings.low_credit < 0 for settings in self):
            raise ValidationError(self.env._("A limit can't be less than 0, which means no limit."))

    @api.depends_context("lang", "duebell_credit")
    def _compute_credit_line(self) -> None:
        credit = self.env.context.get("duebell_credit")
        for settings in self:
            settings.credit_line = self.env._("The SMS account with Odoo has a credit of %s left: buy some.", credit)

    @api.model
    def _warn_of_low_credit(self) -> None:
        """The cron. Only Odoo's own service tells its credit, and asking it takes a call over the network."""
        for company in self.env["res.company"].search([("active", "=", True)]):
            credit = self.env["duebell.event"].with_company(company)._sms_sender()["credit"]
            settings = self._of(company)
            if credit is not None and 0 <= credit < settings.low_credit:
                settings._warn_once(credit)
            elif credit is not None and credit >= 0:
                settings.activity_unlink([LOW_CREDIT])

    def _warn_once(self, credit: float) -> None:
        """Until it is done, or there is credit again."""
        if not self.activity_search([LOW_CREDIT]):
            self.with_context(duebell_credit=f"{credit:g}")._alarm(LOW_CREDIT, "credit_line")
