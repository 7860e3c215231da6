"""The questions of Verify, one function each: what is asked, what was found, and what to do about it."""

from __future__ import annotations

import re
from datetime import timedelta

from duebell.configuration.question import Finding, failed, passed, warning
from duebell.errors import InvalidValue
from duebell.events import FACTS
from duebell.handlers.odoo_crm.client import DatabaseServer
from duebell.handlers.odoo_crm.errors import (
    AddonMissing,
    ConnectionLost,
    Evidence,
    GateRefused,
    KeyRefused,
    NotOdoo,
    RightsMissing,
    TlsWanted,
)
from duebell.handlers.odoo_crm.group import ODOO_CRM
from duebell.handlers.odoo_crm.inquiry import Inquiry
from duebell.handlers.odoo_crm.messages import ingest_body, outcomes
from duebell.handlers.odoo_crm.network import Way, is_this_machine
from duebell.handlers.odoo_crm.shape import MODEL, url_of
from duebell.handlers.odoo_crm.status import CONTRACT, read_status

OLDEST_ODOO = 19
KEY_WARNING = timedelta(days=30)
CERTIFICATE_WARNING = timedelta(days=14)
CLOCK_WARNING = timedelta(seconds=60)
TOLD = (
    "invoice.generated",
    "invoice.overdue",
    "customer.suspended",
    "customer.suspension_removed",
    "customer.limited",
    "customer.limit_removed",
    "commitment.terminated",
)
"""Event types of which a customer expects to be told."""
UPGRADE = "Upgrade the addon `duebell` in Odoo under Apps."


# --- what was typed ----------------------------------------------------------------------------------------------------


async def url(inquiry: Inquiry) -> Finding:
    typed = inquiry.values.get("API_URL", "")
    if not typed.strip():
        return failed("API_URL is missing.", "Set it to the address of Odoo, like https://odoo.example.com.")
    try:
        inquiry.api_url = ODOO_CRM.option("API_URL").check(typed)
    except ValueError as error:
        return failed(f"API_URL can't be used: {error}.", "Correct API_URL.")
    inquiry.way = Way(inquiry.api_url)
    return passed(inquiry.api_url)


async def options(inquiry: Inquiry) -> Finding:
    others = {key: text for key, text in inquiry.values.items() if key != "API_URL"}
    try:
        complete = ODOO_CRM.complete(ODOO_CRM.checked(others) | {"API_URL": "asked apart"})
    except InvalidValue as error:
        return failed(
            " ".join(str(error).splitlines()),
            "Correct what is named; a key is made in Odoo by a user of its group Billing Integration.",
        )
    inquiry.access_key, inquiry.database = complete["API_Access_Key"], complete.get("Database")
    return passed("complete")


# --- the way there -----------------------------------------------------------------------------------------------------


async def name(inquiry: Inquiry) -> Finding:
    inquiry.addresses = await inquiry.way.addresses()
    return passed(f"{inquiry.way.host} is {', '.join(inquiry.addresses)}")


async def reachable(inquiry: Inquiry) -> Finding:
    await inquiry.way.connect()
    return passed(f"port {inquiry.way.port} accepts connections")


async def tls(inquiry: Inquiry) -> Finding:
    if not inquiry.way.encrypted:
        if is_this_machine(inquiry.addresses):
            return passed("not encrypted, but it stays on this machine")
        return warning(
            "The key and customers' data travel unencrypted.", "Serve Odoo by TLS and begin API_URL with https://."
        )
    encrypted = await inquiry.way.encrypt(inquiry.tls)
    found = f"{encrypted.protocol}, the certificate is valid until {encrypted.valid_until:%Y-%m-%d}"
    if encrypted.valid_until - inquiry.now() <= CERTIFICATE_WARNING:
        return warning(found, "Renew the certificate on the web server before Odoo.")
    return passed(found)


# --- Odoo --------------------------------------------------------------------------------------------------------------


async def odoo(inquiry: Inquiry) -> Finding:
    try:
        inquiry.odoo_version = await inquiry.client().version()
    except (ConnectionLost, GateRefused) as error:
        if not inquiry.way.encrypted and await inquiry.way.speaks_tls():
            raise TlsWanted(Evidence(url=inquiry.api_url)) from error
        raise
    return passed(f"Odoo {readable(inquiry.odoo_version)}")


async def version(inquiry: Inquiry) -> Finding:
    number = re.search(r"\d+", inquiry.odoo_version)
    if number is None or int(number[0]) < OLDEST_ODOO:
        return failed(
            f"This is Odoo {readable(inquiry.odoo_version)}, which has no JSON-2 API: that came with Odoo {OLDEST_ODOO}.",
            f"Upgrade Odoo to {OLDEST_ODOO} or newer, or set API_URL to one that is.",
        )
    return passed(f"{number[0]} has the JSON-2 API")


