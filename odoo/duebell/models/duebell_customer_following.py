# SPDX-License-Identifier: LGPL-3.0-only
"""How customers follow what billing tells of them: created, linked to a partner, brought up to date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import pytz

from odoo import api, models
from odoo.fields import Command, Domain

from .. import bulk
from ..contract import Customer, Incoming
from ..wording import odoo_language
from .duebell_customer import stage_of

Identity = tuple[str, str]

PARTNER_FIELDS = {
    "name": "name",
    "reference": "ref",
    "company_name": "company_name",
    "vat_number": "vat",
    "phone": "phone",
    "email": "email",
    "language": "lang",
    "time_zone": "tz",
}
"""What billing fills on the partner: our field to the partner's."""


class Linked(NamedTuple):
    """A billing customer and the partner that he is, by id."""

    id: int
    partner_id: int


class Followed(NamedTuple):
    """Who the events are about, and the keys of those that told something newer than was known."""

    customers: dict[Identity, Linked]
    newer: set[str]


class DuebellCustomer(models.Model):
    _inherit = "duebell.customer"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _follow(self, events: Sequence[Incoming], companies: Mapping[str | None, int]) -> Followed:
        """Takes each customer on to where the newest of his events leaves him.

        Whom we don't know yet is created, and linked to a partner. `companies`: id by the name that an event gives.
        """
        known = self._known(events)
        latest, newer = known._newest(events)
        ids = {customer._identity_tuple(): Linked(customer.id, customer.partner_id.id) for customer in known}
        strangers = {event.identity: latest.get(event.identity, event) for event in events if event.identity not in ids}
        changes = [
            (customer, latest[identity]) for customer in known if (identity := customer._identity_tuple()) in latest
        ]
        currencies = self._currencies()
        self._follow_contacts([(customer, event.customer) for customer, event in changes])
        bulk.update(
            self,
            [
                {
                    "id": customer.id,
                    "company_id": companies[event.company],
                    **_values(event, currencies, customer.due_on or None),
                }
                for customer, event in changes
            ],
        )
        ids.update(
            self._introduce(list(strangers.values()), companies, currencies, {e.identity for e in latest.values()})
        )
        return Followed(ids, newer)

    @api.model
    def _currencies(self) -> dict[str, int]:
        """Id by ISO 4217 code, unused currencies too: billing decides in what it bills."""
        found = self.env["res.currency"].with_context(active_test=False).search_fetch([], ["name"])
        return {currency.name: currency.id for currency in found}

    @api.model
    def _known(self, events: Sequence[Incoming]) -> DuebellCustomer:
        wanted: dict[str, set[str]] = defaultdict(set)
        for event in events:
            wanted[event.environment].add(event.customer.external_id)
        return self.search(
            Domain.OR(
                Domain("environment", "=", environment) & Domain("external_id", "in", list(external_ids))
                for environment, external_ids in wanted.items()
            )
        )

    def _identity_tuple(self) -> Identity:
        return self.environment, self.external_id

    def _newest(self, events: Sequence[Incoming]) -> tuple[dict[Identity, Incoming], set[str]]:
        """For each customer the newest event, if it is news; and the keys of all that were news in their turn.

        A replay is told, but it is no news.
        """
        places = {customer._identity_tuple(): (customer.last_epoch, customer.last_sequence or "") for customer in self}
        latest, newer = {}, set()
        for event in events:
            if event.replay == 0 and event.place > places.get(event.identity, (-1, "")):
                places[event.identity] = event.place
                latest[event.identity] = event
                newer.add(event.key)
        return latest, newer

    def _introduce(
        self,
        events: Sequence[Incoming],
        companies: Mapping[str | None, int],
        currencies: Mapping[str, int],
        placed: set[Identity],
        partners: Sequence[int] | None = None,
    ) -> dict[Identity, Linked]:
        """Creates the customers that these events, one each, are about; a customer not in `placed` is known by a replay
        alone, so that any event of his is newer. `partners`: where a person has said who each is."""
        partners = partners or self._partners(events, companies)
        rows = [
            {
                "environment": event.environment,
                "external_id": event.customer.external_id,
                "partner_id": partner_id,
                "company_id": companies[event.company],
                **_values(event, currencies),
                **({} if event.identity in placed else {"last_epoch": 0, "last_sequence": ""}),
            }
            for event, partner_id in zip(events, partners, strict=True)
        ]
        written = bulk.insert(
            self,
            rows,
            unless_known=("environment", "external_id"),
            returning=("environment", "external_id", "id", "partner_id"),
        )
        return {(environment, external_id): Linked(id_, partner) for environment, external_id, id_, partner in written}

    @api.model
    def _unmatched(self, events: Sequence[Incoming], companies: Mapping[str | None, int]) -> set[Identity]:
        """Who is not known yet, and can't be told to be one of the contacts: none, or several, have his reference."""
        known = {customer._identity_tuple() for customer in self._known(events)}
        strangers = list({event.identity: event for event in events if event.identity not in known}.values())
        found = self._matching(strangers, companies)
        return {event.identity for event, partners in zip(strangers, found, strict=True) if len(partners) != 1}

    @api.model
    def _partners(self, events: Sequence[Incoming], companies: Mapping[str | None, int]) -> list[int]:
        """For each event the partner: the only one with the customer's reference in a fitting company, else a new one.

        Customers whose reference no partner has yet share the new one, as they would if they came one by one: with a
        partner each, the reference would lead to neither for good. E-mail, phone or name never link: a phone shared in
        a family must not disclose a debt.
        """
        newcomers: dict[tuple[str, str | int], Incoming] = {}
        found: list[int | tuple[str, str | int]] = []
        for event, partners in zip(events, self._matching(events, companies), strict=True):
            reference, company_id = event.customer.reference, companies[event.company]
            newcomer = (reference, company_id) if reference and not partners else event.identity
            if len(partners) != 1:
                newcomers.setdefault(newcomer, event)
            found.append(partners[0].id if len(partners) == 1 else newcomer)
        created = dict(zip(newcomers, self._create_partners([*newcomers.values()], companies), strict=True))
        return [created.get(partner, partner) for partner in found]

    def _create_partners(self, events: Sequence[Incoming], companies: Mapping[str | None, int]) -> list[int]:
        values = [self._partner_values(event.customer, companies[event.company]) for event in events]
        return self._partner_model().create(values).ids

    def _matching(
        self, events: Sequence[Incoming], companies: Mapping[str | None, int]
    ) -> list[list[models.BaseModel]]:
        """For each event the partners that have its customer's reference, in a fitting company."""
        by_reference = self._by_reference({e.customer.reference for e in events if e.customer.reference})
        return [
            [partner for partner in by_reference[event.customer.reference] if fits(partner, companies[event.company])]
            for event in events
        ]

    def _by_reference(self, references: set[str]) -> Mapping[str | None, list[models.BaseModel]]:
        found: dict[str | None, list[models.BaseModel]] = defaultdict(list)
        if references:
            for partner in self.env["res.partner"].search([("ref", "in", list(references))]):
                found[partner.ref].append(partner)
        return found

    def _partner_model(self) -> models.BaseModel:
        """Partners written without a log of each, and without Odoo's check of VAT numbers: billing has its own."""
        return self.env["res.partner"].with_context(
            tracking_disable=True, mail_create_nosubscribe=True, mail_create_nolog=True, no_vat_validation=True
        )

    @api.model
    def _partner_values(self, customer: Customer, company_id: int) -> dict[str, Any]:
        """Of a new contact; whoever gets the invoices, if that is somebody else, is a contact below it."""
        values: dict[str, Any] = {
            theirs: self._on_partner(ours, getattr(customer, ours)) for ours, theirs in PARTNER_FIELDS.items()
        }
        if customer.company_name == customer.name:
            values.update(company_name=False, is_company=True)
        values["company_id"] = company_id
        if customer.invoice_contact and customer.invoice_contact != customer.name:
            contact = {name: values[name] for name in ("phone", "email", "lang", "company_id")}
            values["child_ids"] = [Command.create({"type": "invoice", "name": customer.invoice_contact, **contact})]
        return values

    @api.model
    def _on_partner(self, name: str, value: str | None) -> str | bool:
        """Billing's value as the partner's field can hold it."""
        if name == "language":
            return odoo_language(value, self._installed_languages()) or False
        if name == "time_zone":
            return value if value in pytz.all_timezones_set else False
        return value or False

    @api.model
    def _installed_languages(self) -> tuple[str, ...]:
        return tuple(code for code, _name in self.env["res.lang"].get_installed())


