# SPDX-License-Identifier: LGPL-3.0-only
"""What a text costs: by the price on the day on which it leaves, whatever a part costs later."""

from __future__ import annotations

from odoo import fields, models


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    part_price = fields.Float(
        "Price Of A Part", digits=(16, 5), readonly=True, help="When it left, in the company's currency."
    )

    def _advance(self, state: str, because: str | None = None) -> None:  # pylint: disable=missing-return
        super()._advance(state, because)
        if state == "released":
            settings = self.env["duebell.settings"]._in_force(self.company_id)
            for company, texts in self._of("sms").grouped("company_id").items():
                texts.part_price = settings[company.id].sms_price
