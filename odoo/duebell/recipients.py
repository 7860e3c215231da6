# SPDX-License-Identifier: LGPL-3.0-only
"""Where a message goes: billing has numbers and addresses unchecked; a bad one fails the message, never the event."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from odoo.api import Environment
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from odoo.addons.phone_validation.tools import phone_validation

from .contract import Customer


class Recipient(NamedTuple):
    """A number (E.164) or an address; or, in plain words, why there is none to write to."""

    address: str
    because: str | None = None


def recipient_of(env: Environment, customer: Customer, channel: str, country: str | bool) -> Recipient:
    """`country`: ISO code of the country in which a number without "+" is dialled."""
    return _by_sms(env, customer.phone, country) if channel == "sms" else _by_email(env, customer.email)


def _by_sms(env: Environment, phone: str | None, country: str | bool) -> Recipient:
    if not phone:
        return Recipient("", env._("The customer has no phone number in billing."))
    number = _callable_number(phone, country)
    if number is None:
        return Recipient(phone, env._("“%s” is not a number that can be called: correct it in billing.", phone))
    return Recipient(number)


def _by_email(env: Environment, email: str | None) -> Recipient:
    if not email:
        return Recipient("", env._("The customer has no e-mail address in billing."))
    address = email_normalize(email)
    if not address:
        return Recipient(email, env._("“%s” is not an e-mail address: correct it in billing.", email))
    return Recipient(address)


@lru_cache(maxsize=50_000)
def _callable_number(phone: str, country: str | bool) -> str | None:
    try:
        return phone_validation.phone_format(phone, country, None, force_format="E164")
    except UserError:
        return None
