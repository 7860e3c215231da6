"""The options of `Alarms`, declared once, and the settings read from them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from duebell.alarms.conditions import Limits
from duebell.alarms.open_hours import OpenHours
from duebell.configuration.choice import OneOf
from duebell.configuration.group import Group, Option
from duebell.configuration.number import whole_number
from duebell.errors import InvalidValue
from duebell.outbound import AllowedHosts, checked_allowed_hosts, checked_url
from duebell.signature import checked_secret

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")
_BYTES_A_MEGABYTE = 1_000_000


class Security(StrEnum):
    """How the connection to the mail server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


_PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """The mail server, and whom it brings what."""

    host: str
    port: int
    security: Security
    user: str | None
    password: str | None = field(repr=False)
    sender: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """Where signed calls go; `secrets` are the newest first."""

    url: str
    secrets: tuple[str, ...] = field(repr=False)
    allowed_hosts: AllowedHosts


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatSettings:
    """The watchdog's address, whose path may be a secret, and the seconds between two beats."""

    url: str = field(repr=False)
    every: float
    allowed_hosts: AllowedHosts


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The options of `Alarms`, typed. A way of telling that isn't configured is None."""

    name: str
    grace: timedelta
    limits: Limits
    mail: MailSettings | None
    webhook: WebhookSettings | None
    heartbeat: HeartbeatSettings | None

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Settings:
        """Read the group's values, as `Group.checked` returned them; defaults are filled in.

        Raises:
            InvalidValue: something is missing that a configured way of telling needs; all of it at once.
        """
        complete = ALARMS.complete(values)
        _refuse_incomplete(complete)
        allowed = AllowedHosts.parse(complete.get("Allowed_Hosts", ""))
        return cls(
            name=complete["Name"],
            grace=timedelta(seconds=int(complete["Grace"])),
            limits=_limits(complete),
            mail=_mail(complete),
            webhook=_webhook(complete, allowed),
            heartbeat=_heartbeat(complete, allowed),
        )


_TOGETHER = (("SMTP_Host", "Mail_From", "Mail_To"), ("Webhook_URL", "Webhook_Secret"))
"""Options that need each other."""


def _refuse_incomplete(values: Mapping[str, str]) -> None:
    missing = [
        f"Alarms.{key} is missing, since {', '.join(given)} is set: set it too, or unset that."
        for keys in (*_TOGETHER, ("SMTP_User", "SMTP_Password"))
        if (given := [key for key in keys if key in values])
        for key in keys
        if key not in values
    ]
    if missing:
        raise InvalidValue("\n".join(missing))


def _limits(values: Mapping[str, str]) -> Limits:
    return Limits(
        oldest_waiting=timedelta(minutes=int(values["Oldest_Waiting"])),
        silence_after=timedelta(hours=int(values["Silence_After"])),
        silence_counts=OpenHours.parse(values.get("Silence_Counts", ""), values["Time_Zone"]),
        free_space=int(values["Free_Space"]) * _BYTES_A_MEGABYTE,
    )


def _mail(values: Mapping[str, str]) -> MailSettings | None:
    if "SMTP_Host" not in values:
        return None
    security = Security(values["SMTP_Security"])
    return MailSettings(
        host=values["SMTP_Host"],
        port=int(values.get("SMTP_Port", _PORTS[security])),
        security=security,
        user=values.get("SMTP_User"),
        password=values.get("SMTP_Password"),
        sender=values["Mail_From"],
        recipients=tuple(values["Mail_To"].split(", ")),
    )


def _webhook(values: Mapping[str, str], allowed: AllowedHosts) -> WebhookSettings | None:
    if "Webhook_URL" not in values:
        return None
    secrets = tuple(values[key] for key in ("Webhook_Secret", "Previous_Webhook_Secret") if key in values)
    return WebhookSettings(url=values["Webhook_URL"], secrets=secrets, allowed_hosts=allowed)


def _heartbeat(values: Mapping[str, str], allowed: AllowedHosts) -> HeartbeatSettings | None:
    if "Heartbeat_URL" not in values:
        return None
    return HeartbeatSettings(url=values["Heartbeat_URL"], every=float(values["Heartbeat_Every"]), allowed_hosts=allowed)


# --- checks of what was typed ------------------------------------------------------------------------------------------


def _name(typed: str) -> str:
    name = typed.strip()
    if not name.isprintable() or len(name) > 60:  # noqa: PLR2004 - a subject line's worth
        raise ValueError("type at most 60 letters, on one line")
    return name


