# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .. import bulk
from ..contract import EVENT_TYPES, Incoming
from .duebell_customer_following import Identity


class DuebellStranger(models.Model):
    """A customer of a billing of whom nobody has said yet which contact he is; his events wait.

    The row stays once he is linked, so that an event which arrives at that moment meets it and is taken up anew.
    """

    _name = "duebell.stranger"
    _description = "Billing Customer to Link"
    _order = "last_event_at desc, id desc"
    _rec_names_search = ["name", "reference", "external_id"]

    environment = fields.Char(required=True, readonly=True, help="The billing that the customer's id belongs to.")
    external_id = fields.Char("Billing ID", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    state = fields.Selection(
        [("waiting", "To link"), ("ignored", "Ignored"), ("linked", "Linked")],
        required=True,
        readonly=True,
        index=True,
    )
    name = fields.Char(required=True, readonly=True)
    reference = fields.Char(readonly=True)
    customer_class = fields.Char("Class", readonly=True)
    company_name = fields.Char(readonly=True)
    vat_number = fields.Char("VAT", readonly=True)
    invoice_contact = fields.Char(readonly=True)
    phone = fields.Char(readonly=True)
    email = fields.Char("E-mail", readonly=True)
    last_event_type = fields.Selection(list(EVENT_TYPES.items()), "Last Event", readonly=True)
    last_event_at = fields.Datetime(readonly=True)
    waiting_ids = fields.One2many("duebell.waiting.event", "stranger_id", "Waiting Events", readonly=True)
    waiting_count = fields.Integer("Events", compute="_compute_waiting_count")

    _identity = models.Constraint("unique (environment, external_id)", "This customer waits already.")
    _to_link = models.Index("(last_event_at DESC, id DESC) INCLUDE (company_id) WHERE state = 'waiting'")

    @api.depends("waiting_ids")
    def _compute_waiting_count(self) -> None:
        counted = dict(self.env["duebell.waiting.event"]._read_group(
            [("stranger_id", "in", self.ids)], ["stranger_id"], ["__count"]
        ))  # fmt: skip
        for stranger in self:
            stranger.waiting_count = counted.get(stranger._origin, 0)

    @api.depends("name", "reference")
    def _compute_display_name(self) -> None:
        for stranger in self:
            stranger.display_name = f"{stranger.name} ({stranger.reference})" if stranger.reference else stranger.name

    def _identity_tuple(self) -> Identity:
        return self.environment, self.external_id

    @api.model
    def _unlinked(self, events: Sequence[Incoming]) -> dict[Identity, DuebellStranger]:
        """Who of the events' customers waits here, or is ignored."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for event in events:
            wanted[event.environment].add(event.customer.external_id)
        found = self.search(
            Domain("state", "!=", "linked")
            & Domain.OR(
                Domain("environment", "=", environment) & Domain("external_id", "in", list(external_ids))
                for environment, external_ids in wanted.items()
            )
        )
        return {stranger._identity_tuple(): stranger for stranger in found}

    @api.model
    def _keep(
        self,
        events: Sequence[Incoming],
        entries: Mapping[str, Any],
        companies: Mapping[str | None, int],
        unlinked: Mapping[Identity, DuebellStranger],
    ) -> dict[Identity, DuebellStranger]:
        """Lets the events wait; the strangers that they are of. `entries`: as they were sent, by key."""
        latest = {event.identity: event for event in events}
        rows = [
            {
                "environment": event.environment,
                "external_id": event.customer.external_id,
                "company_id": companies[event.company],
                "state": unlinked[identity].state if identity in unlinked else "waiting",
                **{name: getattr(event.customer, name) for name in _TOLD},
                "last_event_type": event.type,
                "last_event_at": event.occurred_at.replace(tzinfo=None),
            }
            for identity, event in latest.items()
        ]
        bulk.put(self, rows, known_by=("environment", "external_id"))
        strangers = self._unlinked(events)
        bulk.insert(
            self.env["duebell.waiting.event"],
            [
                {
                    "stranger_id": strangers[event.identity].id,
                    "company_id": companies[event.company],
                    "event_id": event.event_id,
                    "replay": event.replay,
                    "type": event.type,
                    "occurred_at": event.occurred_at.replace(tzinfo=None),
                    "notify_by": event.notify_by and event.notify_by.replace(tzinfo=None),
                    "entry": json.dumps(entries[event.key], ensure_ascii=False, separators=(",", ":")),
                    "content_hash": event.content_hash,
                }
                for event in events
            ],
            unless_known=("event_id", "replay"),
        )
        return strangers

    def _leave(self, state: str) -> None:
        """Takes each to the state. An event that arrives meanwhile, and a colleague who does the same, start over."""
        bulk.update(self, [{"id": stranger.id, "state": state} for stranger in self])

    def _run(self, partners: Mapping[int, int]) -> None:
        """Makes each the customer of a contact, ids by the stranger's; then his events take effect in order.

        What is too late to be told is not told.
        """
        self._leave("linked")
        kept = self.waiting_ids.sorted("id")
        events = kept._read_again()
        companies = {company.name: company for company in kept.company_id}
        company_ids = {name: company.id for name, company in companies.items()}
        customers = self.env["duebell.customer"]
        first = {event.identity: event for event in reversed(events)}
        chosen = [partners[stranger.id] for stranger in self]
        newcomers = [first[stranger._identity_tuple()] for stranger in self]
        customers._introduce(newcomers, company_ids, customers._currencies(), set(), chosen)
        kept.unlink()
        self.env["duebell.event"]._take(events, companies)

    def _as_told_by(self) -> DuebellStranger:
        """With the rights, the name and the language of whoever told of them."""
        user = self.sudo().create_uid[:1] or self.env.user
        lang = user.company_id.sudo().partner_id.lang
        return self.with_user(user).sudo().with_context({"lang": lang})  # pylint: disable=context-overridden

    def _checked(self) -> DuebellStranger:
        """Those that wait or are ignored, if the person may see them.

        Raises:
            AccessError: he may not.
            UserError: one of them has been linked meanwhile.

        """
        self.check_access("read")
        if linked := self.filtered(lambda stranger: stranger.state == "linked")[:1]:
            raise UserError(self.env._("%s has been linked meanwhile: reload the page.", linked.display_name))
        return self

    def _link(self, partners: Mapping[int, int]) -> None:
        """Links each to a contact, ids by the stranger's.

        Raises:
            AccessError: the person may not see the customer or the contact.
            UserError: one was linked meanwhile, or the contact is another company's.

        """
        chosen = self.env["res.partner"].browse(set(partners.values()))
        chosen.check_access("read")
        by_id = {partner.id: partner for partner in chosen.sudo()}
        for stranger in self._checked():
            self.env["duebell.customer"]._check_fits(by_id[partners[stranger.id]], stranger.company_id)
        self._as_told_by()._run(partners)

    def action_create_contacts(self) -> None:
        """Makes a contact of each, as billing knows him; one for all whom billing gives the same reference."""
        strangers = self._checked()._as_told_by()
        kept = strangers.waiting_ids.sorted("id")
        latest = {event.identity: event for event in kept._read_again()}
        companies = {company.name: company.id for company in kept.company_id}
        events = [latest[stranger._identity_tuple()] for stranger in strangers]
        partners = strangers.env["duebell.customer"]._partners(events, companies)
        strangers._run(dict(zip(strangers.ids, partners, strict=True)))

    def action_ignore(self) -> None:
        """Shows them no more; their events wait all the same, in case somebody thinks better of it."""
        self._checked()._as_told_by()._leave("ignored")

    def action_consider(self) -> None:
        """Shows those who were ignored again."""
        self._checked()._as_told_by()._leave("waiting")


_TOLD = (
    "name",
    "reference",
    "customer_class",
    "company_name",
    "vat_number",
    "invoice_contact",
    "phone",
    "email",
)
"""What billing tells of a customer that helps a person to know him."""
