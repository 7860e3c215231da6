# SPDX-License-Identifier: LGPL-3.0-only
"""No customer gets more than so many messages a day; what is more waits until the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from odoo import fields, models

from ..hours import day_begins
from .duebell_message_due import aware

LONGEST_DAY = timedelta(hours=25)
TOLD = ("released", "sent", "delivered", "unknown")
"""States in which the customer was told, is being told, or may have been."""


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    def _within_caps(self, bundles: Sequence[DuebellMessage]) -> list[DuebellMessage]:
        """The bundles that may leave today; those of the others are due tomorrow. A bundle counts as one message.

        Nothing that the law requires is held back, but it counts. What a gateway did not take has its place already.
        """
        settings = self.env["duebell.settings"]._in_force(self.company_id)
        caps = {company_id: one.daily_cap for company_id, one in settings.items()}
        capped = [bundle for bundle in bundles if caps[bundle.company_id.id]]
        told = self._told_today(capped)
        leaving = []
        for bundle in bundles:
            cap, whom = caps[bundle.company_id.id], bundle[0]._whom()
            if bundle[0].retry_at:
                leaving.append(bundle)
            elif cap and told[whom] >= cap and not bundle[0].required:
                bundle._postpone_until_tomorrow()
            else:
                told[whom] += 1
                leaving.append(bundle)
        return leaving

    def _told_today(self, bundles: Sequence[DuebellMessage]) -> Counter[tuple[int, str]]:
        """How many messages have left for each customer today, where he is, or go again with these, by `_whom`."""
        zones = {bundle.customer_id.id: bundle[0]._zone() for bundle in bundles}
        if not zones:
            return Counter()
        now = fields.Datetime.now()
        since = [("customer_id", "in", list(zones)), ("released_at", ">", now - LONGEST_DAY), ("state", "in", TOLD)]
        left = self.search_fetch(since, ["customer_id", "channel", "released_at"])
        today = left.filtered(
            lambda message: _day(message.released_at, zone := zones[message.customer_id.id]) == _day(now, zone)
        )
        again = self.browse(bundle[0].id for bundle in bundles if bundle[0].retry_at)
        return Counter(message._whom() for message in today | again)

    def _whom(self) -> tuple[int, str]:
        """Customer's id and channel: the cap is for each by itself."""
        return self.customer_id.id, self.channel

    def _postpone_until_tomorrow(self) -> None:
        """Until the first allowed hour of the customer's next day; what is urgent too: nobody wants it at midnight."""
        now, because = fields.Datetime.now(), self.env._("Waits: the customer was told enough for a day.")
        settings = self.env["duebell.settings"]._in_force(self.company_id)
        for message in self:
            zone = message._zone()
            tomorrow = day_begins(_day(now, zone) + timedelta(days=1), zone)
            hours = message._allowed_hours(settings[message.company_id.id])
            message._postpone(hours.next(tomorrow, zone).replace(tzinfo=None), because)


def _day(moment: datetime, zone: ZoneInfo) -> date:
    """Of the zone's calendar, at a naive moment in UTC."""
    return aware(moment).astimezone(zone).date()
