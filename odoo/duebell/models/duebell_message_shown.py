# SPDX-License-Identifier: LGPL-3.0-only
"""A message's state as people are shown it: also whether something holds it, and that an e-mail is only handed over."""

from __future__ import annotations

from odoo import api, fields, models

BESIDE = {"waiting": ("on_hold",), "sent": ("handed_over",)}
"""Shown after these states, for some of their messages; neither is kept, nor told to billing's side."""


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    shown_state = fields.Selection("_shown_states", "State", compute="_compute_shown")
    shown_because = fields.Char("Because", compute="_compute_shown")

    @api.model
    def _shown_states(self) -> list[tuple[str, str]]:
        words = {"on_hold": self.env._("On Hold"), "handed_over": self.env._("Handed Over")}
        shown = []
        for state, label in self._fields["state"]._description_selection(self.env):
            shown += [(state, label), *((beside, words[beside]) for beside in BESIDE.get(state, ()))]
        return shown

    @api.depends("state", "because", "channel", "company_id", "retry_at", "required", "leave_by")
    @api.depends_context("lang")
    def _compute_shown(self) -> None:
        holds = self._holds()
        for message in self:
            hold = holds.get(message)
            handed_over = message.channel == "email" and message.state == "sent"
            message.shown_state = "on_hold" if hold else "handed_over" if handed_over else message.state
            message.shown_because = hold or message.because

    def _holds(self) -> dict[DuebellMessage, str]:
        """Of those that don't leave now, which stop keeps them, in plain words."""
        kept = self.filtered(
            lambda message: message.state == "waiting" or (message.state == "released" and message.retry_at)
        )
        if not kept:
            return {}
        settings = self.env["duebell.settings"].sudo()
        if lines := settings._held_lines():
            return dict.fromkeys(kept, " ".join(lines))
        in_force = settings._in_force(kept.company_id)
        lines_of = {message: in_force[message.company_id.id].guard_line for message in kept}
        return {
            message: line
            for message, line in lines_of.items()
            if line and message.state == "waiting" and not message._is_unsilenceable()
        }
