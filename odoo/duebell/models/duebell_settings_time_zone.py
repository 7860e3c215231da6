# SPDX-License-Identifier: LGPL-3.0-only
"""On whose clocks customers live of whom billing tells no time zone: the company's."""

from __future__ import annotations

from odoo import api, fields, models

from odoo.addons.base.models.res_partner import _tz_get


class DuebellSettings(models.Model):
    _inherit = "duebell.settings"  # pylint: disable=consider-merging-classes-inherited

    time_zone = fields.Selection(
        _tz_get,
        compute="_compute_time_zone",
        inverse="_inverse_time_zone",
        help="The company's, by which its customers are told whose own time zone billing doesn't tell.",
    )

    @api.depends("company_id.partner_id.tz")
    def _compute_time_zone(self) -> None:
        for settings in self:
            settings.time_zone = settings.company_id.sudo().partner_id.tz

    def _inverse_time_zone(self) -> None:
        """Whoever may write the settings may say this of the company, and nothing else of its contact."""
        for settings in self:
            settings.company_id.sudo().partner_id.tz = settings.time_zone


class DuebellEvent(models.Model):
    _inherit = "duebell.event"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _problems(self) -> list[dict[str, str]]:
        """Also of the companies for which billing tells: a new Odoo leaves the time zone of its first one empty."""
        companies = self.env.ref("duebell.user_integration").company_ids
        return super()._problems() + [
            {"slug": "no-time-zone", "sentence": company._time_zone_line()}
            for company in companies
            if not company.partner_id.tz
        ]


class ResCompany(models.Model):
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    def _time_zone_line(self) -> str:
        return self.env._(
            "%s has no time zone: its customers are told by the clocks of UTC, which may be at night, where billing"
            " tells none of theirs. Choose one in Billing → Configuration → Settings.",
            self.name,
        )
