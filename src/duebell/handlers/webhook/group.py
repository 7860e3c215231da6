"""The options of `Webhook`, declared once, and the settings read from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from duebell.configuration.choice import OneOf
from duebell.configuration.group import Group, Option
from duebell.configuration.number import whole_number
from duebell.outbound import AllowedHosts, checked_allowed_hosts, checked_url
from duebell.signature import checked_secret


class Fields(StrEnum):
    """How much of an event is told."""

    FULL = "full"
    MINIMAL = "minimal"
    """Ids, amounts, dates and states only: nothing that says who the customer is or how to reach him."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The options of `Webhook`, typed. Times are in seconds; `secrets` are the newest first."""

    url: str
    secrets: tuple[str, ...] = field(repr=False)
    allowed_hosts: AllowedHosts
    fields: Fields
    request_timeout: float
    max_batch: int
    max_calls_in_flight: int

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Settings:
        """Read the group's values, as `Group.checked` returned them; defaults are filled in.

        Raises:
            InvalidValue: a required option has no value.
        """
        complete = WEBHOOK.complete(values)
        return cls(
            url=complete["URL"],
            secrets=tuple(complete[key] for key in ("Secret", "Previous_Secret") if complete.get(key)),
            allowed_hosts=AllowedHosts.parse(complete.get("Allowed_Hosts", "")),
            fields=Fields(complete["Fields"]),
            request_timeout=float(complete["Request_Timeout"]),
            max_batch=int(complete["Max_Batch"]),
            max_calls_in_flight=int(complete["Max_Calls_In_Flight"]),
        )


WEBHOOK = Group(
    name="Webhook",
    title="Webhook",
    options=(
        Option(
            key="URL",
            label="Address of the receiver",
            help="Where events are posted: https://example.com/hook; http:// only to a private host that is allowed.",
            check=checked_url,
            required=True,
        ),
        Option(
            key="Secret",
            label="Secret",
            help="What calls are signed with, by Standard Webhooks: whsec_ and base64. The receiver has the same one.",
            check=checked_secret,
            secret=True,
            required=True,
        ),
        Option(
            key="Previous_Secret",
            label="Previous secret",
            help="While the secret is being replaced: calls are signed with both, so the receiver may change over at any time.",
            check=checked_secret,
            secret=True,
        ),
        Option(
            key="Allowed_Hosts",
            label="Allowed private hosts",
            help="Private addresses are called only if their host is named here: crm.internal, 10.1.2.3:8443.",
            check=checked_allowed_hosts,
        ),
        Option(
            key="Fields",
            label="What is told",
            help="full: the events as they are; minimal: ids, amounts, dates and states only, no personal data.",
            check=OneOf(tuple(Fields)),
            default=Fields.FULL.value,
        ),
        Option(
            key="Request_Timeout",
            label="Longest wait for an answer",
            help="A call that isn't answered within this time has failed and is made again, with the same id.",
            check=whole_number(3, 120),
            default="15",
            unit="seconds",
        ),
        Option(
            key="Max_Batch",
            label="Events in a call",
            help="1: each event is a call of its own. More: each call is a CloudEvents batch, in order.",
            check=whole_number(1, 1000),
            default="1",
            unit="events",
        ),
        Option(
            key="Max_Calls_In_Flight",
            label="Calls at once",
            help="How many calls may be under way at once; never two for one customer.",
            check=whole_number(1, 64),
            default="4",
            unit="calls",
        ),
        Option(
            key="Max_Calls_Per_Second",
            label="Calls a second",
            help="How many calls may begin within a second; 0: as many as the receiver bears.",
            check=whole_number(0, 1000),
            default="0",
            unit="calls a second",
        ),
    ),
)
