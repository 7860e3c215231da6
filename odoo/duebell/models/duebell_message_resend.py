# SPDX-License-Identifier: LGPL-3.0-only
"""What did not arrive goes again because a person says so."""

from __future__ import annotations

from typing import Any

from odoo import models
from odoo.exceptions import AccessError, RedirectWarning

from .duebell_message_draft import Draft

AGAIN = ("failed", "bounced", "unknown")
"""Of a message in these states a person may say that it goes again."""
REASONS_SHOWN = 5


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    def action_resend(self) -> dict[str, Any]:
        """Tells the same once more, each by a new message, to where the customer is reached today.

        Raises:
            AccessError: the person doesn't use Billing, or may not see one of the messages.

        """
        if not self.env.user.has_group("duebell.group_user"):
            raise AccessError(self.env._("Only users of Billing may send messages again."))
        self.check_access("read")
        written, reasons = self.sudo()._resend()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if reasons else "success",
                "title": self.env._("Sent again: %(again)s of %(all)s", again=len(written), all=len(self)),
                "message": " ".join(sorted(set(reasons.values()))[:REASONS_SHOWN]) or self.env._("On the way."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _resend(self) -> tuple[DuebellMessage, dict[DuebellMessage, str]]:
        """The new messages; and for each one that doesn't go again why, in plain words."""
        reasons = self._why_not_again()
        drafts: dict[DuebellMessage, Draft] = {}
        for channel, messages in self.filtered(lambda one: one not in reasons).grouped("channel").items():
            drafts.update(messages._drafts_by(channel))
        for message in self.filtered(lambda one: one not in reasons and one not in drafts):
            reasons[message] = self.env._("No rule tells this any more, or the customer was forgotten.")
        reasons |= {one: draft.recipient.because for one, draft in drafts.items() if draft.recipient.because}
        written = self._write_drafts({one: drafts[one] for one in drafts if one not in reasons}, resend=True)
        self._tell_of_resends(written)
        self.env.ref("duebell.cron_release")._trigger()
        return written, reasons

    def _why_not_again(self) -> dict[DuebellMessage, str]:
        untrue = self._untrue_since()
        resent = self.search([("resend_of_id", "in", self.ids)]).resend_of_id
        words = (
            (self.filtered(lambda message: message.state not in AGAIN), self.env._("Only what failed goes again.")),
            (resent, self.env._("It was sent again already: look at that message.")),
            (untrue, self.env._("It is no longer true.")),
        )
        return {message: because for messages, because in reversed(words) for message in messages}

    def _tell_of_resends(self, written: DuebellMessage) -> None:
        """On the timeline, in the company's language."""
        for event, messages in written.grouped("event_id").items():
            told = event.with_context(lang=event.company_id.partner_id.lang or self.env.lang)
            for message in messages.with_env(told.env):
                line = message._note_line()
                told._add_to_notes(
                    told.env._("Sent again by %(person)s. %(line)s", person=self.env.user.name, line=line)
                )

    def _refuse_again_by_hand(self) -> None:
        """Odoo's own queues would tell a customer twice, and what is no longer true.

        Raises:
            RedirectWarning: one of the messages is past its queue; leads to where it can be sent again.

        """
        if any(message.state != "released" for message in self):
            raise RedirectWarning(
                self.env._(
                    "Billing's messages are sent again in Billing, under “Failed”: by a new message, and only once."
                ),
                self.env.ref("duebell.message_failed_action").id,
                self.env._("Open Failed Messages"),
            )