def fits(partner: models.BaseModel, company_id: int) -> bool:
    """Whether a customer of the company may be this partner."""
    return not partner.company_id or partner.company_id.id == company_id


def _values(event: Incoming, currencies: Mapping[str, int], due_on: date | None = None) -> bulk.Row:
    """What the event tells of its customer, as columns; `due_on` is as it was known before the event's invoice."""
    customer, standing = event.customer, event.standing
    return {
        "name": customer.name,
        "reference": customer.reference,
        "customer_class": customer.customer_class,
        "company_name": customer.company_name,
        "vat_number": customer.vat_number,
        "invoice_contact": customer.invoice_contact,
        "phone": customer.phone,
        "email": customer.email,
        "language": customer.language,
        "time_zone": customer.time_zone,
        "status": standing.status,
        "stage": stage_of(standing.status, standing.total_overdue, event.type, due_on),
        "currency_id": currencies[event.currency],
        "total_overdue": standing.total_overdue,
        "amount_to_restore": standing.amount_to_restore,
        "payment_method": standing.payment_method,
        "charge_on": standing.charge_on,
        "next_step": standing.next_step,
        "next_step_on": standing.next_step_on,
        "last_epoch": event.place[0],
        "last_sequence": event.place[1],
        "last_event_type": event.type,
        "last_event_at": event.occurred_at.replace(tzinfo=None),
    }
