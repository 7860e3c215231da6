# SPDX-License-Identifier: LGPL-3.0-only
"""What customers answer: who wants no more texts gets none."""

from __future__ import annotations

import re
from typing import Any

from odoo import fields, models
from odoo.tools import SQL

from ..own_gateway import Reply, ReplyReading, is_stop, replies_of
from ..recipients import callable_number

CONTACTS_NOTED = 10
LONGEST_ANSWER = 40
"""Letters of an answer that are shown."""
LAST_DIGITS = 7
"""By which numbers are found that are written in some other way."""
STOP_WORDS = (
    "STOP END CANCEL UNSUBSCRIBE QUIT"
    " BAJA PARAR CANCELAR"
    " ARRET DESABONNER"
    " STOPP ABMELDEN ABBESTELLEN"
    " СТОП ВІДПИСАТИСЯ"
    " إيقاف توقف إلغاء"
)
"""In the languages that the addon speaks: English, Spanish, French, German, Ukrainian, Arabic."""


class DuebellGateway(models.Model):
    _inherit = "duebell.gateway"  # pylint: disable=consider-merging-classes-inherited

    replies_path = fields.Char("List of Answers", help="Where it is if it tells several at once, like results.")
    reply_number_path = fields.Char("From Which Number", default="from")
    reply_text_path = fields.Char("In Which Words", default="text")
    stop_words = fields.Char(
        default=STOP_WORDS,
        help="Who answers with one of them gets no more texts: the number is put on Odoo's phone blacklist.",
    )

    def _take_replies(self, data: Any) -> bool:
        """Puts the numbers of those who want no more texts on Odoo's blacklist; whether any answer has a number."""
        reading = ReplyReading(self.replies_path or "", self.reply_number_path or "", self.reply_text_path or "")
        replies = list(replies_of(data, reading))
        for reply in replies:
            if is_stop(reply.text, self.stop_words or ""):
                self._take_stop(reply)
        return any(reply.number for reply in replies)

    def _take_stop(self, reply: Reply) -> None:
        number = self._number_of(reply.number)
        if not number:
            self._ask_whose(reply)
        elif not self._is_blacklisted(number):
            said = reply.text[:LONGEST_ANSWER]
            self.env["phone.blacklist"]._add([number], message=self.env._("Answered a text with “%s”.", said))
            self._note_stop(number)

    def _number_of(self, number: str) -> str | None:
        """In E.164. Of two numbers that it may mean, the one that is a customer's; None: it can't be told."""
        readings = self._readings(number)
        if len(readings) > 1:
            readings &= self._numbers_of_customers(number)
        return readings.pop() if len(readings) == 1 else None

    def _readings(self, number: str) -> set[str]:
        """What the number may be: gateways leave the plus out, or tell a number as it is dialled in their country."""
        plain = number.strip()
        bare = re.fullmatch(r"[1-9][0-9]+", plain)
        written = {plain, f"+{plain}"} if bare else {plain}
        found = {callable_number(one, self.company_id.country_id.code) for one in written}
        return {one for one in found if one}

    def _numbers_of_customers(self, number: str) -> set[str]:
        """Of the company's customers, as far as they end like this one."""
        query = SQL(
            "SELECT phone FROM duebell_customer WHERE company_id = %s AND regexp_replace(phone, %s, '', 'g') LIKE %s",
            self.company_id.id,
            r"\D",
            f"%{re.sub(r'[^0-9]', '', number)[-LAST_DIGITS:]}",
        )
        country = self.company_id.country_id.code
        found = {callable_number(phone, country) for (phone,) in self.env.execute_query(query)}
        return {one for one in found if one}

    def _is_blacklisted(self, number: str) -> bool:
        return bool(self.env["phone.blacklist"].search_count([("number", "=", number)], limit=1))

    def _note_stop(self, number: str) -> None:
        contacts = self.env["res.partner"].search([("phone_sanitized", "=", number)], limit=CONTACTS_NOTED)
        for contact in contacts:
            spoken = self.with_context(lang=self.company_id.partner_id.lang).env
            contact._message_log(body=spoken._("Wants no more texts to %s: answered STOP.", number))

    def _ask_whose(self, reply: Reply) -> None:
        """A person has to find out who wants no more texts."""
        company = self.company_id
        spoken = self.with_context(lang=company.partner_id.lang or self.env.lang).env
        line = spoken._(
            "“%(text)s” was answered from “%(number)s”, and it can't be told whose number that is: find the customer,"
            " and put the number on the phone blacklist.",
            text=reply.text[:LONGEST_ANSWER],
            number=reply.number,
        )
        self.env["mail.activity"]._ask_whose_stop(company, line)
