# SPDX-License-Identifier: LGPL-3.0-only
"""What failed is told to a person: the salesperson, else the company's billing manager; once a customer and day."""

from __future__ import annotations

from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ..reasons import reason_of

FAILURES = ("failed", "bounced", "unknown")
"""Of these a person has to know; what is unknown may have arrived, and never goes by another channel."""
AT_ONCE = 500
MANY = 20
"""When so many contacts fail for one reason, it lies with no contact: one person is asked, once."""


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    unattended = fields.Boolean(readonly=True, help="It failed, and nobody was asked to look yet.")

    _unattended = models.Index("(id) WHERE unattended")
    _failed = models.Index("(id) INCLUDE (company_id) WHERE state IN ('failed', 'bounced', 'unknown')")

    @api.model
    def _note_failures(self, message_ids: list[int]) -> None:
        """Those of the messages that failed are to be looked after by the cron: here, within a call, time is short."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                "UPDATE duebell_message SET unattended = TRUE WHERE id = ANY(%s) AND state = ANY(%s)",
                message_ids,
                list(FAILURES),
            )
        )
        self.invalidate_model(["unattended"])

    @api.model
    def _attend_failures(self) -> None:
        """The cron."""
        attended = self._attend_some()
        left = self.search_count([("unattended", "=", True)], limit=AT_ONCE)
        self.env["ir.cron"]._commit_progress(attended, remaining=left)

    @api.model
    def _attend_some(self) -> int:
        """Sees to the oldest failures that nobody has seen to; returns how many."""
        self.flush_model()
        query = SQL(
            "SELECT id FROM duebell_message WHERE unattended ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED", AT_ONCE
        )
        failed = self.browse(id_ for (id_,) in self.env.execute_query(query))
        still = failed.filtered(lambda message: message.state in FAILURES)
        (still - still._fall_back())._ask_people()
        failed.unattended = False
        return len(failed)

    def _fall_back(self) -> DuebellMessage:
        """Writes an e-mail for each SMS whose rule says "SMS, else e-mail"; returns those that now go by it."""
        drafts = {
            message: draft
            for message, draft in (self._surely_untold("sms") - self._untrue_since())._drafts_by("email").items()
            if draft.rule.mode == "sms_else_email" and not draft.recipient.because
        }
        emails = self._write_drafts(drafts, resend=False)
        for email in emails:
            email.event_id._add_to_notes(email._note_line())
        leaving = emails.filtered(lambda email: email.state == "waiting").event_id
        return self.browse(message.id for message in drafts if message.event_id in leaving)

    def _surely_untold(self, channel: str) -> DuebellMessage:
        """Those that reached nobody: they failed, or were cancelled before they left."""
        return self._of(channel).filtered(lambda message: message.state in ("failed", "bounced", "cancelled"))

    def _ask_people(self) -> None:
        """Makes an activity on each contact; of what fails so many for one reason, one on the company."""
        lines: dict[tuple[models.BaseModel, models.BaseModel], list[str]] = defaultdict(list)
        for company, of_company in self.grouped("company_id").items():
            spoken = of_company.with_context(lang=company.partner_id.lang or self.env.lang)
            for because, messages in spoken.grouped(lambda message: reason_of(message.because or "")).items():
                if len(messages.partner_id) > MANY:
                    lines[company.partner_id, company].append(messages._failure_of_many(because))
                    continue
                for message in messages:
                    lines[message.partner_id, company].append(message._failure_line())
        self.env["mail.activity"]._ask_about_messages(lines)

    def _failure_line(self) -> str:
        event, because = self.event_id.display_name, self.because or ""
        if not self.recipient:
            return f"{event}: {because}"
        if self.state == "unknown":
            words = self.env._("%(event)s: nobody knows whether %(recipient)s got it. %(because)s")
        elif self.channel == "sms":
            words = self.env._("%(event)s: the SMS to %(recipient)s did not arrive. %(because)s")
        else:
            words = self.env._("%(event)s: the e-mail to %(recipient)s did not arrive. %(because)s")
        return words % {"event": event, "recipient": self.recipient, "because": because}

    def _failure_of_many(self, because: str) -> str:
        if all(message.state == "unknown" for message in self):
            words = self.env._(
                "Nobody knows whether %(messages)s messages to %(contacts)s contacts arrived. %(because)s"
            )
        else:
            words = self.env._("%(messages)s messages to %(contacts)s contacts did not arrive. %(because)s")
        return words % {"messages": len(self), "contacts": len(self.partner_id), "because": because}
