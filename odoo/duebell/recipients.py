# SPDX-License-Identifier: LGPL-3.0-only
"""Where a message goes: billing has numbers and addresses unchecked; a bad one fails the message, never the event."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberType

from odoo.api import Environment
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from odoo.addons.phone_validation.tools import phone_validation

from .contract import Customer

TEXTLESS = (
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.VOICEMAIL,
    PhoneNumberType.UAN,
)


class Recipient(NamedTuple):
    """A number (E.164) or an address; or, in plain words, why there is none to write to."""

    address: str
    because: str | None = None


def recipient_of(
    env: Environment, customer: Customer, channel: str, country: str | bool, *, texts_only: bool = False
) -> Recipient:
    """`country`: ISO code of the country in which a number without "+" is dialled.

    `texts_only`: a landline is none to write to; otherwise the gateway decides, as some read texts out.
    """
    if channel == "sms":
        return _by_sms(env, customer.phone, country, texts_only=texts_only)
    return _by_email(env, customer.email)


def _by_sms(env: Environment, phone: str | None, country: str | bool, *, texts_only: bool) -> Recipient:
    if not phone:
        return Recipient("", env._("The customer has no phone number in billing."))
    number = callable_number(phone, country)
    if number is None:
        return Recipient(phone, env._("“%s” is not a number that can be called: correct it in billing.", phone))
    if texts_only and not takes_texts(number):
        return Recipient(number, env._("“%s” is a number that takes no texts, such as a landline.", phone))
    return Recipient(number)


@lru_cache(maxsize=50_000)
def takes_texts(number: str) -> bool:
    """Whether a number (E.164) may; some countries don't tell mobile numbers from landlines: there all may."""
    return phonenumbers.number_type(phonenumbers.parse(number)) not in TEXTLESS


def _by_email(env: Environment, email: str | None) -> Recipient:
    if not email:
        return Recipient("", env._("The customer has no e-mail address in billing."))
    address = email_normalize(email)
    if not address:
        return Recipient(email, env._("“%s” is not an e-mail address: correct it in billing.", email))
    return Recipient(address)


@lru_cache(maxsize=50_000)
def callable_number(phone: str, country: str | bool) -> str | None:
    """As E.164; None: nobody can be called there. `country`: as of `recipient_of`."""
    try:
        return phone_validation.phone_format(phone, country, None, force_format="E164")
    except UserError:
        return None
