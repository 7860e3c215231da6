# SPDX-License-Identifier: LGPL-3.0-only
"""Messages are kept as long as their company says, whatever Odoo does with its own queues."""

from __future__ import annotations

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from .duebell_message import FORWARD

EXPIRED_AT_ONCE = 1000
ON_THE_WAY = ("waiting", "released")


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    _made = models.Index("USING brin (create_date)")

    @api.model
    def _expire(self) -> None:
        """The cron; a bounded number at once."""
        expired = self._expired(EXPIRED_AT_ONCE)
        self.env["sms.tracker"].search([("sms_uuid", "in", expired.mapped("uuid"))]).unlink()
        gone = len(expired)
        expired.unlink()
        self.env["ir.cron"]._commit_progress(gone, remaining=len(self._expired(EXPIRED_AT_ONCE)))

    @api.model
    def _expired(self, limit: int) -> DuebellMessage:
        """The oldest that no company keeps any longer; what is on the way is kept."""
        companies = self.env["res.company"].search([("active", "in", (True, False))])
        settled = [state for state in FORWARD if state not in ON_THE_WAY]
        expired = self.browse()
        for company_id, months in self._kept_for(companies).items():
            if room := limit - len(expired):
                before = fields.Datetime.now() - relativedelta(months=months)
                old = [("company_id", "=", company_id), ("create_date", "<", before), ("state", "in", settled)]
                expired |= self.search(old, order="create_date", limit=room)
        return expired

    @api.model
    def _kept_for(self, companies: models.BaseModel) -> dict[int, int]:
        """Months, by company; those that keep for ever are left out."""
        settings = self.env["duebell.settings"]._in_force(companies)
        return {company_id: one.keep_months for company_id, one in settings.items() if one.keep_months}
