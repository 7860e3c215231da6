# SPDX-License-Identifier: LGPL-3.0-only
"""By whose gateway a text of billing leaves: its company's, whether there is a note beside it or none."""

from __future__ import annotations

from odoo import fields, models


class SmsSms(models.Model):
    _inherit = "sms.sms"  # pylint: disable=consider-merging-classes-inherited

    duebell_company_id = fields.Many2one("res.company", "Company of Billing", readonly=True)

    def _get_sms_company(self) -> models.BaseModel:
        """Odoo asks the note, and without one takes the company of whoever sends, which a cron has by chance."""
        return self.duebell_company_id or super()._get_sms_company()
