# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..consent import PROMISE, RESTS
from ..wording import day_text


class DuebellRest(models.Model):
    """A customer is left in peace until a day; billing goes on, and what the law requires is told."""

    _name = "duebell.rest"
    _description = "Billing Rest"
    _order = "until desc, id desc"
    _rec_name = "kind"

    customer_id = fields.Many2one("duebell.customer", "Billing Customer", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="customer_id.company_id", store=True, index=True)
    kind = fields.Selection(list(RESTS.items()), required=True, default=PROMISE)
    until = fields.Date("Last Day", required=True)
    note = fields.Char(help="For colleagues, for example what the customer disputes.")
    active = fields.Boolean(default=True, help="Off: it ended early.")
    step_on = fields.Date(readonly=True, help="The day of billing's next step when the rest began.")

    @api.constrains("until")
    def _check_until(self) -> None:
        if self - self._lasting():
            raise ValidationError(self.env._("That day is past: choose today or a later one."))

    @api.model_create_multi
    def create(self, vals_list: list[dict[str, Any]]) -> DuebellRest:
        rests = super().create(vals_list)
        for rest in rests:
            rest.step_on = rest.customer_id.next_step_on
            rest.customer_id.partner_id.sudo()._message_log(body=rest._line(), author_id=self.env.user.partner_id.id)
        return rests

    @api.model
    def _in_force(self, customer_ids: Collection[int]) -> dict[int, tuple[str, date]]:
        """Kind and last day by customer; of several rests a pause goes first, then the longest."""
        yesterday = fields.Date.today() - timedelta(days=1)  # UTC's: no customer's today is earlier
        rests = self.search_fetch(
            [("customer_id", "in", list(customer_ids)), ("until", ">=", yesterday)], ["customer_id", "kind", "until"]
        )
        found: dict[int, tuple[str, date]] = {}
        for rest in rests._lasting().sorted(lambda rest: (rest.kind == "pause", rest.until)):
            found[rest.customer_id.id] = (rest.kind, rest.until)
        return found

    def _lasting(self) -> DuebellRest:
        """Those whose last day isn't over where the customer lives."""
        return self.filtered(lambda rest: rest.until >= rest.customer_id._today())

    def _line(self) -> str:
        """For colleagues: what rests, until when, and why."""
        day = day_text(self.until.isoformat(), self.env.lang or "en_US")
        lines = {
            "pause": self.env._("Nothing is told until %s.", day),
            "dispute": self.env._("Disputes the debt: reminders rest until %s.", day),
            "promise": self.env._("Promised to pay: reminders rest until %s.", day),
        }
        return f"{lines[self.kind]} “{self.note}”" if self.note else lines[self.kind]
