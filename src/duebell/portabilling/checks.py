"""The questions of Verify, one function each: what is asked, what was found, and what to do about it."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from duebell.configuration.question import Finding, failed, passed, warning
from duebell.configuration.way_checks import address, encryption
from duebell.errors import InvalidValue
from duebell.events import Reason
from duebell.outbound.guard import Guard, Resolve
from duebell.outbound.way import Way
from duebell.portabilling.api import Client
from duebell.portabilling.group import PORTABILLING, options_of
from duebell.portabilling.inlet import to_enter
from duebell.portabilling.options import PortaBillingOptions
from duebell.portabilling.readings import CustomerReading

SECRETS = ("API_Password", "API_Token", "Event_Password")
CERTIFICATE_WARNING = timedelta(days=14)
MOST_SKEW = timedelta(minutes=1)
PATIENCE = 20.0
"""Seconds for an answer: a person is waiting, and none of these calls is long."""


@dataclass(kw_only=True)
class Inquiry:
    """What is asked about, and what earlier questions found out for later ones; these may read only what they build on has set."""

    environment: str
    values: Mapping[str, str]
    now: Callable[[], datetime]
    tls: ssl.SSLContext
    resolve: Resolve
    way: Way = field(init=False)
    options: PortaBillingOptions = field(init=False)
    client: Client | None = None
    customers: Sequence[str] = ()
    """The samples' i_customer."""
    readings: Sequence[CustomerReading] = ()
    invoices: Sequence[tuple[str, CustomerReading]] = ()
    """The samples' i_invoice, each with whose it is."""

    def connected(self) -> Client:
        """A client of these options."""
        if self.client is None:
            api = replace(self.options.api, timeout=min(self.options.api.timeout, PATIENCE))
            self.client = Client(api, now=self.now, tls=self.tls, resolve=self.resolve)
        return self.client

    async def close(self) -> None:
        """Give connections back."""
        if self.client is not None:
            await self.client.close()


# --- what was typed ----------------------------------------------------------------------------------------------------


async def options(inquiry: Inquiry) -> Finding:
    try:
        inquiry.options = options_of(PORTABILLING.checked(inquiry.values))
    except InvalidValue as error:
        return failed(" ".join(str(error).splitlines()), "Correct what is named.")
    return passed("complete")


async def url(inquiry: Inquiry) -> Finding:
    api = inquiry.options.api
    inquiry.way = Way(api.url, Guard(api.allowed_hosts, inquiry.resolve))
    return address(inquiry.way, "API_URL", api.allowed_hosts)


# --- the way there -----------------------------------------------------------------------------------------------------


async def tls(inquiry: Inquiry) -> Finding:
    remedy = partial(warning, hint="Renew the certificate of PortaBilling's web server.")
    return await encryption(inquiry, remedy, CERTIFICATE_WARNING)


# --- the API -----------------------------------------------------------------------------------------------------------


async def login(inquiry: Inquiry) -> Finding:
    await inquiry.connected().probe()
    return passed(f"{inquiry.options.api.login} is logged in")


async def clock(inquiry: Inquiry) -> Finding:
    skew = inquiry.connected().skew
    if skew is None:
        return warning("PortaBilling's answers don't say when they were given.", "Compare both machines' clocks yourself.")
    if abs(skew) > MOST_SKEW:
        ahead = "ahead of" if skew > timedelta() else "behind"
        return warning(
            f"PortaBilling's clock is {abs(skew)} {ahead} ours.", "Let both machines take the time from the network."
        )
    return passed("they do, to the minute")


# --- the other side, which no API tells of ------------------------------------------------------------------------------


async def inlet(inquiry: Inquiry) -> Finding:
    address = inquiry.options.inlet_address
    entered = to_enter(inquiry.environment, address, inquiry.options.authorization)
    if address is None:
        return warning(
            entered, "Set Inlet_Address to how PortaBilling reaches this Duebell, and Verify says the whole address."
        )
    return passed(entered)


async def commitments(inquiry: Inquiry) -> Finding:
    types, words = inquiry.options.commitment_types, inquiry.options.commitment_words
    if not types:
        return passed("no type of event that ends a commitment is entered: nobody is told of one, nor won back")
    if not words:
        return warning(
            "Nothing says why a commitment was ended: Odoo opens no win-back opportunity.",
            "Enter in Commitment_Words which word of the variable reason means cancelled_early, or which type of event does; "
            "a type that doesn't is entered as other.",
        )
    if Reason.CANCELLED_EARLY not in words.values():
        return passed("no word means cancelled_early: Odoo opens no win-back opportunity")
    return passed(f"{', '.join(sorted(types))} tell of it, and why")


async def own_templates(inquiry: Inquiry) -> Finding:
    if inquiry.options.own_templates_off:
        return passed("somebody has signed that they are off")
    return warning(
        "PortaBilling has SMS and e-mail templates of its own, and no API tells whether they are on: customers may be told twice.",
        "Switch them off in PortaBilling for the events that Odoo tells of, then set Own_Templates_Off to yes.",
    )
