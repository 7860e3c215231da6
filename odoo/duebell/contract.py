# SPDX-License-Identifier: LGPL-3.0-only
"""Reads what `ingest` is given, field by field: pure Python without Odoo, so that it can be tried and timed by itself.

The shape is told in the project's docs/contract.md. A field that can't be used raises `Refused`, which names it and says
what to do. Amounts become Decimals of the event's one currency, moments become aware datetimes in UTC.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

VERSIONS = (1,)
MAX_EVENTS = 1000

EVENT_TYPES = {
    "invoice.generated": "Invoice generated",
    "invoice.due_soon": "Invoice due soon",
    "invoice.overdue": "Invoice overdue",
    "invoice.paid": "Invoice paid",
    "invoice.voided": "Invoice voided",
    "payment.received": "Payment received",
    "payment.failed": "Payment failed",
    "customer.limited": "Service limited",
    "customer.limit_removed": "Limit removed",
    "customer.suspended": "Service suspended",
    "customer.suspension_removed": "Suspension removed",
    "customer.terminated": "Contract terminated",
    "customer.limitation_warning": "Limitation warning",
    "customer.suspension_warning": "Suspension warning",
    "customer.termination_warning": "Termination warning",
    "commitment.started": "Commitment started",
    "commitment.ending": "Commitment ending",
    "commitment.terminated": "Commitment terminated",
}
STATUSES = ("active", "limited", "suspended", "closed")
STEPS = ("overdue", "limit", "suspend", "terminate")
REASONS = ("non_payment", "paid", "delayed", "insufficient_funds", "reseller_suspended", "cancelled_early", "other")

_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?Z", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_AMOUNT = re.compile(r"-?\d{1,15}(?:\.\d+)?", re.ASCII)
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_SUSPECT = re.compile(r"\\u(?:0000|d[89a-f])")
_SEQUENCE = re.compile(r"\d{1,20}", re.ASCII)
_LONGEST = 500
_LONGEST_LINK = 2000
_GREATEST = 2**31 - 1


class Refused(ValueError):
    """A field of an event can't be used; the message is "<field's path>: <what is wrong and what to do>"."""


class MalformedCall(ValueError):
    """An entry of the call can't even be answered, because it has no usable key: the whole call is refused."""


@dataclass(frozen=True, slots=True)
class Superseding:
    """The later event that made this one untrue before it was told."""

    id: str
    type: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Customer:
    """Whom the event is about, as billing has him; phone, e-mail, language and time zone are unchecked."""

    external_id: str
    name: str
    reference: str | None
    customer_class: str | None
    company_name: str | None
    vat_number: str | None
    invoice_contact: str | None
    phone: str | None
    email: str | None
    language: str | None
    time_zone: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the customer stands; amounts in the event's currency."""

    status: str
    total_overdue: Decimal
    amount_to_restore: Decimal
    payment_method: str | None
    charge_on: date | None
    next_step: str | None
    next_step_on: date | None


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice; amounts in the event's currency, dates are the customer's calendar days."""

    number: str
    due_on: date
    total: Decimal
    paid: Decimal
    outstanding: Decimal


@dataclass(frozen=True, slots=True)
class Commitment:
    """A commitment; the penalty, if any, in the event's currency."""

    service: str
    terminated_on: date | None
    penalty: Decimal | None


@dataclass(frozen=True, slots=True)
class Incoming:
    """One entry of the call, whole and usable.

    `place` is (epoch, sequence): it grows within a customer. `payload` is the event as JSON text; `content_hash` tells two
    contents of one id apart (when and under which number an event was recorded is not content).
    """

    key: str
    event_id: str
    replay: int
    type: str
    source: str
    environment: str
    company: str | None
    place: tuple[int, str]
    occurred_at: datetime
    recorded_at: datetime
    notify_by: datetime | None
    superseded_by: Superseding | None
    currency: str
    customer: Customer
    standing: Standing
    invoice: Invoice | None
    commitment: Commitment | None
    reason: str | None
    payload: str
    content_hash: str

    @property
    def identity(self) -> tuple[str, str]:
        """Which customer: (environment, external id)."""
        return self.environment, self.customer.external_id


@dataclass(frozen=True, slots=True)
class Known:
    """What an event may name: companies by name, and the decimals of each usable currency by ISO 4217 code."""

    companies: Collection[str]
    decimals: Callable[[str], int | None]


