# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from datetime import date, datetime, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

KEPT_DAYS = 100


class DuebellTally(models.Model):
    """How many texts, in how many parts, a run of the release let leave for a company. Only ever added to: runs don't
    wait for each other, and what is asked of it stays cheap however many messages there are. Days are UTC's."""

    _name = "duebell.tally"
    _description = "Billing Texts Released"
    _order = "id desc"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    day = fields.Date(required=True)
    at = fields.Datetime(required=True)
    texts = fields.Integer(required=True)
    parts = fields.Integer(required=True)

    _of_day = models.Index("(company_id, day)")

    @api.model
    def _add(self, company_id: int, texts: int, parts: int) -> None:
        now = fields.Datetime.now()
        values = {"company_id": company_id, "day": now.date(), "at": now, "texts": texts, "parts": parts}
        self.sudo().create(values)

    @api.model
    def _texts_since(self, company: models.BaseModel, moment: datetime) -> int:
        return self._sum("texts", company, [("day", ">=", moment.date()), ("at", ">=", moment)])

    @api.model
    def _parts_of_month(self, company: models.BaseModel, day: date) -> int:
        """In the day's month, up to that day."""
        return self._sum("parts", company, [("day", ">=", day.replace(day=1)), ("day", "<=", day)])

    @api.model
    def _usual(self, company: models.BaseModel, day: date, weeks: int) -> float | None:
        """Texts of the day's weekday, on average of the last weeks; None: there is no such week yet.

        Weeks before the first text don't count.
        """
        first = self.sudo().search([("company_id", "=", company.id)], order="day", limit=1).day
        days = [day - timedelta(weeks=week) for week in range(1, weeks + 1)]
        days = [one for one in days if first and one >= first]
        return self._sum("texts", company, [("day", "in", days)]) / len(days) if days else None

    @api.model
    def _sum(self, name: str, company: models.BaseModel, domain: list[tuple[str, str, object]]) -> int:
        [(total,)] = self.sudo()._read_group([("company_id", "=", company.id), *domain], [], [f"{name}:sum"])
        return int(total or 0)

    @api.autovacuum
    def _gc_old(self) -> None:
        before = fields.Date.today() - timedelta(days=KEPT_DAYS)
        self.env.cr.execute(SQL("DELETE FROM duebell_tally WHERE day < %s", before))
