"""The options of `PortaBilling`, declared once, and read from what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from duebell.configuration.choice import OneOf
from duebell.configuration.group import Group, Option
from duebell.configuration.number import whole_number
from duebell.errors import InvalidValue
from duebell.events import Reason
from duebell.outbound import AllowedHosts, checked_allowed_hosts
from duebell.portabilling import ladder, tables
from duebell.portabilling.api_url import checked_api_url, checked_origin
from duebell.portabilling.names import COMMITMENT_FIELDS, CUSTOMER_FIELDS, CUSTOMER_WORDS, INVOICE_FIELDS, INVOICE_WORDS
from duebell.portabilling.options import (
    About,
    ApiOptions,
    AuthorizationKind,
    DailyReconcile,
    EventAuthorization,
    PortaBillingOptions,
    RequestStyle,
)
from duebell.portabilling.raw import named_today
from duebell.portabilling.readings import CustomerCondition, InvoiceStatus

_DIGESTS = ("sha256", "sha512", "sha1")


def _header(typed: str) -> str:
    name = typed.strip()
    if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
        raise ValueError("type the name of a header, like Authorization or X-Signature")
    return name


def _moment(typed: str) -> str:
    how = "type it like 2026-12-01 00:00+01:00"
    try:
        moment = datetime.fromisoformat(typed.strip())
    except ValueError:
        raise ValueError(f"this is no moment: {how}") from None
    if moment.tzinfo is None:
        raise ValueError(f"say which clock it is by, with its distance from UTC at the end: {how}")
    return moment.astimezone(UTC).isoformat(sep=" ", timespec="seconds")


def _credential(typed: str) -> str:
    if not typed.isprintable():
        raise ValueError("it has a line break or another unprintable character in it: paste it alone")
    return typed


WHY_ENDED = (Reason.CANCELLED_EARLY, Reason.NON_PAYMENT, Reason.OTHER)
"""What a commitment may be ended for."""

PORTABILLING = Group(
    name="PortaBilling",
    title="PortaBilling",
    options=(
        Option(
            key="API_URL",
            label="Address of PortaBilling's API",
            help="Where the web interface for administrators is served, without a path: https://portabilling.example.com",
            check=checked_api_url,
            required=True,
        ),
        Option(
            key="API_Login",
            label="Login",
            help="The login of a user of PortaBilling that may read customers and invoices, and is used by Duebell alone.",
            check=lambda typed: _credential(typed.strip()),
            required=True,
        ),
        Option(
            key="API_Password",
            label="Password",
            help="The login's password. Stored encrypted, never shown again. Either this or API_Token.",
            check=_credential,
            secret=True,
        ),
        Option(
            key="API_Token",
            label="Token",
            help="The login's API token, instead of its password. Stored encrypted, never shown again.",
            check=lambda typed: _credential(typed.strip()),
            secret=True,
        ),
        Option(
            key="Request_Style",
            label="Style of calls",
            help="json: for today's releases; form: for older ones, which take auth_info and params as fields of a form.",
            check=OneOf(tuple(RequestStyle)),
            default=RequestStyle.JSON.value,
        ),
        Option(
            key="Request_Timeout",
            label="Longest wait for an answer",
            help="A call that isn't answered within this time has failed; it reads only, and is made again.",
            check=whole_number(3, 300),
            default="30",
            unit="seconds",
        ),
        Option(
            key="Max_Calls_In_Flight",
            label="Calls at once",
            help="How many calls may be under way at once.",
            check=whole_number(1, 100),
            default="20",
            unit="calls",
        ),
        Option(
            key="Max_Calls_Per_Second",
            label="Calls a second",
            help="How many calls may begin within a second; 0: as many as PortaBilling bears.",
            check=whole_number(0, 1000),
            default="0",
            unit="calls",
        ),
        Option(
            key="Allowed_Hosts",
            label="Allowed private hosts",
            help="A private address is called only if its host is named here: portabilling.internal, 10.1.2.3:8443.",
            check=checked_allowed_hosts,
        ),
        Option(
            key="Inlet_Address",
            label="Address of this Duebell for PortaBilling",
            help="How PortaBilling reaches Duebell, without a path: https://duebell.example.com. Verify says what to enter there.",
            check=checked_origin,
        ),
        Option(
            key="Event_Authorization",
            label="How EventSender shows who it is",
            help="basic: user and password; header: the password alone; signature: an HMAC of the body, made with the password.",
            check=OneOf(tuple(AuthorizationKind)),
            default=AuthorizationKind.BASIC.value,
        ),
        Option(
            key="Event_User",
            label="User of EventSender",
            help="Counts for basic only.",
            check=lambda typed: _credential(typed.strip()),
            default="portabilling",
        ),
        Option(
            key="Event_Password",
            label="Password of EventSender",
            help="Make a long one up and enter it in PortaBilling too. Stored encrypted, never shown again.",
            check=_credential,
            secret=True,
            required=True,
        ),
        Option(
            key="Event_Header",
            label="Header of EventSender",
            help="The header in which that comes.",
            check=_header,
            default="Authorization",
        ),
        Option(
            key="Event_Digest",
            label="Digest of the signature",
            help="Counts for signature only; PortaBilling's own isn't public.",
            check=OneOf(_DIGESTS),
            default=_DIGESTS[0],
        ),
        Option(
            key="Event_Types",
            label="Further types of events",
            help="What a type of event is about, besides those known: Invoice/Overdue=invoice, Account/Renamed=nothing.",
            check=tables.event_types([About.CUSTOMER, About.INVOICE, About.NOTHING]),
            long=True,
        ),
        Option(
            key="Commitment_Types",
            label="Types of events that end a commitment",
            help="The vendor names none in public: enter those that your PortaBilling sends, separated by commas.",
            check=tables.raw_types,
        ),
        Option(
            key="Invoice_Fields",
            label="Fields of an invoice",
            help="Where your PortaBilling calls a field otherwise than Duebell expects: due_on=due_date, paid=amount_paid.",
            check=tables.field_names(INVOICE_FIELDS),
            long=True,
        ),
        Option(
            key="Customer_Fields",
            label="Fields of a customer",
            help="Where your PortaBilling calls a field otherwise than Duebell expects: vat_number=tax_id.",
            check=tables.field_names(CUSTOMER_FIELDS),
            long=True,
        ),
        Option(
            key="Commitment_Fields",
            label="Variables of a commitment's end",
            help="What the variables of those events are called in your PortaBilling: ends_on=discount_end_date.",
            check=tables.field_names(COMMITMENT_FIELDS),
            long=True,
        ),
        Option(
            key="Invoice_Words",
            label="Words of an invoice's status",
            help="What a word of your PortaBilling means, besides those known: in dispute=under_review.",
            check=tables.words([*InvoiceStatus]),
            long=True,
        ),
        Option(
            key="Customer_Words",
            label="Words of a customer's status",
            help="What a word of your PortaBilling means, besides those known: frozen=blocked.",
            check=tables.words([*CustomerCondition]),
            long=True,
        ),
        Option(
            key="Commitment_Words",
            label="Why a commitment was ended",
            help="What a word of the variable reason, or a type in Commitment_Types, means: left by himself=cancelled_early. "
            "Only cancelled_early lets Odoo open a win-back opportunity.",
            check=tables.words(WHY_ENDED),
            long=True,
        ),
        Option(
            key="Time_Zones",
            label="Time zones",
            help="What each number in i_time_zone is: 3=Europe/Madrid, 7=America/New_York; * is any other.",
            check=tables.time_zones,
            long=True,
        ),
        Option(
            key="Languages",
            label="Languages",
            help="What each i_lang is: es=es-ES, br=pt-BR; * is any other.",
            check=tables.languages,
            long=True,
        ),
        Option(
            key="Company",
            label="Company in Odoo",
            help="The company that these customers belong to, by its name in Odoo; without it, the integration user's.",
        ),
        Option(
            key="Collection_Ladder",
            label="Collection ladder",
            help=(
                "What follows when, in days after the due date; warnings in days before their step; charge for who is charged by "
                "himself, in days before the due date: "
                "*: due_soon 10 7 1; overdue 1; suspension_warning 5; suspend 14. The API doesn't show it."
            ),
            check=ladder.checked,
            long=True,
        ),
        Option(
            key="Tell_From",
            label="Tell from",
            help="What happened before this moment reaches the timeline only: 2026-12-01 00:00+01:00.",
            check=_moment,
        ),
        Option(
            key="Quiet_Hours_Alarm",
            label="Longest silence of PortaBilling",
            help="If no event comes for so long on working days, that is an alarm; 0: never.",
            check=whole_number(0, 8760),
            default="24",
            unit="hours",
        ),
        Option(
            key="Daily_Reconcile",
            label="Daily comparison",
            help=(
                "Once a day the invoices of three days and how all customers stand are compared with what is known. "
                "tell: an alarm says what differs; record: it is read and recorded; off: nothing is compared."
            ),
            check=OneOf(tuple(DailyReconcile)),
            default=DailyReconcile.TELL.value,
        ),
        Option(
            key="Own_Templates_Off",
            label="PortaBilling's own messages are off",
            help="yes: I have switched off PortaBilling's own SMS and e-mail templates for these events; else customers are told twice.",
            check=OneOf(("no", "yes")),
            default="no",
        ),
    ),
)


def options_of(values: Mapping[str, str]) -> PortaBillingOptions:
    """The options of the group's values, as `Group.checked` returned them; defaults are filled in.

    Raises:
        InvalidValue: a required option has no value, or options contradict each other.
    """
    complete = PORTABILLING.complete(values)
    types, commitments = _event_types(complete)
    quiet = timedelta(hours=int(complete["Quiet_Hours_Alarm"]))
    return PortaBillingOptions(
        api=_api(complete),
        authorization=_authorization(complete),
        event_types=types,
        commitment_types=commitments,
        invoice_fields={**INVOICE_FIELDS, **_table(complete, "Invoice_Fields")},
        customer_fields={**CUSTOMER_FIELDS, **_table(complete, "Customer_Fields")},
        commitment_fields={**COMMITMENT_FIELDS, **_table(complete, "Commitment_Fields")},
        invoice_words={
            word: InvoiceStatus(status) for word, status in {**INVOICE_WORDS, **_table(complete, "Invoice_Words")}.items()
        },
        customer_words={
            word: CustomerCondition(condition)
            for word, condition in {**CUSTOMER_WORDS, **_table(complete, "Customer_Words")}.items()
        },
        commitment_words={word: Reason(reason) for word, reason in _table(complete, "Commitment_Words").items()},
        time_zones=_table(complete, "Time_Zones"),
        languages=_table(complete, "Languages"),
        company=complete.get("Company"),
        collection_ladder=complete.get("Collection_Ladder", ""),
        tell_from=datetime.fromisoformat(complete["Tell_From"]) if "Tell_From" in complete else None,
        quiet_alarm=quiet or None,
        daily_reconcile=DailyReconcile(complete["Daily_Reconcile"]),
        inlet_address=complete.get("Inlet_Address"),
        own_templates_off=complete["Own_Templates_Off"] == "yes",
    )


def _api(complete: Mapping[str, str]) -> ApiOptions:
    password, token = complete.get("API_Password"), complete.get("API_Token")
    if bool(password) == bool(token):
        raise InvalidValue(
            "PortaBilling.API_Password and PortaBilling.API_Token are both "
            f"{'set: unset one of them' if token else 'missing: set one of them'}."
        )
    return ApiOptions(
        url=complete["API_URL"],
        login=complete["API_Login"],
        password=password,
        token=token,
        style=RequestStyle(complete["Request_Style"]),
        timeout=float(complete["Request_Timeout"]),
        calls_in_flight=int(complete["Max_Calls_In_Flight"]),
        calls_per_second=int(complete["Max_Calls_Per_Second"]) or None,
        allowed_hosts=AllowedHosts.parse(complete.get("Allowed_Hosts", "")),
    )


def _authorization(complete: Mapping[str, str]) -> EventAuthorization:
    return EventAuthorization(
        kind=AuthorizationKind(complete["Event_Authorization"]),
        header=complete["Event_Header"],
        user=complete["Event_User"],
        password=complete["Event_Password"],
        digest=complete["Event_Digest"],
    )


def _event_types(complete: Mapping[str, str]) -> tuple[dict[str, About], frozenset[str]]:
    types = {named_today(raw_type): About(subject) for raw_type, subject in _table(complete, "Event_Types").items()}
    commitments = frozenset(map(named_today, tables.parted(complete.get("Commitment_Types", ""))))
    if both := sorted(commitments & types.keys()):
        raise InvalidValue(f"{both[0]} is in Event_Types and in Commitment_Types: leave it out of one of them.")
    return types | dict.fromkeys(commitments, About.COMMITMENT), commitments


def _table(complete: Mapping[str, str], key: str) -> dict[str, str]:
    return tables.pairs(complete.get(key, ""))
