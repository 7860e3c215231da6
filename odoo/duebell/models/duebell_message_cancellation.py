# SPDX-License-Identifier: LGPL-3.0-only
"""Nobody is told what is no longer true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

from odoo import api, models

from ..contract import Incoming
from ..still_true import UNTRUE_BY, denies


class Later(NamedTuple):
    """An event that may make what waits for its customer untrue; `because`: what it made of it, in plain words."""

    event: Incoming
    customer_id: int
    because: str

    def denies(self, earlier: models.BaseModel) -> bool:
        """Whether the customer's earlier event is no longer true by this one."""
        return (earlier.epoch, earlier.sequence) < self.event.place and denies(
            self.event.type, self.event.subject, earlier.type, earlier._subject()
        )


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _cancel_untrue(self, later: Sequence[Later]) -> None:
        """Cancels what waits and is no longer true by what came later."""
        by_customer: dict[int, list[Later]] = defaultdict(list)
        for one in later:
            by_customer[one.customer_id].append(one)
        because = {}
        types = {type_ for one in later for type_ in UNTRUE_BY[one.event.type]}
        for message in self._waiting_for(list(by_customer), types):
            reasons = [one.because for one in by_customer[message.customer_id.id] if one.denies(message.event_id)]
            if reasons:
                because[message] = reasons[0]
        for reason, messages in self.browse(message.id for message in because).grouped(because.__getitem__).items():
            messages._advance("superseded", reason)
            messages.event_id._add_to_notes(reason)

    @api.model
    def _waiting_for(self, customer_ids: list[int], types: Collection[str]) -> DuebellMessage:
        """In the outbox, or queued before and surely not sent."""
        unsent = ["|", ("state", "=", "waiting"), "&", ("state", "=", "released"), ("retry_at", "!=", False)]
        return self.search([*unsent, ("customer_id", "in", customer_ids), ("event_id.type", "in", list(types))])
