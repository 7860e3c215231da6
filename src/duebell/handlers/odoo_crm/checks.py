"""The questions of Verify, one function each: what is asked, what was found, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import timedelta
from functools import partial
from ipaddress import ip_address
from urllib.parse import urlsplit

from duebell.configuration.question import Finding, ends_soon, failed, passed, warning
from duebell.configuration.way_checks import certificate
from duebell.errors import InvalidValue
from duebell.events import FACTS
from duebell.handlers.odoo_crm.agreement import too_old_for_strangers
from duebell.handlers.odoo_crm.client import DatabaseServer
from duebell.handlers.odoo_crm.errors import (
    AddonMissing,
    AnswerTimedOut,
    CallRefused,
    ConnectionLost,
    Evidence,
    GateRefused,
    KeyRefused,
    NotOdoo,
    RightsMissing,
    TlsWanted,
)
from duebell.handlers.odoo_crm.group import CREATE, ODOO_CRM
from duebell.handlers.odoo_crm.inquiry import Inquiry
from duebell.handlers.odoo_crm.messages import ingest_body, outcomes
from duebell.handlers.odoo_crm.network import Way, is_this_machine
from duebell.handlers.odoo_crm.receipts import read_receipts
from duebell.handlers.odoo_crm.rehearsal import place, rehearsal, rehearsed
from duebell.handlers.odoo_crm.senders import Senders, read_senders
from duebell.handlers.odoo_crm.shape import MODEL, url_of
from duebell.handlers.odoo_crm.status import CONTRACT, read_status
from duebell.outbound.address import Reach, kind_of

OLDEST_ODOO = 19
LOW_CREDIT = 20
"""Of Odoo's SMS service; a text costs about one."""
SENDERS_PROBLEMS = {"no-sms-account", "no-mail-server", "no-sender"}
"""Problems of the addon's `status` that have checks of their own."""
STILL_TOLD = {"budget", "no-time-zone"}
"""Those with which messages leave all the same."""
KEY_WARNING = timedelta(days=30)
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
    found = f"{inquiry.way.host} is {', '.join(inquiry.addresses)}"
    never = [kind.words for kind in map(kind_of, inquiry.addresses) if kind.reach is Reach.NEVER]
    if never:
        return failed(f"{found}: {never[0]}, which is never called.", "Correct API_URL, or the name's address in the DNS.")
    return passed(found)


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
    remedy = partial(ends_soon, hint="Renew the certificate on the web server before Odoo.")
    return certificate(await inquiry.way.encrypt(inquiry.tls), inquiry.now(), remedy)


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
    if inquiry.values.get("On_Unmatched_Customer", CREATE) not in status.unmatched:
        return failed(too_old_for_strangers(readable(status.addon_version)), UPGRADE)
    place = f"database {readable(status.database)}, company {readable(status.company)}, user {readable(status.user)}"
    return passed(f"both speak contract {CONTRACT}; {place}")


async def key_expiry(inquiry: Inquiry) -> Finding:
    until = inquiry.status.key_expires_on
    if until is None:
        return passed("it doesn't expire")
    left = until - inquiry.now()
    found = f"it is valid until {until:%Y-%m-%d %H:%M} UTC, {left.days} days from now"
    if left <= KEY_WARNING:
        return ends_soon(found, "Make a new key of the same user in Odoo and set API_Access_Key to it before that day.")
    return passed(found)


async def event_types(inquiry: Inquiry) -> Finding:
    unknown = [type_ for type_ in FACTS if type_ not in inquiry.status.event_types]
    if unknown:
        return warning(f"The addon doesn't know {', '.join(unknown)}: such events wait, and what follows them too.", UPGRADE)
    return passed(f"all {len(FACTS)} are known")


async def rights(inquiry: Inquiry) -> Finding:
    """Let the addon take an event of each type in each language and Odoo undo it; an older addon is sent a call without events."""
    status = inquiry.status
    if "rehearse" not in status.methods:
        outcomes((), await inquiry.keyed().send(MODEL, "ingest", ingest_body(())), inquiry.api_url)
        return passed("a call with no events went through; a newer addon would rehearse some")
    inquiry.batch = rehearsal(status.event_types, languages(inquiry), status.currency, inquiry.now())
    try:
        answer = await inquiry.keyed().send(MODEL, "rehearse", ingest_body(inquiry.batch))
    except CallRefused as refused:
        inquiry.rehearsed = rehearsed(refused)
    else:
        outcomes(inquiry.batch, answer, inquiry.api_url)
        return failed("Odoo didn't undo the rehearsal: it may have kept events of “Duebell Verify”.", UPGRADE)
    end = inquiry.rehearsed
    if end.refused:
        first = end.refused[0]
        return failed(
            f"Odoo would refuse {end.refused_in_all} of {end.events} events, first {place(first.key, inquiry.batch)}: "
            f"{readable(first.because)}",
            UPGRADE,
        )
    return passed(f"{end.events} events were rehearsed and undone; {end.messages} messages would have been written")


# --- what customers are told -------------------------------------------------------------------------------------------


