"""The options of the group `PortaBilling`, typed. Pure; `group.options_of` reads them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from duebell.events import Reason
from duebell.outbound import AllowedHosts
from duebell.portabilling.readings import CustomerCondition, InvoiceStatus
from duebell.portabilling.tables import of_any


class RequestStyle(StrEnum):
    """How calls are made, which depends on PortaBilling's release."""

    JSON = "json"
    """A JSON body, and the access token in the header `Authorization`."""
    FORM = "form"
    """The form fields `auth_info` and `params`, each of them JSON: older releases."""


class AuthorizationKind(StrEnum):
    """How EventSender shows that it is PortaBilling."""

    BASIC = "basic"
    HEADER = "header"
    """The header's whole value is the password."""
    SIGNATURE = "signature"
    """The header has the HMAC of the body under the password, in hex or base64. PortaBilling's own form isn't public."""


class About(StrEnum):
    """What a raw event is about, so what is read when it comes."""

    CUSTOMER = "customer"
    INVOICE = "invoice"
    COMMITMENT = "commitment"
    NOTHING = "nothing"
    """Nothing that anybody is told of."""


class DailyReconcile(StrEnum):
    """What comes of the daily comparison of what PortaBilling has with what is known."""

    OFF = "off"
    TELL = "tell"
    """An alarm says what differs."""
    RECORD = "record"
    """The customers it is about are read, and what is new of them is recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiOptions:
    """How PortaBilling's API is called: `url` is scheme, host and port; the time-out is in seconds.

    One of `password` and `token` is set; `calls_per_second` None: no limit.
    """

    url: str
    login: str
    password: str | None = field(repr=False)
    token: str | None = field(repr=False)
    style: RequestStyle
    timeout: float
    calls_in_flight: int
    calls_per_second: int | None
    allowed_hosts: AllowedHosts


@dataclass(frozen=True, slots=True, kw_only=True)
class EventAuthorization:
    """What EventSender's calls are to bring. `digest` is a name of hashlib's and counts for a signature, `user` for Basic."""

    kind: AuthorizationKind
    header: str
    user: str
    password: str = field(repr=False)
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PortaBillingOptions:
    """All of them. Fields are our name to PortaBilling's, complete; words are PortaBilling's (casefolded) to ours, complete."""

    api: ApiOptions
    authorization: EventAuthorization
    event_types: Mapping[str, About]
    """What the operator adds to or changes in the built-in types, the commitments' among them."""
    commitment_types: Collection[str]
    """The raw types by which a commitment's termination is told."""
    invoice_fields: Mapping[str, str]
    customer_fields: Mapping[str, str]
    commitment_fields: Mapping[str, str]
    invoice_words: Mapping[str, InvoiceStatus]
    customer_words: Mapping[str, CustomerCondition]
    commitment_words: Mapping[str, Reason]
    """By a word of the variable `reason` of a commitment's end, or by the event's type, why it was ended."""
    time_zones: Mapping[str, str]
    languages: Mapping[str, str]
    company: str | None
    """The company that the customers belong to, by its name in Odoo; None: the integration user's."""
    collection_ladder: str
    """As typed; empty: there is none, and nothing is derived from it."""
    tell_from: datetime | None
    """Aware, UTC: what happened before reaches the timeline only; None: all is told."""
    quiet_alarm: timedelta | None
    """After so long without an event within working hours there is an alarm; None: never."""
    daily_reconcile: DailyReconcile
    inlet_address: str | None
    """Under which scheme, host and port PortaBilling reaches us."""
    own_templates_off: bool

    def time_zone(self, i_time_zone: str) -> str | None:
        """The IANA name of PortaBilling's number; None: no table says it."""
        return of_any(self.time_zones, i_time_zone)

    def language(self, i_lang: str) -> str | None:
        """The BCP 47 tag of what PortaBilling says; None: no table says it."""
        return of_any(self.languages, i_lang)
