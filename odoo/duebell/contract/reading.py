# SPDX-License-Identifier: LGPL-3.0-only
"""An entry of the call, read member by member."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from .incoming import (
    EVENT_TYPES,
    REASONS,
    STATUSES,
    STEPS,
    Commitment,
    Customer,
    Incoming,
    Invoice,
    Standing,
    Superseding,
)
from .part import Part, Refused
from .purse import Purse

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_SUSPECT = re.compile(r"\\u(?:0000|d[89a-f])")
_SEQUENCE = re.compile(r"\d{1,20}", re.ASCII)
_LONGEST_LINK = 2000


class MalformedCall(ValueError):
    """An entry of the call can't even be answered, because it has no usable key: the whole call is refused."""


@dataclass(frozen=True, slots=True)
class Known:
    """What an event may name: companies by name, and the decimals of each usable currency by ISO 4217 code."""

    companies: Collection[str]
    decimals: Callable[[str], int | None]


def key_of(entry: Any) -> str:
    """The entry's key, under which its result is answered.

    Raises:
        MalformedCall: there is none.

    """
    key = entry.get("key") if isinstance(entry, dict) else None
    if not isinstance(key, str) or not key:
        raise MalformedCall("events: each entry must be an object with a key")
    return key


def read(entry: dict[str, Any], known: Known) -> Incoming:
    """The entry, typed.

    Raises:
        Refused: a field can't be used.

    """
    _check_characters(entry)
    envelope = Part(entry, "")
    attributes = envelope.part("event")
    event = Part(attributes.members, "")
    event_id, replay = event.uuid("id"), envelope.whole("replay")
    if envelope.required("key") != f"{event_id}/{replay}":
        raise envelope.refused("key", f"must be {event_id}/{replay}")
    type_ = event.required_choice("type", EVENT_TYPES)
    data = Part(event.part("data").members, "")
    purse = Purse(known.decimals)
    customer = _customer(data.part("customer"))
    if event.required("subject") != customer.external_id:
        raise event.refused("subject", "must be the customer's external_id")
    return Incoming(
        key=f"{event_id}/{replay}",
        event_id=event_id,
        replay=replay,
        type=type_,
        source=event.required("source"),
        environment=event.required("environment"),
        company=_company(event, known.companies),
        place=(envelope.whole("epoch"), _sequence(event)),
        occurred_at=event.required_moment("time"),
        recorded_at=event.required_moment("recordedtime"),
        notify_by=envelope.moment("notify_by"),
        superseded_by=_superseding(envelope.optional("superseded_by")),
        standing=_standing(data.part("standing"), purse),
        customer=customer,
        invoice=_invoice(data, type_, purse),
        payment_reference=_payment_reference(data, type_, purse),
        commitment=_commitment(data, type_, purse),
        reason=_reason(data, type_),
        effective_on=data.day("effective_on"),
        currency=purse.currency,
        payload=json.dumps(event.members, ensure_ascii=False, separators=(",", ":")),
        content_hash=_content_hash(event.members),
    )


def _check_characters(entry: dict[str, Any]) -> None:
    """PostgreSQL can't store NUL, and UTF-8 has no lone surrogates: find the field only when there is one."""
    if not _SUSPECT.search(json.dumps(entry)):
        return
    for path, value in _texts(entry, ""):
        if _UNSTORABLE.search(value):
            raise Refused(f"{path}: holds a character that can't be stored (NUL or half a surrogate pair): remove it")


def _texts(value: Any, path: str) -> list[tuple[str, str]]:
    """Each text within, and each member's name, with its path."""
    if isinstance(value, str):
        return [(path, value)]
    if isinstance(value, list):
        return [found for index, one in enumerate(value) for found in _texts(one, f"{path}[{index}]")]
    if isinstance(value, dict):
        prefix = "" if path in ("", "event", "data") else f"{path}."
        return [
            found
            for name, one in value.items()
            for found in [(f"{prefix}(a member's name)", name), *_texts(one, f"{prefix}{name}")]
        ]
    return []


def _company(event: Part, companies: Collection[str]) -> str | None:
    name = event.text("company")
    if name is not None and name not in companies:
        raise event.refused(
            "company", f"{name!r} is no company of the integration user: create it in Odoo or allow it on that user"
        )
    return name


def _sequence(event: Part) -> str:
    """Twenty digits, so that texts compare like numbers."""
    value = event.required("sequence")
    if not _SEQUENCE.fullmatch(value):
        raise event.refused("sequence", f"{value!r} must be up to 20 digits")
    return value.zfill(20)


def _superseding(part: Part | None) -> Superseding | None:
    if part is None:
        return None
    return Superseding(part.uuid("id"), part.required_choice("type", EVENT_TYPES), part.required_moment("time"))


def _customer(part: Part) -> Customer:
    return Customer(
        external_id=part.required("external_id"),
        name=part.required("name"),
        reference=part.text("reference"),
        customer_class=part.text("customer_class"),
        company_name=part.text("company_name"),
        vat_number=part.text("vat_number"),
        invoice_contact=part.text("invoice_contact"),
        phone=part.text("phone"),
        email=part.text("email"),
        language=part.text("language"),
        time_zone=part.text("time_zone"),
    )


def _standing(part: Part, purse: Purse) -> Standing:
    return Standing(
        status=part.required_choice("status", STATUSES),
        total_overdue=purse.amount(part, "total_overdue"),
        amount_to_restore=purse.amount(part, "amount_to_restore"),
        payment_method=part.text("payment_method"),
        charge_on=part.day("charge_on"),
        next_step=part.choice("next_step", STEPS),
        next_step_on=part.day("next_step_on"),
    )


def _invoice(data: Part, type_: str, purse: Purse) -> Invoice | None:
    part = data.part("invoice") if type_.startswith("invoice.") else data.optional("invoice")
    if part is None:
        return None
    return Invoice(
        number=part.required("number"),
        issued_on=part.required_day("issued_on"),
        due_on=part.required_day("due_on"),
        total=purse.amount(part, "total"),
        paid=purse.amount(part, "paid"),
        outstanding=purse.amount(part, "outstanding"),
        link=part.text("link", _LONGEST_LINK),
        pay_link=part.text("pay_link", _LONGEST_LINK),
    )


def _commitment(data: Part, type_: str, purse: Purse) -> Commitment | None:
    if not type_.startswith("commitment."):
        return None
    part = data.part("commitment")
    return Commitment(
        reference=part.required("reference"),
        service=part.required("service"),
        started_on=part.required_day("started_on"),
        ends_on=part.required_day("ends_on"),
        terminated_on=part.day("terminated_on"),
        penalty=purse.optional(part, "penalty"),
    )


def _reason(data: Part, type_: str) -> str | None:
    if type_.startswith("customer."):
        return data.required_choice("reason", REASONS)
    return data.choice("reason", REASONS)


def _payment_reference(data: Part, type_: str, purse: Purse) -> str | None:
    if not type_.startswith("payment."):
        return None
    payment = data.part("payment")
    payment.text("method")
    purse.amount(payment, "amount")
    return payment.required("reference")


def _content_hash(event: dict[str, Any]) -> str:
    content = _without_nulls({name: event.get(name) for name in ("type", "environment", "subject", "data")})
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_without_nulls(one) for one in value]
    return value
