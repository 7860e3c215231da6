# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from typing import Any

from odoo import fields, models

from ..gateway import STATES, of_word


class SmsTracker(models.Model):
    """Trackers outlive their SMS and are what a gateway's delivery report reaches."""

    _inherit = "sms.tracker"

    duebell_state = fields.Char(
        "State of a Test", readonly=True, help="Of an SMS that tests the setup; none: it is no test."
    )

    def _action_update_from_provider_error(self, provider_error: str) -> tuple[str | None, str, str | None]:
        result: tuple[str | None, str, str | None] = super()._action_update_from_provider_error(provider_error)
        said = self.env.context.get("sms_known_failure_reason")
        self._tell_messages("failed", of_word(self.env, provider_error, said).because)
        return result

    def _action_update_from_sms_state(
        self, sms_state: str, failure_type: str | bool = False, failure_reason: str | bool = False
    ) -> Any:
        result = super()._action_update_from_sms_state(
            sms_state, failure_type=failure_type, failure_reason=failure_reason
        )
        if sms_state in STATES:
            because = self._failure_words(failure_type, failure_reason) if sms_state == "error" else None
            self._tell_messages(STATES[sms_state], because)
        return result

    def _failure_words(self, failure_type: str | bool, failure_reason: str | bool) -> str:
        words = dict(self.env["sms.sms"]._fields["failure_type"]._description_selection(self.env))
        return str(failure_reason or words.get(failure_type) or self.env._("Set to failed by hand."))

    def _tell_messages(self, state: str, because: str | None) -> None:
        """While a batch is being sent the sender tells, who knows more."""
        self.filtered("duebell_state").duebell_state = state
        if not self.env.context.get("duebell_sending"):
            messages = self.env["duebell.message"].sudo().search([("uuid", "in", self.mapped("sms_uuid"))])
            messages._advance(state, because)

    def _state_of_test(self) -> dict[str, str | None]:
        """What became of an SMS that tests the setup, and why it failed."""
        sms = self.env["sms.sms"].search([("uuid", "=", self.sms_uuid), ("state", "=", "error")])
        because = self._failure_words(sms.failure_type, False) if sms else None
        return {"state": self.duebell_state, "because": because}
