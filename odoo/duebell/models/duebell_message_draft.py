# SPDX-License-Identifier: LGPL-3.0-only
"""From events to messages: which rule, which recipient, which words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import NamedTuple
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from odoo import api, models

from .. import bulk
from ..consequences import case_of
from ..contract import Incoming
from ..hours import AllowedHours, day_begins, leaving_time
from ..recipients import Recipient, recipient_of
from ..rendering import Words, words_of
from ..wording import told_language, zone_of
from .duebell_customer_following import Linked
from .duebell_message_rule import rule_for

NAMESPACE = UUID("5f7f1c0e-5a3e-5d0c-9a55-0f6b8a3c8d11")


class Draft(NamedTuple):
    """A message to be; `hours` None: it may leave at any."""

    event: Incoming
    event_id: int
    customer: Linked
    company: models.BaseModel
    rule: models.BaseModel
    hours: AllowedHours | None
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

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.event.customer.time_zone, self.company.partner_id.tz)

    def leave_by(self) -> datetime | None:
        """When at the latest what the law requires leaves: before what it warns of takes effect."""
        if not self.rule.required:
            return None
        effective_on = self.event.effective_on
        return day_begins(effective_on, self.zone) if effective_on else self.event.notify_by

    def due_at(self, now: datetime) -> datetime:
        ready = now + timedelta(minutes=self.rule.delay_minutes)
        return leaving_time(ready, self.hours, self.zone, now, self.leave_by())


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
        candidates = self._drafts(events, ids, customers, companies)
        refusals = self._refusals(candidates)
        drafts = _chosen(candidates, refusals)
        words = self._words([draft for draft in drafts if draft.uuid not in refusals])
        rows = [self._row(draft, words.get(draft.uuid), refusals.get(draft.uuid)) for draft in drafts]
        written = bulk.insert(self, rows, ("id", "state"), unless_known=("uuid",))
        self.env["duebell.receipt"]._queue([id_ for id_, state in written if state != "waiting"])
        return {event.key for event in events} - {draft.event.key for draft in drafts}

    @api.model
    def _refusals(self, drafts: Sequence[Draft]) -> dict[str, str]:  # noqa: ARG002 - for who extends it
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
        """A draft for each channel that the rule of an event allows."""
        rules = self.env["duebell.message.rule"]._by_event()
        categories = self._categories(rules.values(), customers)
        settings = self.env["duebell.settings"]._in_force(self.env["res.company"].union(*companies.values()))
        hours_of = cache(lambda rule, company: rule._hours(settings[company.id]))
        written_in = cache(lambda rule, channel: rule._written_in(channel))
        drafts = []
        for event in events:
            company, customer = companies[event.company], customers[event.identity]
            tags = categories.get(customer.partner_id, ())
            rule = rule_for(rules, event.type, case_of(event), company.id, tags)
            if rule is None:
                continue
            for channel in rule._channels():
                lang = told_language(event.customer.language, company.partner_id.lang, written_in(rule, channel))
                recipient = self._recipient(event, rule, company, channel)
                hours = hours_of(rule, company)
                drafts.append(Draft(event, ids[event.key], customer, company, rule, hours, channel, recipient, lang))
        return drafts

    @api.model
    def _recipient(self, event: Incoming, rule: models.BaseModel, company: models.BaseModel, channel: str) -> Recipient:
        country, texts_only = company.country_id.code, rule.mode == "sms_else_email"
        return recipient_of(self.env, event.customer, channel, country, texts_only=texts_only)

    @api.model
    def _categories(
        self, rules: Iterable[models.BaseModel], customers: Mapping[tuple[str, str], Linked]
    ) -> dict[int, list[int]]:
        """The tags of each contact, by id; nothing is asked where no rule asks for a tag."""
        if not any(rule.partner_category_id for rule in rules):
            return {}
        partners = self.env["res.partner"].browse({customer.partner_id for customer in customers.values()})
        return {partner.id: sorted(partner.category_id.ids) for partner in partners}

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
        leave_by = draft.leave_by()
        return {
            "event_id": draft.event_id,
            "event_type": draft.event.type,
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
            "sms_template_id": draft.template.id if draft.channel == "sms" else None,
            "rule_id": draft.rule.id,
            "urgent": draft.rule.urgent,
            "required": draft.rule.required,
            "goes_first": draft.rule.urgent or draft.rule.required,
            "due_at": draft.due_at(datetime.now(timezone.utc)).replace(tzinfo=None, microsecond=0),
            "leave_by": leave_by and leave_by.replace(tzinfo=None, microsecond=0),
        }


def _chosen(candidates: Sequence[Draft], refusals: Mapping[str, str]) -> list[Draft]:
    """With "SMS else e-mail" the first channel by which the customer can be told; both, saying why, where he can't."""
    usable = {draft.uuid for draft in candidates if not draft.recipient.because and draft.uuid not in refusals}
    chosen: dict[str, Draft] = {}
    for draft in candidates:
        if draft.uuid in usable:
            chosen.setdefault(draft.event.key, draft)
    return [
        draft
        for draft in candidates
        if draft.rule.mode != "sms_else_email" or chosen.get(draft.event.key, draft) is draft
    ]
