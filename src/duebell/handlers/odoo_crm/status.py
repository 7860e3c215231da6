"""`status` as the contract has it (docs/contract.md): what the addon is and knows. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from duebell.handlers.odoo_crm.answer import Json
from duebell.handlers.odoo_crm.errors import AddonIncompatible
from duebell.handlers.odoo_crm.group import CREATE
from duebell.handlers.odoo_crm.shape import OdooTime, Shape, read, seen, url_of

CONTRACT = 1
"""The version of the contract that this Duebell speaks."""


class Problem(Shape):
    """Something in Odoo that a person should mend."""

    slug: str
    sentence: str


class Reports(Shape):
    """Where delivery reports come to, how many texts left in the last days, and of how many it is known that they arrived."""

    url: str
    sent: int = Field(ge=0)
    delivered: int = Field(ge=0)


class Status(Shape):
    """Times are UTC; `key_expires_on` is None for a key without expiry.

    `methods`: the optional ones; an older addon tells of none. `unmatched`: what may become of events whose customer is no contact's
    yet. `templates`: by event type, then channel (`sms`, `email`), the languages that have a text. `currency` is the company's;
    older addons tell neither it nor of `reports`.
    """

    addon_version: str = Field(max_length=50)
    methods: list[str] = Field(default_factory=list)
    unmatched: list[str] = Field(default_factory=lambda: [CREATE])
    odoo_version: str
    database_uuid: str
    database: str
    paired_with: str | None = None
    server_time: OdooTime
    company: str
    user: str
    key_expires_on: OdooTime | None
    max_events: int = Field(ge=1)
    event_types: list[str]
    templates: dict[str, dict[str, list[str]]]
    sms_ready: bool
    mail_ready: bool
    problems: list[Problem]
    currency: str = "USD"
    reports: Reports | None = None
    sms_endpoint: str | None = None


class _Contracts(Shape):
    contracts: list[int]
    addon_version: str = Field(max_length=50)


def read_status(answer: Json, api_url: str) -> Status:
    """Read the answer.

    Raises:
        AddonIncompatible: the addon doesn't speak our contract.
        OtherShape: it can't be read.
    """
    url = url_of(api_url, "status")
    spoken = read(_Contracts, answer, url)
    if CONTRACT not in spoken.contracts:
        raise AddonIncompatible(seen(url), _difference(spoken.addon_version, spoken.contracts))
    return read(Status, answer, url)


def _difference(addon_version: str, contracts: Sequence[int]) -> str:
    older = "upgrade the addon" if max(contracts, default=0) < CONTRACT else "upgrade Duebell"
    return f"addon {addon_version} speaks {', '.join(map(str, contracts)) or 'none'}, Duebell speaks {CONTRACT}: {older}"
