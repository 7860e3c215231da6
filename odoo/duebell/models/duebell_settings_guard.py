# SPDX-License-Identifier: LGPL-3.0-only
"""How much may leave before a manager has to say that it is meant."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from odoo import api, fields, models
from odoo.exceptions import ValidationError

GUARD = "duebell.activity_guard"
WEEKS = 4
FEWEST = 100
"""So many texts a day are never unusual."""
RELOAD = {"type": "ir.actions.client", "tag": "soft_reload"}
"""Shows the page anew, with the banner above it."""


class DuebellSettings(models.Model):
    _name = "duebell.settings"
    _inherit = ["duebell.settings", "mail.thread", "mail.activity.mixin"]

    texts_per_hour = fields.Integer(
        "Texts An Hour", tracking=True, help="More than these stop the release. 0: no limit."
    )
    customers_a_day = fields.Integer(
        "Customers A Day (%)",
        help="More than these, of the company's customers in billing, stop the release. 0: no limit.",
    )
    times_usual = fields.Integer(
        "Times The Usual",
        default=3,
        help="More than so many times the texts of that weekday, on average of the last four weeks, or of the busiest"
        " day about the same day of the last three months, stop the release. 0: no limit.",
    )
    guard_since = fields.Datetime("Stopped Since", readonly=True, tracking=True)
    guard_reason = fields.Selection(
        [("hour", "Texts An Hour"), ("customers", "Customers A Day"), ("usual", "Times The Usual")], readonly=True
    )
    guard_word_at = fields.Datetime("A Manager Said “Go On”", readonly=True)
    guard_line = fields.Char(compute="_compute_guard_line")
    unguarded_line = fields.Char(compute="_compute_unguarded_line")

    @api.constrains("texts_per_hour", "customers_a_day", "times_usual")
    def _check_guard(self) -> None:
        if any(min(one.texts_per_hour, one.customers_a_day, one.times_usual) < 0 for one in self):
            raise ValidationError(self.env._("A limit can't be less than 0, which means no limit."))

    @api.depends("guard_since", "guard_reason")
    @api.depends_context("lang")
    def _compute_guard_line(self) -> None:
        for settings in self:
            settings.guard_line = settings._guard_sentence() if settings.guard_since else False

    @api.depends("texts_per_hour", "customers_a_day", "times_usual")
    @api.depends_context("lang")
    def _compute_unguarded_line(self) -> None:
        for settings in self:
            settings.unguarded_line = False if settings._is_guarded() else settings._unguarded_sentence()

    def _is_guarded(self) -> bool:
        """Whether any limit would stop a flood today: what is usual isn't known before there was a week of texts."""
        if self.texts_per_hour or self.customers_a_day:
            return True
        return bool(self.times_usual) and self.env["duebell.tally"]._knows_usual(self.company_id, fields.Date.today())

    def _unguarded_sentence(self) -> str:
        return self.env._(
            "%s: no limit would stop a flood of messages yet. Set how many texts an hour are meant in Stop and Limits; "
            "what is usual isn't known before texts have left for a week.",
            self.company_id.name,
        )

    def _guard_sentence(self) -> str:
        company = self.company_id.name
        if self.guard_reason == "hour":
            limit = self.env._("more than %s texts in an hour", self.texts_per_hour)
        elif self.guard_reason == "customers":
            limit = self.env._("more than %s %% of the customers in a day", self.customers_a_day)
        else:
            limit = self.env._("more than %s times the texts that are usual on this weekday", self.times_usual)
        return self.env._(
            "%(company)s: messages stopped, since %(limit)s would have left. If that is meant, a manager says “Go on”.",
            company=company,
            limit=limit,
        )

    def _hour_counts_from(self) -> datetime:
        """With a manager's word the count of the hour begins anew."""
        return max(fields.Datetime.now() - timedelta(hours=1), self.guard_word_at or datetime.min)  # noqa: DTZ901 - Odoo's

    def _day_rests(self) -> bool:
        """With a manager's word the limits of a day rest until the next."""
        return bool(self.guard_word_at) and self.guard_word_at.date() >= fields.Date.today()

    @api.model
    def _guard(self, company: models.BaseModel, reason: str) -> None:
        """Stops the company's messages, and tells its managers."""
        settings = self._of(company)
        if settings.guard_since:
            return
        settings.write({"guard_since": fields.Datetime.now(), "guard_reason": reason})
        settings._alarm(GUARD, "guard_line")

    def _alarm(self, activity_type: str, line: str) -> None:
        """An activity for each manager, in his language. `line`: the field that says what it is about."""
        self.invalidate_recordset([line])
        for manager in self._managers():
            spoken = self.with_context(lang=manager.lang)
            spoken.activity_schedule(activity_type, note=spoken[line], user_id=manager.id)

    def _managers(self) -> models.BaseModel:
        managers = self.env.ref("duebell.group_manager").sudo().all_user_ids
        return managers.filtered(lambda user: user.active and self.company_id in user.company_ids)

    def action_go_on(self) -> dict[str, Any]:
        """A manager's word: all this is meant."""
        self.check_access("write")
        self.write({"guard_since": False, "guard_reason": False, "guard_word_at": fields.Datetime.now()})
        self.sudo().activity_unlink([GUARD])
        self.env.ref("duebell.cron_release").sudo()._trigger()
        return RELOAD

    @api.model
    def action_open_guard(self) -> dict[str, Any]:
        """The page of the company that the person works in."""
        self.check_access("write")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("duebell.guard_action"),
            "res_id": self._of(self.env.company).id,
        }
