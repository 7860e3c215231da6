"""What stands in place of personal data for whoever may not see it: see `Principal.sees_personal_data`.

Enough stays to tell two customers apart on a screen, too little to reach one or to look one up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

HIDDEN = "•••"
"""In place of what is hidden altogether; as long whatever it hides."""

_CUSTOMER_KEEPS = frozenset({"external_id", "reference", "customer_class", "language", "time_zone"})
_HIDDEN = {"standing": ("payment_method",), "invoice": ("link", "pay_link"), "payment": ("method",)}
"""What tells a customer's card, or opens his invoice to whoever has the link."""
_LAST_DIGITS = 2
_EMAIL = re.compile(r"[^\s@<>\"'(),;:]+@[^\s@<>\"'(),;:]+")
_PHONE = re.compile(r"(?<![\w.-])\+?\(?\d[\d ()/.-]{5,}\d(?![\w-])")
_NO_PHONE = re.compile(r"\d{4}-\d\d-\d\d( \d\d)?|\d{1,3}(\.\d{1,3}){3}")
"""Days, moments and addresses of hosts are digits with signs between them too."""
_LEAST_KNOWN = 3
"""Shorter texts aren't looked for in sentences: they stand in too many words."""


def masked_name(name: str | None) -> str | None:
    """The first letter of each word: `John Doe` becomes `J••• D•••`."""
    return name and " ".join(f"{word[0]}{HIDDEN}" for word in name.split())


def masked_phone(phone: str | None) -> str | None:
    """The last two digits: `••• 56`."""
    return phone and f"{HIDDEN} {''.join(filter(str.isdigit, phone))[-_LAST_DIGITS:]}".strip()


def masked_email(email: str | None) -> str | None:
    """The first letter: `j•••@•••`."""
    return email and f"{email[0]}{HIDDEN}@{HIDDEN}"


def masked_text(text: str | None) -> str | None:
    """Nothing of it: a text to a customer, or anything else that a person wrote freely, may hold whatever there is."""
    return text and HIDDEN


def masked_sentence(sentence: str | None, known: Mapping[str, Any] | None = None) -> str | None:
    """A reason without e-mail addresses and phone numbers that a target quoted in it, and without what is `known` of the customer.

    `known` is the customer as an event's data has him.
    """
    if not sentence:
        return sentence
    for field, value in (known or {}).items():
        if field not in _CUSTOMER_KEEPS and isinstance(value, str) and len(value) >= _LEAST_KNOWN:
            sentence = re.sub(re.escape(value), HIDDEN, sentence, flags=re.IGNORECASE)
    return _PHONE.sub(_number, _EMAIL.sub(HIDDEN, sentence))


def masked_data(data: Mapping[str, Any]) -> dict[str, Any]:
    """The `data` of an event: of the customer only what names no person, and no link that opens his invoice.

    A field that isn't known here is hidden, so that a new one is never shown by mistake.
    """
    masked = {part: dict(value) if isinstance(value, Mapping) else value for part, value in data.items()}
    if isinstance(customer := masked.get("customer"), dict):
        masked["customer"] = masked_customer(customer)
    for part, fields in _HIDDEN.items():
        if isinstance(held := masked.get(part), dict):
            held.update({field: HIDDEN for field in fields if held.get(field)})
    return masked


def masked_customer(customer: Mapping[str, Any]) -> dict[str, Any]:
    """A customer as events have him."""
    return {
        field: value if field in _CUSTOMER_KEEPS else _MASKS.get(field, _hide)(value) for field, value in customer.items()
    }


def masked_cloud_event(cloud_event: Mapping[str, Any]) -> dict[str, Any]:
    """A CloudEvent, of any type of the language."""
    return {**cloud_event, "data": masked_data(cloud_event["data"])}


def masked_event(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event of the log, listed or whole, with what is owed of it: see `storage.event_log`."""
    masked = {**event, "customer_name": masked_name(event["customer_name"])}
    known: Mapping[str, Any] = {"name": event["customer_name"]}
    if cloud_event := event.get("cloud_event"):
        known = cloud_event["data"].get("customer", known)
        masked["cloud_event"] = masked_cloud_event(cloud_event)
    return masked | {"provisionings": [_masked_reasons(one, known) for one in event["provisionings"]]}


def masked_messages(told: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """What a target told of one event: its partner and the messages to him, of which `known` is the customer as the event has him."""
    partner = {**told["partner"], "name": masked_name(told["partner"]["name"])}
    return {**told, "partner": partner, "messages": [_masked_message(one, known) for one in told["messages"]]}


def masked_account(account: Mapping[str, Any]) -> dict[str, Any]:
    """An account of embedded billing, listed or whole, as the API has it."""
    hidden = ("payment_method", "held_because", *_MASKS)
    masked = {name: _MASKS.get(name, _hide)(value) if name in hidden else value for name, value in account.items()}
    if "payments" in masked:
        masked["payments"] = [{**payment, "method": _hide(payment["method"])} for payment in account["payments"]]
    return masked


def _masked_reasons(told: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """What is owed, an attempt or a message: anybody may have quoted the customer in its reason."""
    masked = {**told, "because": masked_sentence(told["because"], known)} if "because" in told else dict(told)
    for each in ("attempts", "messages"):
        if isinstance(told.get(each), list):
            masked[each] = [_masked_reasons(one, known) for one in told[each]]
    return masked


def _masked_message(message: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    recipient = masked_email if message["channel"] == "email" else masked_phone
    return {
        **message,
        "recipient": recipient(message["recipient"]),
        "subject": masked_text(message["subject"]),
        "text": masked_text(message["text"]),
        "because": masked_sentence(message["because"], known),
    }


def _hide(value: object) -> object:
    return HIDDEN if value else value


_MASKS: Mapping[str, Callable[[Any], Any]] = {
    "name": masked_name,
    "company_name": masked_name,
    "invoice_contact": masked_name,
    "phone": masked_phone,
    "email": masked_email,
}


def _number(found: re.Match[str]) -> str:
    return found[0] if _NO_PHONE.fullmatch(found[0]) else HIDDEN
