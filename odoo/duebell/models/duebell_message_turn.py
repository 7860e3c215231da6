# SPDX-License-Identifier: LGPL-3.0-only
"""Whose turn it is: how many messages of a company leave now, and which of them first."""

from __future__ import annotations

from odoo import api, fields, models
from odoo.tools import SQL

from .duebell_message_release import RELEASED_AT_ONCE

SECONDS_QUEUED = 60
"""So long a gateway takes, at its pace, for what it is owed at most: until then nothing can be held back any more. The
cron comes once a minute."""


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    _due = models.Index("(company_id, goes_first, channel, due_at, id) WHERE state = 'waiting'")

    @api.model
    def _due_of(self, company: models.BaseModel, settings: models.BaseModel) -> DuebellMessage:
        """What is urgent or required by law, then the rest, as much as the company's rate and its gateway's allow."""
        left, texts = self._allowance(company, settings.rate_per_minute), self._room_for_texts(company)
        first = self._next_of(company, left, texts, goes_first=True)
        rest = self._next_of(company, left - len(first), texts - len(first._of("sms")), goes_first=False)
        return first | rest

    @api.model
    def _next_of(
        self, company: models.BaseModel, left: int, texts: int, *, goes_first: bool, which: SQL | None = None
    ) -> DuebellMessage:
        """What was tried before, then what waits, each the oldest first; `texts`: no more of them than that."""
        now = fields.Datetime.now()
        of_company = SQL("company_id = %s AND %s", company.id, which or SQL("TRUE"))
        tried = SQL("state = 'released' AND retry_at <= %s AND COALESCE(goes_first, FALSE) = %s", now, goes_first)
        waits = SQL("state = 'waiting' AND due_at <= %s AND goes_first = %s", now, goes_first)
        alone = SQL("%s AND merged_into_id IS NULL", waits)
        again = self._locked(SQL("%s AND %s", of_company, tried), SQL("retry_at"), left, texts)
        left, texts = left - len(again), texts - len(again._of("sms"))
        return again | self._locked(SQL("%s AND %s", of_company, alone), SQL("due_at"), left, texts)

    @api.model
    def _allowance(self, company: models.BaseModel, rate: int) -> int:
        """How many the company may still release in this minute of the clock; rate 0: no limit but that of a run."""
        if not rate:
            return RELEASED_AT_ONCE
        minute = fields.Datetime.now().replace(second=0)
        released = [("company_id", "=", company.id), ("released_at", ">=", minute)]
        return min(max(rate - self.search_count(released), 0), RELEASED_AT_ONCE)

    @api.model
    def _room_for_texts(self, company: models.BaseModel) -> int:
        """How many texts may join those that the company's own gateway has still to take."""
        gateway = self.env["duebell.gateway"].sudo()._of(company)
        if not gateway:
            return RELEASED_AT_ONCE
        most = max(int(SECONDS_QUEUED * gateway.per_second), 1)
        return max(most - self._queued_texts(company), 0)

    @api.model
    def _queued_texts(self, company: models.BaseModel) -> int:
        """The company's texts in Odoo's queue, other addons' too."""
        for model in ("duebell.message", "sms.sms", "mail.message"):
            self.env[model].flush_model()
        query = SQL(
            """
            SELECT count(*)
              FROM sms_sms q
              LEFT JOIN duebell_message m ON m.uuid = q.uuid
              LEFT JOIN mail_message n ON n.id = q.mail_message_id
             WHERE q.state = 'outgoing' AND q.to_delete IS NOT TRUE
               AND COALESCE(m.company_id, n.record_company_id) = %s
            """,
            company.id,
        )
        return int(self.env.execute_query(query)[0][0])

    @api.model
    def _locked(self, condition: SQL, order: SQL, limit: int, texts: int = RELEASED_AT_ONCE) -> DuebellMessage:
        """The first messages of the condition that no other transaction has in hand; `texts`: no more of them."""
        self.flush_model()
        firsts = [
            SQL(
                "(SELECT id FROM duebell_message WHERE %s AND channel = %s ORDER BY %s, id LIMIT %s)",
                condition,
                channel,
                order,
                min(limit, most),
            )
            for channel, most in (("sms", texts), ("email", limit))
        ]
        query = SQL(
            "SELECT id FROM duebell_message WHERE id IN (%s) ORDER BY %s, id LIMIT %s FOR UPDATE SKIP LOCKED",
            SQL(" UNION ALL ").join(firsts),
            order,
            limit,
        )
        return self.browse(id_ for (id_,) in self.env.execute_query(query))