def _host(typed: str) -> str:
    if not _HOST.fullmatch(typed.strip()):
        raise ValueError("type a name or an IP address, like mail.example.com; the port is an option of its own")
    return typed.strip()


def _address(typed: str) -> str:
    if not _ADDRESS.fullmatch(typed.strip()):
        raise ValueError(f"{typed.strip()!r} is no e-mail address: type it like operations@example.com")
    return typed.strip()


def _addresses(typed: str) -> str:
    return ", ".join(dict.fromkeys(_address(one) for one in re.split(r"[,;\s]+", typed.strip(" ,;\t\n"))))


def _open_hours(typed: str) -> str:
    OpenHours.parse(typed, "UTC")
    return typed.strip()


def _time_zone(typed: str) -> str:
    try:
        return ZoneInfo(typed.strip()).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {typed.strip()!r}: type it like Europe/Berlin") from None


ALARMS = Group(
    name="Alarms",
    title="Alarms",
    global_only=True,
    options=(
        Option(
            key="Name",
            label="Name of this Duebell",
            help="How alarms name it, where people watch several.",
            check=_name,
            default="Duebell",
        ),
        Option(
            key="Grace",
            label="Grace",
            help="What ends within this time is told to nobody; an all-clear waits as long.",
            check=whole_number(0, 86400),
            default="120",
            unit="seconds",
        ),
        Option(
            key="Oldest_Waiting",
            label="Longest wait of an event",
            help="An event that a handler is owed for longer is an alarm.",
            check=whole_number(1, 10080),
            default="15",
            unit="minutes",
        ),
        Option(
            key="Silence_After",
            label="Longest silence",
            help="If billing records no event for so long, that is an alarm; 0: never.",
            check=whole_number(0, 8760),
            default="24",
            unit="hours",
        ),
        Option(
            key="Silence_Counts",
            label="When silence counts",
            help="Only these days and hours are counted, like Mon-Fri 08:00-18:00; without it, all.",
            check=_open_hours,
        ),
        Option(
            key="Time_Zone",
            label="Time zone",
            help="Of the days and hours in which silence counts.",
            check=_time_zone,
            default="UTC",
        ),
        Option(
            key="Free_Space",
            label="Least free space",
            help="If the data folder's disk has less, that is an alarm; 0: never.",
            check=whole_number(0, 1_000_000),
            default="500",
            unit="MB",
        ),
        Option(
            key="SMTP_Host",
            label="Mail server",
            help="Brings alarms by e-mail; without it, none are sent.",
            check=_host,
        ),
        Option(
            key="SMTP_Port",
            label="Its port",
            help="Without it: 587 with starttls, 465 with tls, 25 with none.",
            check=whole_number(1, 65535),
        ),
        Option(
            key="SMTP_Security",
            label="Encryption",
            help="starttls, tls, or none (only on this machine or a network of your own).",
            check=OneOf(tuple(Security)),
            default=Security.STARTTLS.value,
        ),
        Option(key="SMTP_User", label="User", help="If the mail server asks for one."),
        Option(key="SMTP_Password", label="Password", help="The user's password.", check=str, secret=True),
        Option(key="Mail_From", label="Sender", help="The address that alarms come from.", check=_address),
        Option(key="Mail_To", label="Recipients", help="Who is told, separated by commas.", check=_addresses, personal=True),
        Option(
            key="Webhook_URL",
            label="Address of a receiver",
            help="Where alarms are posted: https://example.com/hook; http:// only to a private host that is allowed.",
            check=checked_url,
        ),
        Option(
            key="Webhook_Secret",
            label="Secret",
            help="What calls are signed with, by Standard Webhooks: whsec_ and base64. The receiver has the same one.",
            check=checked_secret,
            secret=True,
        ),
        Option(
            key="Previous_Webhook_Secret",
            label="Previous secret",
            help="While the secret is being replaced: calls are signed with both.",
            check=checked_secret,
            secret=True,
        ),
        Option(
            key="Heartbeat_URL",
            label="Address of a watchdog",
            help="Is posted to while all is well inside; a watchdog outside alarms when that stops. Kept as a secret.",
            check=checked_url,
            secret=True,
        ),
        Option(
            key="Heartbeat_Every",
            label="Time between two beats",
            help="Let the watchdog wait for at least twice this time.",
            check=whole_number(10, 3600),
            default="60",
            unit="seconds",
        ),
        Option(
            key="Allowed_Hosts",
            label="Allowed private hosts",
            help="Private addresses of a receiver or watchdog are called only if their host is named here: 10.1.2.3:8443.",
            check=checked_allowed_hosts,
        ),
    ),
)
