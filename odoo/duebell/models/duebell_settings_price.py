# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from odoo import fields, models


class DuebellSettings(models.Model):
    _inherit = "duebell.settings"  # pylint: disable=consider-merging-classes-inherited

    currency_id = fields.Many2one(related="company_id.currency_id")
    sms_price = fields.Float(
        "Price Of An SMS Part",
        digits=(16, 5),
        help="In the company's currency; the report on messages reckons with it.",
    )
