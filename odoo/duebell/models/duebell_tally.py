# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

KEPT_DAYS = 100
MONTHS = 3
AROUND = 2
"""Days by which a bill run and what follows it move from month to month: weekends, allowed hours."""


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
        """Texts of the day's weekday, on average of the last weeks, or of the busiest day about this one in the last
        three months, whichever are more: bills come by the month. None: there is no such week yet. Weeks before the
        first text don't count."""
        first = self.sudo().search([("company_id", "=", company.id)], order="day", limit=1).day
        days = [day - timedelta(weeks=week) for week in range(1, weeks + 1)]
        days = [one for one in days if first and one >= first]
        if not days:
            return None
        weekday = self._sum("texts", company, [("day", "in", days)]) / len(days)
        return max(weekday, self._busiest_of_months(company, day))

    @api.model
    def _knows_usual(self, company: models.BaseModel, day: date) -> bool:
        """Whether there is a week to compare the day with."""
        before = [("company_id", "=", company.id), ("day", "<=", day - timedelta(weeks=1))]
        return bool(self.sudo().search_count(before, limit=1))

    @api.model
    def _busiest_of_months(self, company: models.BaseModel, day: date) -> int:
        """Texts of the day of the last months that had the most, of those about the same day of the month."""
        same = [day - relativedelta(months=month) for month in range(1, MONTHS + 1)]
        about = [one + timedelta(days=apart) for one in same for apart in range(-AROUND, AROUND + 1)]
        condition = [("company_id", "=", company.id), ("day", "in", about)]
        by_day = self.sudo()._read_group(condition, ["day:day"], ["texts:sum"])
        return max((texts for _, texts in by_day), default=0)

    @api.model
    def _sum(self, name: str, company: models.BaseModel, domain: list[tuple[str, str, object]]) -> int:
        [(total,)] = self.sudo()._read_group([("company_id", "=", company.id), *domain], [], [f"{name}:sum"])
        return int(total or 0)

    @api.autovacuum
    def _gc_old(self) -> None:
        before = fields.Date.today() - timedelta(days=KEPT_DAYS)
        self.env.cr.execute(SQL("DELETE FROM duebell_tally WHERE day < %s", before))
