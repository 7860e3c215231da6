# SPDX-License-Identifier: LGPL-3.0-only
"""Who waits for a delay or for allowed hours may wait until it is too late: people have to know of it beforehand."""

from __future__ import annotations

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .duebell_allowed_hours import DAYS

LATEST = 10_000
"""Of so many events, the last ones, it is looked up for how long billing finds their types worth telling."""
HOUR = timedelta(hours=1)


class DuebellEvent(models.Model):
    _inherit = "duebell.event"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _ages(self) -> dict[str, timedelta]:
        """For how long each type is worth telling, as the last event of it says; types without any are left out."""
        self.flush_model()
        query = SQL(
            """
            SELECT DISTINCT ON (type) type, notify_by - occurred_at
              FROM (SELECT id, type, notify_by, occurred_at FROM duebell_event ORDER BY id DESC LIMIT %s) latest
             WHERE notify_by IS NOT NULL
             ORDER BY type, id DESC
            """,
            LATEST,
        )
        return dict(self.env.execute_query(query))


class DuebellMessageRule(models.Model):
    _inherit = "duebell.message.rule"  # pylint: disable=consider-merging-classes-inherited

    late_line = fields.Char(compute="_compute_late_line")

    @api.depends("event_type", "company_id", "mode", "required", "urgent", "delay_minutes", "own_hours")
    @api.depends("from_hour", "until_hour", *DAYS)
    @api.depends_context("lang", "company")
    def _compute_late_line(self) -> None:
        ages = self.env["duebell.event"].sudo()._ages()
        for rule in self:
            company = rule.company_id or self.env.company
            settings = self.env["duebell.settings"]._in_force(company)[company.id]
            rule.late_line = rule._late_line(ages.get(rule.event_type), rule._longest_wait(settings))

    def _longest_wait(self, settings: models.BaseModel) -> timedelta:
        """From an event at the worst moment until its message may leave; what the law requires doesn't wait."""
        if self.required or not self._channels():
            return timedelta()
        hours = self._hours(settings)
        return timedelta(minutes=self.delay_minutes) + (hours.longest_pause() if hours else timedelta())

    def _late_line(self, age: timedelta | None, wait: timedelta) -> str | bool:
        if age is None or wait < age:
            return False
        values = {"age": round(age / HOUR), "wait": round(wait / HOUR)}
        if timedelta(minutes=self.delay_minutes) >= age:
            return self.env._(
                "Nobody is ever told this: billing finds it worth telling for %(age)s hours, and the delay is as long.",
                **values,
            )
        return self.env._(
            "Some customers are never told this: billing finds it worth telling for %(age)s hours, and what comes at "
            "the wrong moment waits %(wait)s hours for the delay and the next allowed hour.",
            **values,
        )


class DuebellSettings(models.Model):
    _inherit = "duebell.settings"  # pylint: disable=consider-merging-classes-inherited

    late_line = fields.Char(compute="_compute_late_line")

    @api.depends("from_hour", "until_hour", *DAYS)
    @api.depends_context("lang")
    def _compute_late_line(self) -> None:
        ages = self.env["duebell.event"].sudo()._ages()
        for settings in self:
            names = ", ".join(dict.fromkeys(settings._late_rules(ages).mapped("display_name")))
            line = self.env._("What comes at the wrong moment is too old once it may leave, and isn't told: %s.", names)
            settings.late_line = line if names else False

    def _late_rules(self, ages: dict[str, timedelta]) -> models.BaseModel:
        """The rules that go by these hours and whose messages may wait for longer than they are worth telling."""
        rules = self.env["duebell.message.rule"].search(
            [("company_id", "in", (False, self.company_id.id)), ("own_hours", "=", False)]
        )
        known = rules.filtered(lambda rule: rule.event_type in ages)
        return known.filtered(lambda rule: rule._longest_wait(self) >= ages[rule.event_type])
