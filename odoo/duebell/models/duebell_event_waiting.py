# SPDX-License-Identifier: LGPL-3.0-only
"""Events of customers of whom nobody has said which contact they are: kept until somebody does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from odoo import api, models

from ..contract import Incoming
from .duebell_event_contract import Result, _refused


class DuebellEvent(models.Model):
    _inherit = "duebell.event"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _kept(
        self,
        fresh: Sequence[Incoming],
        entries: Sequence[dict[str, Any]],
        companies: Mapping[str | None, models.BaseModel],
        *,
        all_strangers: bool,
    ) -> dict[str, Result]:
        """The results of those that wait: of customers who are no contact's, or of the ignored ones among them."""
        if not fresh:
            return {}
        unlinked = self.env["duebell.stranger"]._unlinked(fresh)
        ignored = {identity for identity, stranger in unlinked.items() if stranger.state == "ignored"}
        candidates = fresh if all_strangers else [event for event in fresh if event.identity in ignored]
        if not candidates:
            return {}
        company_ids = {name: company.id for name, company in companies.items()}
        unmatched = self.env["duebell.customer"]._unmatched(candidates, company_ids)
        waiting = [event for event in candidates if event.identity in unmatched]
        if not waiting:
            return {}
        by_key = {entry["key"]: entry for entry in entries}
        strangers = self.env["duebell.stranger"]._keep(waiting, by_key, company_ids, unlinked)
        return {event.key: _waits(strangers[event.identity].id, already=False) for event in waiting}

    @api.model
    def _settled(self, incoming: Sequence[Incoming]) -> dict[str, Result]:
        """Also of those that wait."""
        waiting = self.env["duebell.waiting.event"]._of_events([event.event_id for event in incoming])
        results = super()._settled(incoming)
        for event in incoming:
            if row := waiting.get(event.key):
                results[event.key] = (
                    _waits(row.stranger_id.id, already=True)
                    if row.content_hash == event.content_hash
                    else _refused(
                        self.env._("id: waits here with other content: the first is kept; give this one its own id")
                    )
                )
        return results

    @api.model
    def _take(self, fresh: Sequence[Incoming], companies: Mapping[str | None, models.BaseModel]) -> dict[str, Result]:
        """After the events that have waited for the same customers, who are known from now on."""
        strangers = self.env["duebell.stranger"].union(*self.env["duebell.stranger"]._unlinked(fresh).values())
        if not strangers:
            return super()._take(fresh, companies)
        strangers._leave("linked")
        kept = strangers.waiting_ids.sorted("id")
        waited = kept._read_again()
        theirs = {company.name: company for company in kept.company_id}
        kept.unlink()
        results = super()._take([*waited, *fresh], {**theirs, **companies})
        return {event.key: results[event.key] for event in fresh}

    @api.model
    def known(self, keys: list[str]) -> dict[str, list[str]]:
        """Also those that wait: they are here."""
        effective = set(super().known(keys)["known"])
        waiting = self.env["duebell.waiting.event"].sudo()._of_events([key.partition("/")[0] for key in keys])
        return {"known": [key for key in keys if key in effective or key in waiting]}

    @api.model
    def forget(self, environment: str, external_id: str) -> dict[str, Any]:
        """Also removes what waits of the customer: nothing of it ever took effect."""
        answer = super().forget(environment, external_id)
        strangers = self.env["duebell.stranger"].sudo()
        stranger = strangers.search([("environment", "=", environment), ("external_id", "=", external_id)])
        events = answer["events"] + stranger.waiting_count
        found = answer["found"] or bool(stranger)
        stranger.unlink()
        return {**answer, "found": found, "events": events}


def _waits(stranger_id: int, *, already: bool) -> Result:
    return {
        "outcome": "provisioned",
        "already": already,
        "reference": f"duebell.stranger,{stranger_id}",
        "link": f"/odoo/billing-to-link/{stranger_id}",
        "told": [],
        "untold": "unmatched",
    }
