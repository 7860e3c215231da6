# SPDX-License-Identifier: LGPL-3.0-only
"""Builders of what billing tells, and an Odoo to tell it to."""

from __future__ import annotations

import copy
import itertools
import re
from typing import Any
from uuid import uuid4

from odoo.tests import TransactionCase

_sequences = itertools.count(1)

Json = dict[str, Any]


def usd(amount: str) -> Json:
    return {"amount": amount, "currency": "USD"}


def eur(amount: str) -> Json:
    return {"amount": amount, "currency": "EUR"}


def a_customer(**changes: Any) -> Json:
    return {
        "external_id": "john-doe",
        "name": "John Doe",
        "reference": "C-1001",
        "customer_class": "standard",
        "phone": "+12025550123",
        "email": "john@example.com",
        "language": "en-US",
        "time_zone": "America/New_York",
        **changes,
    }


def a_standing(**changes: Any) -> Json:
    return {"status": "active", "total_overdue": usd("0.00"), "amount_to_restore": usd("0.00"), **changes}


def an_invoice(**changes: Any) -> Json:
    return {
        "number": "INV-2026-000001",
        "issued_on": "2026-11-01",
        "due_on": "2026-11-15",
        "total": usd("30.00"),
        "paid": usd("0.00"),
        "outstanding": usd("30.00"),
        **changes,
    }


def a_commitment(**changes: Any) -> Json:
    return {
        "reference": "K-1",
        "service": "Internet",
        "started_on": "2026-01-01",
        "ends_on": "2027-12-31",
        "terminated_on": "2026-11-20",
        "penalty": usd("50.00"),
        **changes,
    }


def a_payment(**changes: Any) -> Json:
    return {"reference": "PAY-1", "amount": usd("30.00"), "method": "card", **changes}


def an_entry(
    type_: str = "invoice.generated",
    *,
    customer: Json | None = None,
    standing: Json | None = None,
    event_id: str | None = None,
    sequence: int | None = None,
    epoch: int = 1,
    replay: int = 0,
    at: str = "2026-11-01T09:00:00Z",
    notify_by: str | None = "2099-01-01T00:00:00Z",
    superseded_by: Json | None = None,
    company: str | None = None,
    **data: Any,
) -> Json:
    """An entry of `ingest`: later ones have greater sequences unless told otherwise."""
    event_id, customer = event_id or str(uuid4()), customer or a_customer()
    if type_.startswith("invoice."):
        data.setdefault("invoice", an_invoice())
    if type_.startswith("commitment."):
        data.setdefault("commitment", a_commitment())
    if type_.startswith("payment."):
        data.setdefault("payment", a_payment())
    return {
        "key": f"{event_id}/{replay}",
        "replay": replay,
        "notify_by": notify_by,
        "epoch": epoch,
        "superseded_by": superseded_by,
        "event": {
            "specversion": "1.0",
            "id": event_id,
            "type": type_,
            "source": "/environments/Global/billing",
            "subject": customer["external_id"],
            "time": at,
            "recordedtime": at,
            "sequence": f"{next(_sequences) if sequence is None else sequence:020d}",
            "environment": "Global",
            "company": company,
            "datacontenttype": "application/json",
            "dataschema": f"urn:duebell:{type_}:1",
            "data": {"customer": customer, "standing": standing or a_standing(), **data},
        },
    }


def replayed(entry: Json, number: int) -> Json:
    again = copy.deepcopy(entry)
    return {**again, "replay": number, "key": f"{again['event']['id']}/{number}"}


class BillingCase(TransactionCase):
    """An Odoo of one company, in English and Spanish, whose gateways are left alone."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.env["res.lang"]._activate_lang("es_ES")
        cls.env["ir.module.module"].search([("name", "=", "duebell")])._update_translations(["es_ES"])
        cls.company = cls.env.company
        cls.company.write({"name": "Example Telecom", "email": "billing@example.com"})
        cls.company.partner_id.lang = "en_US"
        cls.company.country_id = cls.env.ref("base.us")
        cls.env["duebell.settings"]._of(cls.company).write({"from_hour": 0, "until_hour": 24})
        cls.user = cls.env.ref("duebell.user_integration")
        cls.user.write({"company_ids": [(6, 0, cls.company.ids)], "company_id": cls.company.id})
        cls.billing = cls.env["duebell.event"].with_user(cls.user)

    @classmethod
    def another_company(cls) -> Any:
        """“Other Telecom”: billing's user is of it too, and it tells at all hours."""
        other = cls.env["res.company"].create({"name": "Other Telecom", "country_id": cls.company.country_id.id})
        cls.env["duebell.settings"]._of(other).write({"from_hour": 0, "until_hour": 24})
        cls.user.company_ids += other
        return other

    def tell(self, *entries: Json) -> dict[str, Json]:
        """The results, by key."""
        return self.billing.ingest(contract=1, events=list(entries))["results"]

    def tell_about(
        self, type_: str = "invoice.overdue", customers: int = 1, company: str | None = None, **data: Any
    ) -> list[Json]:
        """An event of the type about each of so many customers, told; the entries."""
        entries = [
            an_entry(
                type_,
                customer=a_customer(external_id=f"{type_}-{company}-{number}", reference=None),
                company=company,
                **data,
            )
            for number in range(customers)
        ]
        self.tell(*entries)
        return entries

    def tell_one(self, entry: Json) -> Json:
        return self.tell(entry)[entry["key"]]

    def refusal(self, entry: Json) -> str:
        """Why the entry is refused; it left nothing."""
        events = self.env["duebell.event"].search_count([])
        result = self.tell_one(entry)
        self.assertEqual((result["outcome"], result["kind"]), ("refused", "event"), result)
        self.assertEqual(self.env["duebell.event"].search_count([]), events)
        return result["because"]

    def event(self, entry: Json) -> Any:
        return self.env["duebell.event"].search(
            [("event_id", "=", entry["event"]["id"]), ("replay", "=", entry["replay"])]
        )

    def message(self, entry: Json, channel: str = "sms") -> Any:
        return self.event(entry).message_ids.filtered(lambda message: message.channel == channel)

    def customer(self, external_id: str = "john-doe") -> Any:
        return self.env["duebell.customer"].search([("external_id", "=", external_id)])

    def text(self, entry: Json) -> str:
        """The SMS of an event told now."""
        self.tell_one(entry)
        return self.message(entry).body

    def note(self, entry: Json) -> str:
        """The event's note on the contact's timeline, without tags."""
        event = self.event(entry)
        return " ".join(re.sub("<[^>]+>", " ", str(event._notes()[event].body)).split())

    def released(self, entry: Json, channel: str = "sms") -> Any:
        """The entry's message, told and released."""
        self.tell_one(entry)
        self.env["duebell.message"]._release_some()
        return self.message(entry, channel)