async def templates(inquiry: Inquiry) -> Finding:
    texts = inquiry.status.templates
    silent = [type_ for type_ in TOLD if not any(texts.get(type_, {}).values())]
    if silent:
        return warning(
            f"No SMS or e-mail text is enabled for {', '.join(silent)}: nobody is told.",
            "Enable a text for them in Odoo under Billing → Rules.",
        )
    if inquiry.rehearsed and (broken := inquiry.rehearsed.failed):
        return warning(
            f"{inquiry.rehearsed.failed_in_all} of the rehearsed messages would fail, first the "
            f"{'SMS' if broken[0].channel == 'sms' else 'e-mail'} for {place(broken[0].key, inquiry.batch)}: "
            f"{readable(broken[0].because)}",
            "Correct that text in Odoo under Billing → Rules.",
        )
    every = languages(inquiry)
    lacking = [(language, type_) for language in every for type_ in TOLD if language not in _written(texts[type_])]
    if lacking:
        language, type_ = lacking[0]
        return warning(
            f"{len(lacking)} texts are missing in one language or another, first {type_} in {readable(language)}.",
            "Translate the text in Odoo under Billing → Rules; until then those customers read another language.",
        )
    return passed(f"texts in {readable(', '.join(every))}")


def languages(inquiry: Inquiry) -> list[str]:
    """Odoo's codes of the languages in which something that customers are told is written."""
    return sorted({language for texts in inquiry.status.templates.values() for language in _written(texts)})


def _written(texts: Mapping[str, Collection[str]]) -> set[str]:
    return {language for channel in texts.values() for language in channel}


async def releasing(inquiry: Inquiry) -> Finding:
    if "senders" in inquiry.status.methods:
        inquiry.senders = await _senders(inquiry)
    found = [problem for problem in inquiry.status.problems if problem.slug not in SENDERS_PROBLEMS]
    if found:
        holding = any(problem.slug not in STILL_TOLD for problem in found)
        hint = "Mend that in Odoo: until then nobody is told." if holding else "Mend that in Odoo."
        return warning(" ".join(readable(problem.sentence) for problem in found), hint)
    return passed("Odoo releases messages")


async def _senders(inquiry: Inquiry) -> Senders | None:
    """A gateway or a mail server that is silent keeps Odoo from answering: that is no failure of ours, and said where it matters."""
    try:
        return read_senders(await inquiry.keyed().call(MODEL, "senders"), inquiry.api_url)
    except AnswerTimedOut:
        return None


async def sms_sender(inquiry: Inquiry) -> Finding:
    if problem := _problem(inquiry, "no-sms-account"):
        return warning(problem, "Register an SMS account in Odoo's settings, or remove SMS from Billing → Rules.")
    if inquiry.senders is None:
        return _untold(inquiry, "Odoo says that it can send SMS")
    sms = inquiry.senders.sms
    if sms.endpoint:
        return passed(f"texts leave by the gateway at {readable(sms.endpoint)}")
    if sms.credit is None:
        return passed(f"texts leave by {readable(sms.provider or 'nobody')}; it tells no credit")
    if sms.credit < 0:
        return warning(
            "Odoo could not ask its SMS service for the credit.", "Let Odoo reach iap.odoo.com, then verify again."
        )
    if sms.credit < LOW_CREDIT:
        return warning(f"Odoo's SMS service has a credit of {sms.credit:g} left.", "Buy credits in Odoo's settings.")
    return passed(f"texts leave by Odoo's SMS service; its credit is {sms.credit:g}")


async def mail_server(inquiry: Inquiry) -> Finding:
    for slug in ("no-mail-server", "no-sender"):
        if problem := _problem(inquiry, slug):
            return warning(problem, "Set up the outgoing mail server and the company's address in Odoo's settings.")
    if inquiry.senders is None:
        return _untold(inquiry, "Odoo says that it can send e-mail")
    mail = inquiry.senders.mail
    server = readable(mail.server or "of Odoo's own configuration")
    if mail.because:
        return warning(
            f"The mail server {server} takes no mail: {readable(mail.because)}",
            "Correct it in Odoo's settings, Outgoing Mail Servers.",
        )
    return passed(f"the mail server {server} would take mail")


def _untold(inquiry: Inquiry, found: str) -> Finding:
    if "senders" in inquiry.status.methods:
        return warning(
            f"{found}, but got no answer in time when it tried.",
            "See that Odoo reaches its mail server and its SMS service; one of them is silent.",
        )
    return passed(f"{found}; a newer addon would try it")


def _problem(inquiry: Inquiry, slug: str) -> str | None:
    return next((readable(problem.sentence) for problem in inquiry.status.problems if problem.slug == slug), None)


async def reports(inquiry: Inquiry) -> Finding:
    """Ask for receipts, acknowledging none, so that none is lost."""
    read_receipts(await inquiry.keyed().call(MODEL, "receipts", acknowledged=[]), inquiry.api_url)
    told = inquiry.status.reports
    if told is None:
        return passed("Odoo tells what became of messages; a newer addon would say whether gateways report")
    endpoint = inquiry.status.sms_endpoint
    if _is_local(told.url) and not (endpoint and _is_local(endpoint)):
        return warning(
            f"Gateways are told to report to {readable(told.url)}, which leads nowhere but to Odoo's own machine.",
            "Set Odoo's system parameter web.base.url to an address that can be reached from outside.",
        )
    if not told.sent:
        return passed(f"no text has left lately; what becomes of one is reported to {readable(told.url)}")
    if not told.delivered:
        return warning(
            f"Of {told.sent} texts of the last days no delivery was reported to {readable(told.url)}.",
            "See that the SMS gateway may reach that address.",
        )
    return passed(f"{told.delivered} of {told.sent} texts of the last days are known to be delivered")


def _is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


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
