# SPDX-License-Identifier: LGPL-3.0-only
"""The contract's optional methods: what is here after Odoo was restored, who customers would be, and whom to forget."""

from __future__ import annotations

from typing import Any

from odoo import api, models
from odoo.exceptions import UserError

from ..contract import MAX_EVENTS
from ..erasure import erased
from .duebell_customer_following import fits

METHODS = (
    "forget",
    "hold",
    "known",
    "match",
    "pair",
    "rehearse",
    "release",
    "revoke_key",
    "senders",
    "test_sms",
    "told",
)
"""What `status` tells of them."""


class DuebellEvent(models.Model):
    _inherit = "duebell.event"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def known(self, keys: list[str]) -> dict[str, list[str]]:
        """Those of the keys (event id and replay) that were made effective here, in the order given.

        Raises:
            AccessError: the caller is not the integration.
            UserError: it is no list of texts, or too long a one.

        """
        self._check_caller()
        here = self.sudo()._of_keys(keys)
        return {"known": [key for key in keys if key in here]}

    @api.model
    def match(
        self, environment: str, references: dict[str, str | None], company: str | None = None
    ) -> dict[str, dict[str, str]]:
        """Who the customers (their references by external id) are or would be here; nothing is changed.

        "linked": known, or the only contact of a fitting company that has the reference; "ambiguous": several have it;
        else "absent".

        Raises:
            AccessError: the caller is not the integration.
            UserError: it is no object of texts, too large a one, or the company isn't one of the caller's.

        """
        self._check_caller()
        if (
            not isinstance(references, dict)
            or len(references) > MAX_EVENTS
            or not all(isinstance(reference, str | None) for reference in references.values())
        ):
            raise UserError(self.env._("references: must be an object of at most %s texts.", MAX_EVENTS))
        if company not in (companies := self._companies()):
            raise UserError(self.env._("company: %s is no company of the integration user.", company))
        return {"matches": self.sudo()._matches(environment, references, companies[company].id)}

    @api.model
    def _matches(self, environment: str, references: dict[str, str | None], company_id: int) -> dict[str, str]:
        """See `match`."""
        customers = self.env["duebell.customer"]
        here = [("environment", "=", environment), ("external_id", "in", list(references))]
        known = set(customers.search_fetch(here, ["external_id"]).mapped("external_id"))
        by_reference = customers._by_reference({reference for reference in references.values() if reference})
        found = {}
        for external_id, reference in references.items():
            fitting = sum(fits(partner, company_id) for partner in by_reference[reference])
            is_linked = external_id in known or fitting == 1
            found[external_id] = "linked" if is_linked else "ambiguous" if fitting else "absent"
        return found

    @api.model
    def _of_keys(self, keys: list[str]) -> dict[str, DuebellEvent]:
        """Those of the keys that were made effective here; see `known`."""
        if not isinstance(keys, list) or len(keys) > MAX_EVENTS or not all(isinstance(key, str) for key in keys):
            raise UserError(self.env._("keys: must be a list of at most %s texts.", MAX_EVENTS))
        ids = {key.partition("/")[0] for key in keys}
        events = self.search_fetch([("event_id", "in", list(ids))], ["event_id", "replay", "customer_id"])
        here = {f"{event.event_id}/{event.replay}": event for event in events}
        return {key: here[key] for key in keys if key in here}

    @api.model
    def forget(self, environment: str, external_id: str) -> dict[str, Any]:
        """Erases who the customer is, everywhere in what billing wrote here; ids, amounts and dates stay.

        `left` are sentences that tell a person what only he can decide. Doing it again does no harm.

        Raises:
            AccessError: the caller is not the integration.

        """
        self._check_caller()
        lang = self.env.company.sudo().partner_id.lang
        customers = self.env["duebell.customer"].sudo().with_context({"lang": lang})  # pylint: disable=context-overridden
        customer = customers.search([("environment", "=", environment), ("external_id", "=", external_id)])
        events, messages = customer.event_ids, customer.message_ids
        left = customer._forget() if customer else []
        return {"found": bool(customer), "events": len(events), "messages": len(messages), "left": left}

    def _forget(self) -> None:
        """Empties the events and their notes of the person; a note keeps its first line, which tells the fact."""
        for event in self:
            event.payload = erased(event.payload)
        notes = self.env["mail.message"].union(*self._notes().values())
        for note in notes:
            note.body = str(note.body).partition("</p>")[0] + "</p>"
        notes.notification_ids.write({"sms_number": False, "failure_reason": False})
