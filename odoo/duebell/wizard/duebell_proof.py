# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

import re
from base64 import b64encode
from datetime import datetime, time, timedelta, timezone
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from odoo.addons.base.models.ir_actions_report import _wkhtml

MONTHS = 12
UTF_8_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Without it spreadsheets take the file for one of another alphabet."""
RIGHT_TO_LEFT = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
"""A letter of Hebrew, Arabic, and the scripts between them: to Python as to PostgreSQL."""


class DuebellProof(models.TransientModel):
    """What customers were told in a period, to hand over to whoever asks: as a PDF or as a CSV file."""

    _name = "duebell.proof"
    _description = "Proof of Notice"

    customer_ids = fields.Many2many("duebell.customer", string="Billing Customers", required=True)
    first_day = fields.Date(
        "From", required=True, default=lambda self: fields.Date.context_today(self) - relativedelta(months=MONTHS)
    )
    last_day = fields.Date("Until", required=True, default=fields.Date.context_today)
    message_count = fields.Integer("Messages", compute="_compute_message_count")
    no_pdf_because = fields.Char(compute="_compute_no_pdf_because")
    csv_file = fields.Binary("CSV File", compute="_compute_csv_file")

    @api.model
    def default_get(self, fields: list[str]) -> dict[str, Any]:
        """Of the billing customers, or of the contacts, from whose page it was opened."""
        values = super().default_get(fields)
        ids = self.env.context.get("active_ids") or []
        if self.env.context.get("active_model") == "res.partner":
            ids = self.env["duebell.customer"].search([("partner_id", "in", ids)]).ids
        elif self.env.context.get("active_model") != "duebell.customer":
            ids = []
        return {"customer_ids": [(6, 0, ids)], **values}

    @api.constrains("first_day", "last_day")
    def _check_days(self) -> None:
        if any(proof.first_day > proof.last_day for proof in self):
            raise ValidationError(self.env._("The first day must not be after the last day."))

    @api.depends("customer_ids", "first_day", "last_day")
    @api.depends_context("tz")
    def _compute_message_count(self) -> None:
        for proof in self:
            within = proof.customer_ids and proof.first_day and proof.last_day and proof._within()
            proof.message_count = self.env["duebell.message"].search_count(within) if within else 0

    @api.depends("customer_ids", "first_day", "last_day")
    @api.depends_context("lang")
    def _compute_no_pdf_because(self) -> None:
        """Why it opens as a page instead; False: this Odoo draws it."""
        drawing = _wkhtml()
        for proof in self:
            proof.no_pdf_because = False
            if drawing.state == "install":
                proof.no_pdf_because = self.env._("This Odoo has no wkhtmltopdf.")
            elif not drawing.is_patched_qt and proof._runs_from_right_to_left():
                proof.no_pdf_because = self.env._(
                    "This Odoo's wkhtmltopdf draws words that run from right to left over each other: "
                    "install the one with patched Qt."
                )

    def _runs_from_right_to_left(self) -> bool:
        """Whether any word of it does: the reader's, or those that customers read."""
        if self.env["res.lang"]._get_data(code=self.env.lang or "en_US").direction == "rtl":
            return True
        if any(re.search(RIGHT_TO_LEFT, name) for name in self.customer_ids.mapped("name")):
            return True
        return bool(self.first_day and self.last_day) and self._words_match(RIGHT_TO_LEFT)

    def _words_match(self, pattern: str) -> bool:
        """Whether any words do that customers read; asked of the database, since there may be many."""
        messages = self.env["duebell.message"]
        messages.flush_model(["subject", "body"])
        told = messages._search(self._within(), limit=1)
        subject, body = (SQL.identifier(told.table, column) for column in ("subject", "body"))
        told.add_where(SQL("concat(%s, %s) ~ %s", subject, body, pattern))
        return bool(self.env.execute_query(told.select()))

    @api.depends("customer_ids", "first_day", "last_day")
    @api.depends_context("tz", "lang")
    def _compute_csv_file(self) -> None:
        for proof in self:
            text = UTF_8_MARK + proof._messages()._as_csv(proof._time_zone())
            proof.csv_file = b64encode(text.encode())

    def _within(self) -> list[Any]:
        """What left in these days, and what was written in them and never left; days are the reader's."""
        zone = ZoneInfo(self._time_zone())
        begins, ends = (
            datetime.combine(day, time.min, zone).astimezone(timezone.utc).replace(tzinfo=None)
            for day in (self.first_day, self.last_day + timedelta(days=1))
        )
        left = ["&", ("released_at", ">=", begins), ("released_at", "<", ends)]
        kept = ["&", "&", ("released_at", "=", False), ("create_date", ">=", begins), ("create_date", "<", ends)]
        return [("customer_id", "in", self.customer_ids.ids), "|", *left, *kept]

    def _messages(self) -> models.BaseModel:
        """The earliest first."""
        found = self.env["duebell.message"].search(self._within())
        return found.sorted(lambda message: (message._left_at(), message.id))

    def _messages_of(self, customer: models.BaseModel) -> models.BaseModel:
        return self._messages().filtered(lambda message: message.customer_id == customer)

    def _time_zone(self) -> str:
        return self.env.context.get("tz") or self.env.user.tz or "UTC"

    def _file_name(self) -> str:
        who = self.customer_ids.reference if len(self.customer_ids) == 1 else None
        return " ".join(filter(None, (self.env._("Proof of notice"), who, f"{self.first_day} {self.last_day}")))

    def action_print(self) -> dict[str, Any]:
        """The PDF; where this Odoo can't draw it, the page of which a browser makes one."""
        self._check_messages()
        report = self.env.ref("duebell.proof_report")
        if self.no_pdf_because:
            page = f"/report/html/{report.report_name}/{self.id}"
            return {"type": "ir.actions.act_url", "url": page, "target": "new"}
        return report.report_action(self, config=False)

    def action_csv(self) -> dict[str, Any]:
        self._check_messages()
        # As arguments: in a path a reference with a slash, even a quoted one, leads elsewhere.
        named = {"model": self._name, "id": self.id, "field": "csv_file", "filename": f"{self._file_name()}.csv"}
        url = f"/web/content?{urlencode({**named, 'download': 'true'})}"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    def _check_messages(self) -> None:
        if not self.message_count:
            raise UserError(self.env._("Nothing was written to them in these days: choose others."))
