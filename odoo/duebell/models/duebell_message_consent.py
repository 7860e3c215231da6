# SPDX-License-Identifier: LGPL-3.0-only
"""Nobody is told what he doesn't want to be told, unless the law requires it; looked at when a message is drafted, and
again when it leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from odoo import api, models
from odoo.tools import SQL

from ..consent import Consent, Telling
from .duebell_message_draft import Draft

Key = TypeVar("Key")


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _refusals(self, drafts: Sequence[Draft]) -> dict[str, str]:
        optional = {
            draft.uuid: Telling(
                draft.customer.partner_id, draft.customer.id, draft.event.type, draft.channel, draft.recipient.address
            )
            for draft in drafts
            if not draft.rule.required
        }
        return {**self._unwanted(optional), **super()._refusals(drafts)}

    def _admissible(self) -> DuebellMessage:
        admissible = super()._admissible()
        optional = admissible.filtered(lambda message: not message.required)
        because = self._unwanted({one: one._telling(one.channel, one.recipient) for one in optional})
        unwanted = self.browse(message.id for message in because)
        for reason, messages in unwanted.grouped(because.__getitem__).items():
            messages._advance("cancelled", reason)
            messages.event_id._add_to_notes(reason)
        self._tell_otherwise(because)
        return admissible - unwanted

    def _telling(self, channel: str, address: str | bool) -> Telling:
        return Telling(self.partner_id.id, self.customer_id.id, self.event_id.type, channel, address or "")

    @api.model
    def _tell_otherwise(self, because: Mapping[DuebellMessage, str]) -> None:
        """Of texts that must not leave, by why: an e-mail where the rule says so, unless nobody may be told at all."""
        texts = [message for message in because if message.channel == "sms"]
        anyway = self._unwanted({message: message._telling("email", "") for message in texts})
        self.browse(message.id for message in texts if anyway.get(message) != because[message])._fall_back()

    @api.model
    def _unwanted(self, tellings: Mapping[Key, Telling]) -> dict[Key, str]:
        """Why those that must not be told must not, by what they are given by."""
        if not tellings:
            return {}
        consent = self._consent([*tellings.values()])
        reasons = {key: consent.refusal(self.env, telling) for key, telling in tellings.items()}
        return {key: reason for key, reason in reasons.items() if reason}

    @api.model
    def _consent(self, tellings: Sequence[Telling]) -> Consent:
        partner_ids = {telling.partner_id for telling in tellings}
        optouts = self.env["duebell.optout"].search_fetch(
            [("partner_id", "in", list(partner_ids))], ["partner_id", "topic", "channel"]
        )
        return Consent(
            optouts={(optout.partner_id.id, optout.topic, optout.channel) for optout in optouts},
            barred=self._barred(tellings, "sms") | self._barred(tellings, "email"),
            rests=self.env["duebell.rest"]._in_force({telling.customer_id for telling in tellings}),
        )

    @api.model
    def _barred(self, tellings: Sequence[Telling], channel: str) -> set[str]:
        """Of the channel's numbers or addresses, those on Odoo's blacklist. Ours are in its form already: asking by SQL
        saves parsing each again."""
        model, name = ("phone.blacklist", "number") if channel == "sms" else ("mail.blacklist", "email")
        wanted = {telling.address for telling in tellings if telling.channel == channel and telling.address}
        if not wanted:
            return set()
        blacklist = self.env[model]
        blacklist.flush_model()
        column = SQL.identifier(name)
        query = SQL(
            "SELECT %s FROM %s WHERE active AND %s = ANY(%s)",
            column,
            SQL.identifier(blacklist._table),
            column,
            list(wanted),
        )
        return {address for (address,) in self.env.execute_query(query)}
