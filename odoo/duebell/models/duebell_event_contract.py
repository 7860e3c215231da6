# SPDX-License-Identifier: LGPL-3.0-only
"""The methods that the service calls while it delivers; docs/contract.md is the law."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..contract import MAX_EVENTS, VERSIONS, Incoming, Known, MalformedCall, Refused, key_of, read
from ..still_true import UNTRUE_BY
from ..wording import decimals_of
from .duebell_customer_following import Linked
from .duebell_event_timeline import outcome_line
from .duebell_message_cancellation import Later

GROUP = "duebell.group_integration"
RECEIPTS_AT_ONCE = 1000
UNMATCHED = ("create", "refuse", "wait")
"""What may become of events whose customer is no contact's yet: a contact is made, as ever, the event is refused, or it
waits until somebody says who the customer is."""
REPORT_WITHIN_DAYS = 3
"""How long a report may still change a message that was sent, or of which that is unknown."""

Result = dict[str, Any]


class DuebellEvent(models.Model):
    _inherit = "duebell.event"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def ingest(
        self, contract: int, events: list[dict[str, Any]], terms: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Makes the events effective, each once, in the order given; answers for each key.

        `terms`: who sends them, which database is meant, and whether nobody may be told now. Where it isn't so here,
        all are refused. With `unmatched`, events of customers whom no contact is found for are refused singly, or wait.

        Raises:
            AccessError: the caller is not the integration.
            UserError: the call itself is malformed; nothing of it is kept.

        """
        self._check_caller()
        refused = self._refused_by_terms(terms or {}) if events else None
        return refused or self._ingest(contract, events, (terms or {}).get("unmatched") or UNMATCHED[0])

    @api.model
    def _ingest(self, contract: int, events: list[dict[str, Any]], unmatched: str = UNMATCHED[0]) -> dict[str, Any]:
        """Whoever is paired with this database."""
        if unmatched not in UNMATCHED:
            raise UserError(self.env._("terms.unmatched: must be one of %s.", ", ".join(UNMATCHED)))
        if contract not in VERSIONS:
            because = self.env._("This addon speaks version %s of the contract.", ", ".join(map(str, VERSIONS)))
            return {"refused": "contract", "because": because, "contracts": list(VERSIONS)}
        companies = self._companies()
        incoming, results = self._read(events, companies)
        # Whatever context a caller sends along, it decides nothing here.
        addon = self.sudo().with_context({"lang": companies[None].partner_id.lang})  # pylint: disable=context-overridden
        known = addon._settled(incoming)
        results.update(known)
        fresh = [event for event in incoming if event.key not in known]
        results.update(addon._kept(fresh, events, companies, all_strangers=unmatched == "wait"))
        fresh = [event for event in fresh if event.key not in results]
        if unmatched == "refuse":
            results.update(addon._refused_strangers(fresh, companies))
            fresh = [event for event in fresh if event.key not in results]
        if fresh:
            results.update(addon._take(fresh, companies))
        return {"results": results}

    @api.model
    def receipts(self, acknowledged: list[int]) -> dict[str, Any]:
        """Forgets the receipts that the caller has stored, and tells the next; `open` messages may still change."""
        self._check_caller()
        receipts = self.env["duebell.receipt"].sudo()
        receipts.browse(acknowledged).exists().unlink()
        since = fields.Datetime.now() - timedelta(days=REPORT_WITHIN_DAYS)
        may_change = [
            "|",
            ("state", "in", ("waiting", "released")),
            *("&", "&", ("channel", "=", "sms"), ("state", "in", ("sent", "unknown")), ("released_at", ">", since)),
        ]
        return {
            "receipts": receipts.search([], limit=RECEIPTS_AT_ONCE)._as_told(),
            "open": self.env["duebell.message"].sudo().search_count(may_change),
        }

    def _check_caller(self) -> None:
        if not self.env.user.has_group(GROUP):
            raise AccessError(
                self.env._(
                    "Only users of the group “Billing Integration” may do this: use a key of the user “duebell”."
                )
            )

    @api.model
    def _companies(self) -> dict[str | None, models.BaseModel]:
        """By the name that an event may give; none given: the caller's company."""
        return {
            None: self.env.company.sudo(),
            **{company.name: company for company in self.env.user.company_ids.sudo()},
        }

    @api.model
    def _read(
        self, events: list[dict[str, Any]], companies: Mapping[str | None, models.BaseModel]
    ) -> tuple[list[Incoming], dict[str, Result]]:
        """What can be used, and the results of what can't."""
        if not isinstance(events, list) or len(events) > MAX_EVENTS:
            raise UserError(self.env._("events: must be a list of at most %s.", MAX_EVENTS))
        currencies = self.env["duebell.customer"].sudo()._currencies()
        known = Known([*filter(None, companies)], lambda code: decimals_of(code) if code in currencies else None)
        incoming: dict[str, Incoming] = {}
        results: dict[str, Result] = {}
        for entry in events:
            try:
                key = key_of(entry)
            except MalformedCall as error:
                raise UserError(str(error)) from None
            try:
                event = read(entry, known)
            except Refused as error:
                results[key] = _refused(str(error))
                continue
            if incoming.setdefault(key, event).content_hash != event.content_hash:
                results[key] = _refused(
                    "key: comes twice in one call with different content: give each content its own id"
                )
        return [event for key, event in incoming.items() if key not in results], results

    @api.model
    def _settled(self, incoming: Sequence[Incoming]) -> dict[str, Result]:
        """Results of those that were effective before; the same id and replay with other content is refused."""
        rows = self.search_fetch(
            [("event_id", "in", [event.event_id for event in incoming])],
            ["event_id", "replay", "content_hash", "untold"],
        )
        known = {f"{event.event_id}/{event.replay}": event for event in rows}
        results = {}
        for event in incoming:
            if recorded := known.get(event.key):
                results[event.key] = (
                    recorded._provisioned(already=True)
                    if recorded.content_hash == event.content_hash
                    else _refused(
                        "id: was recorded before with other content: the first is kept; give this one its own id"
                    )
                )
        return results

    @api.model
    def _refused_strangers(
        self, events: Sequence[Incoming], companies: Mapping[str | None, models.BaseModel]
    ) -> dict[str, Result]:
        """The results of those whose customer is no contact's."""
        company_ids = {name: company.id for name, company in companies.items()}
        strangers = self.env["duebell.customer"]._unmatched(events, company_ids)
        because = self.env._(
            "No single contact has the customer's reference: give it to the right one in Odoo (Sales & Purchase → "
            "Reference), then replay this event."
        )
        return {event.key: _refused(because) for event in events if event.identity in strangers}

    @api.model
    def _take(self, fresh: Sequence[Incoming], companies: Mapping[str | None, models.BaseModel]) -> dict[str, Result]:
        """Makes events effective that never were, all in bulk."""
        company_ids = {name: company.id for name, company in companies.items()}
        followed = self.env["duebell.customer"]._follow(fresh, company_ids)
        newer = [event for event in fresh if event.key in followed.newer]
        self.env["duebell.customer"]._follow_debts(newer, followed.customers, company_ids)
        untold = _untold(fresh, followed.newer, datetime.now(timezone.utc))
        ids = self._record(fresh, followed.customers, company_ids, untold)
        tellable = [event for event in fresh if event.key not in untold]
        ruleless = self.env["duebell.message"]._queue(tellable, ids, followed.customers, companies)
        self.browse(ids[key] for key in ruleless).untold = "no rule"
        self.env["duebell.message"]._mark_paid(fresh, followed.customers)
        self._note(fresh, ids)
        self._cancel_untrue(newer, followed.customers)
        self.env.ref("duebell.cron_release")._trigger()
        return {
            f"{event.event_id}/{event.replay}": event._provisioned(already=False) for event in self.browse(ids.values())
        }

    @api.model
    def _cancel_untrue(self, newer: Sequence[Incoming], customers: Mapping[tuple[str, str], Linked]) -> None:
        """Nobody is told what a newer event says is no longer so."""
        later = []
        for event in newer:
            if event.type in UNTRUE_BY:
                zone = event.customer.time_zone
                because = outcome_line(self.env, event.type, event.occurred_at, event.recorded_at, zone)
                later.append(Later(event, customers[event.identity].id, because))
        self.env["duebell.message"]._cancel_untrue(later)

    def _provisioned(self, *, already: bool) -> Result:
        return {
            "outcome": "provisioned",
            "already": already,
            "reference": f"duebell.event,{self.id}",
            "link": f"/odoo/billing-events/{self.id}",
            "told": self.message_ids.sorted("id").mapped("channel"),
            "untold": self.untold or None,
        }


def _untold(events: Sequence[Incoming], newer: set[str], now: datetime) -> dict[str, str]:
    """By key, why the customer is not told; others are told if there is a rule. A replay tells though it is no news."""
    reasons = {}
    for event in events:
        if event.superseded_by:
            reasons[event.key] = "superseded"
        elif event.notify_by and event.notify_by < now:
            reasons[event.key] = "too late"
        elif event.replay == 0 and event.key not in newer:
            reasons[event.key] = "older"
    return reasons


def _refused(because: str) -> Result:
    return {"outcome": "refused", "kind": "event", "because": because}
