# SPDX-License-Identifier: LGPL-3.0-only
"""When a message leaves: at hours that are allowed where the customer is, unless it is urgent."""

from __future__ import annotations

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from odoo import fields, models

from ..hours import AllowedHours, leaving_time
from ..wording import zone_of


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    rule_id = fields.Many2one("duebell.message.rule", readonly=True, ondelete="set null")
    urgent = fields.Boolean(readonly=True, help="Leaves at any hour, and first.")
    required = fields.Boolean("Required By Law", readonly=True, help="Nothing holds it back.")
    goes_first = fields.Boolean(readonly=True, help="Urgent, or required by law: leaves before the others.")
    due_at = fields.Datetime("Leaves From", readonly=True, default=fields.Datetime.now, help="It leaves no earlier.")
    leave_by = fields.Datetime(readonly=True, help="What the law requires leaves before this, at whatever hour.")

    _released = models.Index("(released_at) WHERE released_at IS NOT NULL")
    _unreleased = models.Index("(create_date) WHERE released_at IS NULL")

    def _admissible(self) -> DuebellMessage:
        """Hours are looked at again: what was held, or queued behind many others, may come out of it at night."""
        admissible = super()._admissible()
        return admissible - admissible._postpone_until_allowed()

    def _postpone_until_allowed(self) -> DuebellMessage:
        """Makes those due later that may not leave at this hour, and returns them."""
        now = fields.Datetime.now()
        moments = self._leaving_times(now)
        early = self.filtered(lambda message: moments[message] > now)
        for moment, messages in early.grouped(moments.__getitem__).items():
            messages._postpone(moment)
        return early

    def _leaving_times(self, ready: datetime) -> dict[DuebellMessage, datetime]:
        """When each may leave that is ready at a moment; moments are naive in UTC, as Odoo has them."""
        settings = self.env["duebell.settings"]._in_force(self.company_id)
        return {message: message._leaving_time(ready, settings[message.company_id.id]) for message in self}

    def _leaving_time(self, ready: datetime, settings: models.BaseModel) -> datetime:
        if self.urgent:
            return ready
        moment, leave_by = aware(ready), self.leave_by and aware(self.leave_by)
        hours = self._allowed_hours(settings)
        return leaving_time(moment, hours, self._zone(), moment, leave_by).replace(tzinfo=None)

    def _allowed_hours(self, settings: models.BaseModel) -> AllowedHours:
        """Those of its rule, if that has any of its own, else the company's."""
        return (self.rule_id if self.rule_id.own_hours else settings)._allowed_hours()

    def _zone(self) -> ZoneInfo:
        """On whose clocks the customer lives; the company's where billing doesn't tell."""
        return zone_of(self.customer_id.time_zone, self.company_id.partner_id.tz)

    def _postpone(self, moment: datetime, because: str | None = None) -> None:
        """Makes them due later: what waits, and what a gateway did not take."""
        self.filtered(lambda message: message.state == "waiting").write({"due_at": moment, "because": because})
        again = {"retry_at": moment, **({"because": because} if because else {})}
        self.filtered(lambda message: message.state == "released").write(again)


def aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=timezone.utc)
