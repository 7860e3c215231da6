# SPDX-License-Identifier: LGPL-3.0-only
"""By whose gateway a text of billing leaves: its company's, whether there is a note beside it or none."""

from __future__ import annotations

from typing import Any

from odoo import api, fields, models

TWILIOS = "record_company_id"
"""The field of `sms_twilio`, where that is installed: it fills it with the company of whoever makes the text."""


class SmsSms(models.Model):
    _inherit = "sms.sms"  # pylint: disable=consider-merging-classes-inherited

    duebell_company_id = fields.Many2one("res.company", "Company of Billing", readonly=True)

    @api.model_create_multi
    def create(self, vals_list: list[dict[str, Any]]) -> models.BaseModel:
        if TWILIOS in self._fields:
            vals_list = [{**vals, TWILIOS: vals.get("duebell_company_id") or vals.get(TWILIOS)} for vals in vals_list]
        return super().create(vals_list)

    def _get_sms_company(self) -> models.BaseModel:
        """Odoo asks the note, and without one takes the company of whoever sends, which a cron has by chance."""
        return self.duebell_company_id or super()._get_sms_company()
