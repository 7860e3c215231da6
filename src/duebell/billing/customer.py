"""A customer of embedded billing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import phonenumbers

from duebell import events
from duebell.billing.collection import CUSTOMER_CLASSES
from duebell.billing.wording import naming, one_line
from duebell.errors import InvalidValue
from duebell.money import decimals_of

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_ID = 64
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingCustomer:
    """Who is billed, in which currency (ISO 4217) and by which calendar (IANA time zone).

    `external_id` is the operator's own short name for him, unique in the environment; `reference`, if given, is unique too.
    """

    external_id: str
    name: str
    currency: str
    time_zone: str = "UTC"
    customer_class: str = "standard"
    reference: str | None = None
    company_name: str | None = None
    phone: str | None = None
    email: str | None = None
    language: str | None = None
    payment_method: str | None = None

    def checked(self) -> BillingCustomer:
        """The customer as he may be kept: texts trimmed, phone in E.164.

        Raises:
            InvalidValue: the first field that is not what it should be, by its name.
        """
        with naming("currency"):
            decimals_of(self.currency)
        with naming("time_zone"):
            events.Customer(external_id="-", name="-", time_zone=self.time_zone)
        with naming("language"):
            events.Customer(external_id="-", name="-", language=self.language)
        return replace(
            self,
            external_id=_external_id(self.external_id),
            name=one_line(self.name, "name"),
            customer_class=_known_class(self.customer_class),
            reference=self.reference and one_line(self.reference, "reference"),
            company_name=self.company_name and one_line(self.company_name, "company_name"),
            phone=self.phone and _e164(self.phone),
            email=self.email and _email(self.email),
            payment_method=self.payment_method and one_line(self.payment_method, "payment_method"),
        )

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose midnight ends his day."""
        return ZoneInfo(self.time_zone)

    def snapshot(self) -> events.Customer:
        """As events tell of him."""
        return events.Customer(
            external_id=self.external_id,
            name=self.name,
            reference=self.reference,
            customer_class=self.customer_class,
            company_name=self.company_name,
            phone=self.phone,
            email=self.email,
            language=self.language,
            time_zone=self.time_zone,
        )


def _external_id(text: str) -> str:
    if len(text) > _LONGEST_ID or not _SLUG.fullmatch(text):
        raise InvalidValue(
            f"external_id: {text!r} can't be a customer's id: use up to {_LONGEST_ID} small letters, digits and hyphens, "
            f"such as john-doe."
        )
    return text


def _known_class(name: str) -> str:
    if name not in CUSTOMER_CLASSES:
        raise InvalidValue(f"customer_class: there is no class {name!r}; there are {', '.join(CUSTOMER_CLASSES)}.")
    return name


def _e164(text: str) -> str:
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise InvalidValue(
            f"phone: {text!r} is no number that can be called: write it with + and the country code, such as +12025550123."
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _email(text: str) -> str:
    address = one_line(text, "email", longest=254)
    if not _EMAIL.fullmatch(address):
        raise InvalidValue(f"email: {text!r} is not an e-mail address: write it like john@example.com.")
    return address
