# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..hours import AllowedHours

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class DuebellAllowedHours(models.AbstractModel):
    """Hours and days at which customers may be written to, on their own clock."""

    _name = "duebell.allowed.hours"
    _description = "Allowed Hours"

    from_hour = fields.Float("From", required=True, default=8.0)
    until_hour = fields.Float("Until", required=True, default=21.0)
    monday = fields.Boolean(default=True)
    tuesday = fields.Boolean(default=True)
    wednesday = fields.Boolean(default=True)
    thursday = fields.Boolean(default=True)
    friday = fields.Boolean(default=True)
    saturday = fields.Boolean(default=True)
    sunday = fields.Boolean(default=True)

    @api.constrains("from_hour", "until_hour", *DAYS)
    def _check_allowed_hours(self) -> None:
        for record in self:
            if not 0 <= record.from_hour < record.until_hour <= 24:  # noqa: PLR2004 - a day's hours
                raise ValidationError(
                    self.env._("Hours go from 0:00 until 24:00 at the latest, the earlier one first.")
                )
            if not any(record[day] for day in DAYS):
                raise ValidationError(self.env._("Choose at least one day: without any, nothing would ever leave."))

    def _allowed_hours(self) -> AllowedHours:
        days = frozenset(number for number, day in enumerate(DAYS) if self[day])
        return AllowedHours(self.from_hour, self.until_hour, days)
