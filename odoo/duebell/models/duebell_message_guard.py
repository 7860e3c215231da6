# SPDX-License-Identifier: LGPL-3.0-only
"""What nobody can have meant doesn't leave until a manager says that it is meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from odoo import fields, models
from odoo.tools import SQL

from ..sms_parts import parts_of
from .duebell_message_release import RELEASED_AT_ONCE
from .duebell_settings_guard import FEWEST, WEEKS

WARNED_BEFORE = timedelta(hours=12)
"""A warning that the law requires leaves in spite of the guard when so little is left until what it warns of."""


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    def _due_of(self, company: models.BaseModel, settings: models.BaseModel) -> DuebellMessage:
        """Of a company that is stopped, only what no stop may silence."""
        due = super()._due_of(company, settings)
        return due if not settings.guard_since else self._unsilenceable_of(company)

    def _unsilenceable_of(self, company: models.BaseModel) -> DuebellMessage:
        until = fields.Datetime.now() + WARNED_BEFORE
        required = SQL("required AND (leave_by IS NULL OR leave_by <= %s)", until)
        texts = self._room_for_texts(company)
        return self._next_of(company, RELEASED_AT_ONCE, texts, goes_first=True, which=required)

    def _admissible(self) -> DuebellMessage:
        admissible = super()._admissible()
        settings = self.env["duebell.settings"]._in_force(admissible.company_id)
        guarded = (due._within_guard(settings[company.id]) for company, due in admissible.grouped("company_id").items())
        return self.browse().union(*guarded)

    def _within_guard(self, settings: models.BaseModel) -> DuebellMessage:
        """Those of one company that leave before a limit is reached; what comes after it stops the company."""
        if settings.guard_since:
            return self.filtered(DuebellMessage._is_unsilenceable)
        bundles = list(self.grouped(lambda message: message._bundle()).values())
        places = {reason: place for reason, place in self._places(bundles, settings) if place < len(bundles)}
        if not places:
            return self
        reason = min(places, key=places.__getitem__)
        self.env["duebell.settings"]._guard(settings.company_id, reason)
        beyond = self.browse().union(*bundles[places[reason] :])
        return (self - beyond) | beyond.filtered(DuebellMessage._is_unsilenceable)

    def _is_unsilenceable(self) -> bool:
        """What the law requires waits for a manager only as long as it may."""
        return self.required and (not self.leave_by or self.leave_by <= fields.Datetime.now() + WARNED_BEFORE)

    def _places(self, bundles: Sequence[DuebellMessage], settings: models.BaseModel) -> Iterator[tuple[str, int]]:
        """For each limit the place of the first bundle beyond it."""
        tally, company = self.env["duebell.tally"], settings.company_id
        if settings.texts_per_hour:
            left = tally._texts_since(company, settings._hour_counts_from())
            yield "hour", _text_beyond(bundles, settings.texts_per_hour - left)
        if settings._day_rests():
            return
        today = fields.Date.today()
        if settings.times_usual and (usual := tally._usual(company, today, WEEKS)) is not None:
            left = tally._texts_since(company, _midnight(today))
            yield "usual", _text_beyond(bundles, max(int(settings.times_usual * usual), FEWEST) - left)
        if settings.customers_a_day:
            yield "customers", self._customer_beyond(bundles, settings)

    def _customer_beyond(self, bundles: Sequence[DuebellMessage], settings: models.BaseModel) -> int:
        of_company = [("company_id", "=", settings.company_id.id)]
        most = self.env["duebell.customer"].search_count(of_company) * settings.customers_a_day // 100
        since = ("released_at", ">=", _midnight(fields.Date.today()))
        told = self._read_group([*of_company, since, ("state", "!=", "shadow")], ["customer_id"])
        seen = {customer.id for (customer,) in told}
        for place, bundle in enumerate(bundles):
            seen.add(bundle.customer_id.id)
            if len(seen) > max(most, 1):
                return place
        return len(bundles)

    def _advance(self, state: str, because: str | None = None) -> None:  # pylint: disable=missing-return
        """What leaves for the first time is counted; what a gateway didn't take is no text more."""
        if state == "released":
            self.filtered(lambda message: message.state == "waiting" and message.channel == "sms")._tally()
        super()._advance(state, because)

    def _tally(self) -> None:
        for company, texts in self.grouped("company_id").items():
            parts = sum(parts_of(text.body or "").count for text in texts)
            self.env["duebell.tally"]._add(company.id, len(texts), parts)


def _text_beyond(bundles: Sequence[Any], room: int) -> int:
    """The place of the first text for which there is no room; what a gateway didn't take was counted before."""
    for place, bundle in enumerate(bundles):
        if bundle[0].channel == "sms" and bundle[0].state == "waiting":
            room -= 1
            if room < 0:
                return place
    return len(bundles)


def _midnight(day: Any) -> datetime:
    return datetime.combine(day, time.min)