async def database_server(inquiry: Inquiry) -> Finding:
    match await inquiry.client().database_server():
        case DatabaseServer.UP:
            return passed("Odoo reaches its PostgreSQL")
        case DatabaseServer.DOWN:
            return failed("Odoo runs but can't reach its PostgreSQL.", "Start Odoo's PostgreSQL; Odoo recovers by itself.")
    return warning(
        "Something before Odoo hides /web/health: an outage of its PostgreSQL will look like a wrong Database.",
        "Let the proxy before Odoo pass GET /web/health.",
    )


async def database(inquiry: Inquiry) -> Finding:
    """Ask something without the key: only a database that is served can refuse that."""
    try:
        await inquiry.client(database=inquiry.database).call("res.users", "context_get")
    except KeyRefused:
        return passed(f"{inquiry.database} is served" if inquiry.database else "this address serves one database")
    return failed("Odoo answers calls without a key.", "Set API_URL to Odoo itself; something between adds credentials.")


async def key(inquiry: Inquiry) -> Finding:
    try:
        answer = await inquiry.keyed().call("res.users", "context_get")
    except RightsMissing:
        return passed("Odoo knows it")
    match answer:
        case {"uid": int(uid)}:
            return passed(f"Odoo knows it: it is of user number {uid}")
    raise NotOdoo(Evidence(url=inquiry.api_url, status=200), "it doesn't say whose key this is")


# --- the addon ---------------------------------------------------------------------------------------------------------


async def addon(inquiry: Inquiry) -> Finding:
    client = inquiry.keyed()
    before = inquiry.now()
    inquiry.status_answer = await client.call(MODEL, "status")
    inquiry.asked_at = before, inquiry.now()
    match inquiry.status_answer:
        case {"addon_version": str(text)}:
            return passed(f"version {readable(text)}")
    raise AddonMissing(Evidence(url=url_of(inquiry.api_url, "status"), status=200), "what answers doesn't tell its version")


async def contract(inquiry: Inquiry) -> Finding:
    status = inquiry.status = read_status(inquiry.status_answer, inquiry.api_url)
    place = f"database {readable(status.database)}, company {readable(status.company)}, user {readable(status.user)}"
    return passed(f"both speak contract {CONTRACT}; {place}")


async def key_expiry(inquiry: Inquiry) -> Finding:
    until = inquiry.status.key_expires_on
    if until is None:
        return passed("it doesn't expire")
    left = until - inquiry.now()
    found = f"it is valid until {until:%Y-%m-%d %H:%M} UTC, {left.days} days from now"
    if left <= KEY_WARNING:
        return warning(found, "Make a new key of the same user in Odoo and set API_Access_Key to it before that day.")
    return passed(found)


async def event_types(inquiry: Inquiry) -> Finding:
    unknown = [type_ for type_ in FACTS if type_ not in inquiry.status.event_types]
    if unknown:
        return warning(f"The addon doesn't know {', '.join(unknown)}: such events wait, and what follows them too.", UPGRADE)
    return passed(f"all {len(FACTS)} are known")


async def templates(inquiry: Inquiry) -> Finding:
    texts = inquiry.status.templates
    silent = [type_ for type_ in TOLD if not any(texts.get(type_, {}).values())]
    if silent:
        return warning(
            f"No SMS or e-mail text is enabled for {', '.join(silent)}: nobody is told.",
            "Enable a text for them in Odoo under Billing → Rules.",
        )
    languages = sorted({language for type_ in TOLD for channel in texts[type_].values() for language in channel})
    return passed(f"texts in {readable(', '.join(languages))}")


async def rights(inquiry: Inquiry) -> Finding:
    """Provision nothing, for real: the rights and the answer's shape are those of every later call."""
    outcomes((), await inquiry.keyed().send(MODEL, "ingest", ingest_body(())), inquiry.api_url)
    return passed("a call with no events went through")


async def senders(inquiry: Inquiry) -> Finding:
    status = inquiry.status
    unready = [what for what, ready in (("SMS", status.sms_ready), ("e-mail", status.mail_ready)) if not ready]
    problems = [readable(problem.sentence) for problem in status.problems]
    if unready:
        problems.insert(0, f"Odoo isn't ready to send {' and '.join(unready)}.")
    if problems:
        return warning(" ".join(problems), "Set up the SMS provider and the outgoing mail server in Odoo's settings.")
    return passed("Odoo can send SMS and e-mail")


async def clock(inquiry: Inquiry) -> Finding:
    before, after = inquiry.asked_at
    theirs = inquiry.status.server_time
    ahead = max(theirs - after, timedelta()) - max(before - theirs, timedelta())
    if abs(ahead) > CLOCK_WARNING:
        direction = "ahead of" if ahead > timedelta() else "behind"
        return warning(
            f"Odoo's clock is {abs(ahead).total_seconds():.0f} seconds {direction} this machine's.",
            "Let both machines keep their time by NTP: Odoo judges by its clock whether a message comes too late.",
        )
    return passed("Odoo's clock and this machine's agree")


def readable(text: str) -> str:
    """Return a text of Odoo's as one short line without control characters."""
    return "".join(character for character in " ".join(text.split())[:300] if character.isprintable())
