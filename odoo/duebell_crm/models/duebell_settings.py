# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DuebellSettings(models.Model):
    _inherit = "duebell.settings"

    collections = fields.Boolean(
        "Activities for Collections", help="Somebody is asked to call customers who stay overdue or are suspended."
    )
    collections_user_id = fields.Many2one(
        "res.users", "Done By", domain="[('share', '=', False), ('company_ids', 'in', company_id)]"
    )
    collections_days = fields.Integer("Days Overdue", default=7, help="For so many days the oldest invoice is overdue.")
    collections_amount = fields.Monetary("At Least", help="Who owes less is left alone; 0: everybody counts.")
    collections_suspended = fields.Boolean(
        "At Once if Suspended", default=True, help="A suspended customer is called whatever the days and the amount."
    )
    winback = fields.Boolean(
        "Win-back Opportunities", help="A commitment that a customer in good standing ended by himself opens one."
    )
    winback_team_id = fields.Many2one(
        "crm.team", "Win-back Team", domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]"
    )
    winback_user_id = fields.Many2one(
        "res.users", "Win-back Salesperson", domain="[('share', '=', False), ('company_ids', 'in', company_id)]"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    @api.constrains("collections", "collections_user_id", "collections_days", "collections_amount")
    def _check_collections(self) -> None:
        for settings in self:
            if settings.collections and not settings.collections_user_id:
                raise ValidationError(self.env._("Say who does the activities for collections."))
            if settings.collections_days < 0 or settings.collections_amount < 0:
                raise ValidationError(self.env._("Days and amount can't be less than 0."))

    @api.constrains("winback", "winback_team_id")
    def _check_winback(self) -> None:
        for settings in self:
            team = settings.winback_team_id
            if settings.winback and not team:
                raise ValidationError(self.env._("Say which team wins customers back."))
            if team.company_id and team.company_id != settings.company_id:
                raise ValidationError(self.env._("%s is another company's team: choose one of this.", team.name))
