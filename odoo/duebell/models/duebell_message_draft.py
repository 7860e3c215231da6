# SPDX-License-Identifier: LGPL-3.0-only
"""From events to messages: which rule, which recipient, which words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID, uuid5

from odoo import api, models

from .. import bulk
from ..consequences import case_of
from ..contract import Incoming
from ..recipients import Recipient, recipient_of
from ..rendering import Words, words_of
from ..wording import odoo_language
from .duebell_customer_following import Linked
from .duebell_message_rule import rule_for

NAMESPACE = UUID("5f7f1c0e-5a3e-5d0c-9a55-0f6b8a3c8d11")


class Draft(NamedTuple):
    """A message to be."""

    event: Incoming
    event_id: int
    customer: Linked
    company: models.BaseModel
    rule: models.BaseModel
    channel: str
    recipient: Recipient
    lang: str

    @property
    def template(self) -> models.BaseModel:
        return self.rule._template(self.channel)

    @property
    def uuid(self) -> str:
        """The same for the same message whenever it is drafted; 32 hex digits, as SMS gateways report it back."""
        return uuid5(NAMESPACE, f"{self.event.key}/{self.channel}/{self.recipient.address}").hex


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _queue(
        self,
        events: Sequence[Incoming],
        ids: Mapping[str, int],
        customers: Mapping[tuple[str, str], Linked],
        companies: Mapping[str | None, models.BaseModel],
    ) -> set[str]:
        """Drafts and writes the messages of these events, each in the customer's language.

        One that can't be told is written as failed, one that must not be told as cancelled. Returns the keys of the
        events for which there is no rule.
        """
        drafts = self._drafts(events, ids, customers, companies)
        refusals = self._refusals(drafts)
        words = self._words([draft for draft in drafts if draft.uuid not in refusals])
        rows = [self._row(draft, words.get(draft.uuid), refusals.get(draft.uuid)) for draft in drafts]
        written = bulk.insert(self, rows, ("id", "state"), unless_known=("uuid",))
        self.env["duebell.receipt"]._queue([id_ for id_, state in written if state != "waiting"])
        return {event.key for event in events} - {draft.event.key for draft in drafts}

    @api.model
    def _refusals(self, drafts: Sequence[Draft]) -> dict[str, str]:
        """Why a draft must not be sent, in plain words, by its uuid; those left out may be. For addons to extend.

        All drafts of a call come at once: ask the database once for all of them, not for each.
        """
        return {}

    @api.model
    def _drafts(
        self,
        events: Sequence[Incoming],
        ids: Mapping[str, int],
        customers: Mapping[tuple[str, str], Linked],
        companies: Mapping[str | None, models.BaseModel],
    ) -> list[Draft]:
        rules = self.env["duebell.message.rule"]._by_event()
        installed = tuple(code for code, _name in self.env["res.lang"].get_installed())
        drafts = []
        for event in events:
            company = companies[event.company]
            rule = rule_for(rules, event.type, case_of(event), company.id)
            if rule is None:
                continue
            lang = odoo_language(event.customer.language, installed) or company.partner_id.lang or "en_US"
            for channel in rule._channels():
                recipient = recipient_of(self.env, event.customer, channel, company.country_id.code)
                customer = customers[event.identity]
                drafts.append(Draft(event, ids[event.key], customer, company, rule, channel, recipient, lang))
        return drafts

    @api.model
    def _words(self, drafts: Sequence[Draft]) -> dict[str, Words]:
        """The text of each draft that has a recipient, by its uuid: all events of a template and language at once."""
        groups: dict[tuple[models.BaseModel, str], list[Draft]] = defaultdict(list)
        for draft in drafts:
            if not draft.recipient.because:
                groups[draft.template, draft.lang].append(draft)
        words = {}
        for (template, lang), group in groups.items():
            by_event = words_of(template, [draft.event_id for draft in group], lang)
            words.update((draft.uuid, by_event[draft.event_id]) for draft in group)
        return words

    def _row(self, draft: Draft, words: Words | None, refusal: str | None) -> bulk.Row:
        failure = draft.recipient.because or (words and words.because)
        return {
            "event_id": draft.event_id,
            "customer_id": draft.customer.id,
            "company_id": draft.company.id,
            "channel": draft.channel,
            "recipient": draft.recipient.address,
            "uuid": draft.uuid,
            "state": "cancelled" if refusal else "failed" if failure else "waiting",
            "because": refusal or failure,
            "lang": draft.lang,
            "subject": words and words.subject,
            "body": words and words.body,
            "mail_template_id": draft.template.id if draft.channel == "email" else None,
        }
