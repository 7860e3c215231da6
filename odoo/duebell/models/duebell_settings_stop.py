# SPDX-License-Identifier: LGPL-3.0-only
"""One STOP for all companies, the same that Duebell's own operators have; and what people have to know of it all."""

from __future__ import annotations

from typing import Any

from odoo import api, fields, models

from ..wording import day_text
from .duebell_settings_guard import RELOAD


class DuebellSettings(models.Model):
    _inherit = "duebell.settings"  # pylint: disable=consider-merging-classes-inherited

    held = fields.Boolean(compute="_compute_held")
    copy_line = fields.Char(compute="_compute_copy_line")

    def _compute_held(self) -> None:
        self.held = self.env["duebell.message"].sudo()._is_stopped()

    @api.depends_context("lang")
    def _compute_copy_line(self) -> None:
        events = self.env["duebell.event"].sudo()
        self.copy_line = events._copy_line() if events._is_copied() else False

    def action_stop(self) -> dict[str, Any]:
        """Sends nothing more, nor what is in Odoo's queues already."""
        self.check_access("write")
        self.env["duebell.message"].sudo()._hold(self.env._("stopped in Odoo by %s", self.env.user.name))
        return RELOAD

    def action_end_stop(self) -> dict[str, Any]:
        self.check_access("write")
        self.env["duebell.message"].sudo()._let_go()
        return RELOAD

    def action_no_copy(self) -> dict[str, Any]:
        """A manager's word: this database is the one in use, though it was made as a copy."""
        self.check_access("write")
        self.env["duebell.event"].sudo()._part()
        return RELOAD

    @api.model
    def standing(self) -> dict[str, Any]:
        """For the banner of the app: what keeps messages from customers, in the companies that the person works in."""
        if not self.env.user.has_group("duebell.group_user"):
            return {"alerts": [], "manager": False}
        companies = self.sudo().search([("company_id", "in", self.env.companies.ids)])
        alerts = [*self.sudo()._stop_lines(), *companies._lines()]
        return {"alerts": alerts, "manager": self.env.user.has_group("duebell.group_manager")}

    @api.model
    def _stop_lines(self) -> list[dict[str, str]]:
        """What holds all companies."""
        lines = self._held_lines()
        if not lines:
            return []
        return [{"level": "danger", "line": " ".join([*lines, self._required_line()]).strip()}]

    @api.model
    def _held_lines(self) -> list[str]:
        events = self.env["duebell.event"]
        lines = [events._copy_line()] if events._is_copied() else []
        if held := events._held():
            because = held["because"] or self.env._("no reason is known")
            lines.append(self.env._("STOP: nobody is told anything (%s).", because))
        return lines

    @api.model
    def _required_line(self) -> str:
        """A stop holds what the law requires, too: people have to know what that would cost."""
        waiting = [("state", "in", ("waiting", "released")), ("required", "=", True)]
        count = self.env["duebell.message"].search_count(waiting)
        if not count:
            return ""
        words = self.env._("Warnings that the law requires, and that wait: %s.", count)
        first = self.env["duebell.message"].search([*waiting, ("leave_by", "!=", False)], order="leave_by", limit=1)
        if not first:
            return words
        day = day_text(first.leave_by.date().isoformat(), self.env.lang or "en_US")
        return f"{words} {self.env._('The first has to leave by %s.', day)}"

    def _lines(self) -> list[dict[str, str]]:
        lines = [{"level": "danger", "line": one.guard_line} for one in self if one.guard_line]
        lines += [{"level": "warning", "line": one.budget_line} for one in self if one.budget_line]
        return lines + [{"level": "info", "line": one._delivery_line()} for one in self if one.delivery != "live"]

    def _delivery_line(self) -> str:
        company = self.company_id.name
        if self.delivery == "shadow":
            return self.env._("%s: shadow mode, messages are only written down.", company)
        values = {"company": company, "phone": self.test_phone, "email": self.test_email}
        return self.env._("%(company)s: test mode, all texts go to %(phone)s, all e-mails to %(email)s.", **values)


class DuebellEvent(models.Model):
    _inherit = "duebell.event"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _problems(self) -> list[dict[str, str]]:
        """Also what a manager has to say or know, for whoever watches billing's side."""
        settings = self.env["duebell.settings"].search([("company_id", "in", self.env.user.company_ids.ids)])
        found = [("guard", one.guard_line) for one in settings] + [("budget", one.budget_line) for one in settings]
        return super()._problems() + [{"slug": slug, "sentence": line} for slug, line in found if line]
