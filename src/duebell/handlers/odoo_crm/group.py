"""The options of `OdooCRM`, declared once, and the settings read from them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from duebell.configuration.choice import OneOf
from duebell.configuration.group import Group, Option
from duebell.configuration.number import whole_number
from duebell.handlers.odoo_crm.api_url import checked_api_url

CREATE = "create"
"""What addons do that know no other way: they make a contact of a customer whom none is found for."""
KEY_LENGTH = 40
"""Characters of an API key, since Odoo 14."""
_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_DATABASE_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The options of `OdooCRM`, typed. Times are in seconds; the key is kept out of the representation."""

    api_url: str
    access_key: str = field(repr=False)
    database: str | None
    request_timeout: float
    max_batch: int
    max_calls_in_flight: int
    on_unmatched: str = CREATE

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Settings:
        """Read the group's values, as `Group.checked` returned them; defaults are filled in.

        Raises:
            InvalidValue: a required option has no value.
        """
        complete = ODOO_CRM.complete(values)
        return cls(
            api_url=complete["API_URL"],
            access_key=complete["API_Access_Key"],
            database=complete.get("Database"),
            request_timeout=float(complete["Request_Timeout"]),
            max_batch=int(complete["Max_Batch"]),
            max_calls_in_flight=int(complete["Max_Calls_In_Flight"]),
            on_unmatched=complete["On_Unmatched_Customer"],
        )


def _access_key(typed: str) -> str:
    key = typed.strip()
    if any(character.isspace() for character in key):
        raise ValueError("the key has a space or a line break in it: paste the key alone, without `bearer` or its name")
    if not (key.isascii() and key.isprintable()):
        raise ValueError("the key has characters that no Odoo key has: copy it from Odoo again")
    if len(key) < KEY_LENGTH:
        raise ValueError(f"the key looks cut: it has {len(key)} characters, Odoo's have {KEY_LENGTH}; copy the whole of it")
    return key


def _database(typed: str) -> str:
    name = typed.strip()
    if not _DATABASE_NAME.fullmatch(name):
        raise ValueError(
            "no Odoo database is named so: type letters, digits, `_`, `.` and `-` only, as in Odoo's database list"
        )
    return name


def phones_for_tests(value: str) -> list[str]:
    """The phones of `Test_Phones`, as kept or typed."""
    return re.split(r"[\s,]+", value.strip()) if value.strip() else []


def _test_phones(typed: str) -> str:
    phones = phones_for_tests(typed)
    wrong = [phone for phone in phones if not _PHONE.fullmatch(phone)]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is no phone number: type a plus sign and digits, like +12025550123")
    return ", ".join(phones)


ODOO_CRM = Group(
    name="OdooCRM",
    title="Odoo CRM",
    options=(
        Option(
            key="API_URL",
            label="Address of Odoo",
            help="Where Odoo 19 or newer is served, without a path: https://odoo.example.com",
            check=checked_api_url,
            required=True,
        ),
        Option(
            key="API_Access_Key",
            label="API key",
            help="An API key made in Odoo by a user of its group Billing Integration. Stored encrypted, never shown again.",
            check=_access_key,
            secret=True,
            required=True,
        ),
        Option(
            key="Database",
            label="Database",
            help="The name of Odoo's database; only needed where one address serves several.",
            check=_database,
        ),
        Option(
            key="Request_Timeout",
            label="Longest wait for an answer",
            help="Odoo repeats a call that collides with others for up to half a minute: 40 and more waits for that.",
            check=whole_number(10, 600),
            default="60",
            unit="seconds",
        ),
        Option(
            key="Max_Batch",
            label="Events in a call",
            help="How many events one call may carry. Fewer make a call quicker, more make a backlog drain quicker.",
            check=whole_number(1, 1000),
            default="800",
            unit="events",
        ),
        Option(
            key="Max_Calls_In_Flight",
            label="Calls at once",
            help="How many calls may be under way at once; each occupies a worker of Odoo, so leave some for its users.",
            check=whole_number(1, 8),
            default="3",
            unit="calls",
        ),
        Option(
            key="Max_Calls_Per_Second",
            label="Calls a second",
            help="How many calls may begin within a second; 0: as many as Odoo bears.",
            check=whole_number(0, 1000),
            default="0",
            unit="calls",
        ),
        Option(
            key="On_Unmatched_Customer",
            label="Customers whose reference no contact has",
            help="create: Odoo makes a contact. refuse: the event is refused, until somebody gives the reference to the right "
            "contact and the event is replayed. wait: events wait in Odoo, until somebody says there, under Billing → To Link, "
            "which contact the customer is.",
            check=OneOf((CREATE, "refuse", "wait")),
            default=CREATE,
        ),
        Option(
            key="Rotate_Key_Every",
            label="Change the API key by itself every",
            help="A new key is made in Odoo, verified and put in force, then the old one ends; 0: never. Odoo ends keys after a year.",
            check=whole_number(0, 360),
            default="0",
            unit="days",
        ),
        Option(
            key="Test_Phones",
            label="Phones for test texts",
            help="Verify sends a test text to these phones only, and only when asked to: +12025550123, separated by commas.",
            check=_test_phones,
            personal=True,
        ),
    ),
)