class Part:
    """One JSON object of an entry and its path; each method reads one member or raises `Refused` naming it.

    Absent and null are the same.
    """

    __slots__ = ("members", "path")

    def __init__(self, members: Any, path: str) -> None:
        if not isinstance(members, dict):
            raise Refused(f"{path}: must be an object")
        self.members: dict[str, Any] = members
        self.path = path

    def refused(self, name: str, because: str) -> Refused:
        return Refused(f"{self.path}.{name}: {because}" if self.path else f"{name}: {because}")

    def optional(self, name: str) -> Part | None:
        value = self.members.get(name)
        return None if value is None else Part(value, f"{self.path}.{name}" if self.path else name)

    def part(self, name: str) -> Part:
        found = self.optional(name)
        if found is None:
            raise self.refused(name, "is missing")
        return found

    def text(self, name: str, longest: int = _LONGEST) -> str | None:
        value = self.members.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self.refused(name, "must be a text")
        if len(value) > longest:
            raise self.refused(name, f"has {len(value)} characters: {longest} are the most")
        return value or None

    def required(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise self.refused(name, "is missing")
        return value

    def choice(self, name: str, choices: Collection[str]) -> str | None:
        value = self.text(name)
        if value is not None and value not in choices:
            raise self.refused(name, f"{value!r} is none of {', '.join(choices)}")
        return value

    def required_choice(self, name: str, choices: Collection[str]) -> str:
        value = self.choice(name, choices)
        if value is None:
            raise self.refused(name, "is missing")
        return value

    def whole(self, name: str) -> int:
        value = self.members.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _GREATEST:
            raise self.refused(name, f"must be a whole number from 0 to {_GREATEST}")
        return value

    def day(self, name: str) -> date | None:
        value = self.text(name)
        if value is None:
            return None
        if not _DAY.fullmatch(value):
            raise self.refused(name, f"{value!r} is not a day: write it like 2026-11-15")
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise self.refused(name, f"{value!r} is no day of the calendar") from None

    def required_day(self, name: str) -> date:
        value = self.day(name)
        if value is None:
            raise self.refused(name, "is missing")
        return value

    def moment(self, name: str) -> datetime | None:
        value = self.text(name)
        if value is None:
            return None
        found = _MOMENT.fullmatch(value)
        if not found:
            raise self.refused(name, f"{value!r} is not a time: write it in UTC like 2026-11-01T09:00:00Z")
        year, month, day, hour, minute, second, fraction = found.groups()
        try:
            return datetime(
                int(year),
                int(month),
                int(day),
                int(hour),
                int(minute),
                int(second),
                int((fraction or "0").ljust(6, "0")),
                tzinfo=timezone.utc,
            )
        except ValueError:
            raise self.refused(name, f"{value!r} is no time of the calendar") from None

    def required_moment(self, name: str) -> datetime:
        value = self.moment(name)
        if value is None:
            raise self.refused(name, "is missing")
        return value

    def uuid(self, name: str) -> str:
        value = self.required(name)
        try:
            usable = str(UUID(value)) == value
        except ValueError:
            usable = False
        if not usable:
            raise self.refused(name, f"{value!r} is not a UUID in lower case with dashes")
        return value


class Purse:
    """Reads amounts, all of one currency: the first one sets it."""

    __slots__ = ("_decimals_of", "currency", "decimals")

    def __init__(self, decimals_of: Callable[[str], int | None]) -> None:
        self._decimals_of = decimals_of
        self.currency = ""
        self.decimals = 0

    def optional(self, part: Part, name: str) -> Decimal | None:
        money = part.optional(name)
        if money is None:
            return None
        self._one_currency(money)
        text = money.required("amount")
        if not _AMOUNT.fullmatch(text):
            raise money.refused("amount", f"{text!r} is not an amount: write it like 30 or 30.00")
        if len(text.partition(".")[2]) > self.decimals:
            raise money.refused(
                "amount",
                f"{text!r} has too many decimals: {self.currency} has {self.decimals}; round it in billing first",
            )
        return Decimal(text)

    def amount(self, part: Part, name: str) -> Decimal:
        value = self.optional(part, name)
        if value is None:
            raise part.refused(name, "is missing")
        return value

    def _one_currency(self, money: Part) -> None:
        currency = money.required("currency")
        if currency == self.currency:
            return
        if self.currency:
            raise money.refused("currency", f"{currency}, but other amounts of the event are in {self.currency}")
        decimals = self._decimals_of(currency)
        if decimals is None:
            raise money.refused(
                "currency", f"{currency!r} is not a currency of this Odoo: use an ISO 4217 code such as USD"
            )
        self.currency, self.decimals = currency, decimals


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
        commitment=_commitment(data, type_, purse),
        reason=_reason(data, type_),
        currency=_checked_payment(data, type_, purse).currency,
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
    part.required_day("issued_on")
    for link in ("link", "pay_link"):
        part.text(link, _LONGEST_LINK)
    return Invoice(
        number=part.required("number"),
        due_on=part.required_day("due_on"),
        total=purse.amount(part, "total"),
        paid=purse.amount(part, "paid"),
        outstanding=purse.amount(part, "outstanding"),
    )


def _commitment(data: Part, type_: str, purse: Purse) -> Commitment | None:
    if not type_.startswith("commitment."):
        return None
    part = data.part("commitment")
    part.required("reference")
    part.required_day("started_on")
    part.required_day("ends_on")
    return Commitment(
        service=part.required("service"),
        terminated_on=part.day("terminated_on"),
        penalty=purse.optional(part, "penalty"),
    )


def _reason(data: Part, type_: str) -> str | None:
    data.day("effective_on")
    if type_.startswith("customer."):
        return data.required_choice("reason", REASONS)
    return data.choice("reason", REASONS)


def _checked_payment(data: Part, type_: str, purse: Purse) -> Purse:
    if type_.startswith("payment."):
        payment = data.part("payment")
        payment.required("reference")
        payment.text("method")
        purse.amount(payment, "amount")
    return purse


def _content_hash(event: dict[str, Any]) -> str:
    content = _without_nulls({name: event.get(name) for name in ("type", "environment", "subject", "data")})
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_without_nulls(one) for one in value]
    return value
