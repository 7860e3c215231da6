"""Verify: an ordered list of questions, each asked only when those that it builds on were answered well."""

from __future__ import annotations

import ssl
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from duebell.configuration.check import Check, Result
from duebell.configuration.group import MASK
from duebell.handlers.odoo_crm import checks
from duebell.handlers.odoo_crm.errors import OdooError
from duebell.handlers.odoo_crm.inquiry import Finding, Inquiry, failed

log = structlog.get_logger(__name__)

PATIENCE = 20.0
"""Seconds for an answer: a person is waiting, and none of these calls is long."""


@dataclass(frozen=True, slots=True)
class Question:
    """A check to be made. `slug` is its heading in docs/verify.md."""

    slug: str
    title: str
    ask: Callable[[Inquiry], Awaitable[Finding]]
    needs: tuple[str, ...] = ()


QUESTIONS = (
    Question("url", "API_URL is an address", checks.url),
    Question("options", "The other options are complete", checks.options),
    Question("name", "The host name resolves", checks.name, ("url",)),
    Question("reachable", "The host accepts connections", checks.reachable, ("name",)),
    Question("tls", "The connection is encrypted", checks.tls, ("reachable",)),
    Question("odoo", "An Odoo answers", checks.odoo, ("tls",)),
    Question("version", "Odoo is new enough", checks.version, ("odoo",)),
    Question("database-server", "Odoo's database server runs", checks.database_server, ("version",)),
    Question("database", "Odoo serves the database", checks.database, ("database-server", "options")),
    Question("key", "Odoo accepts the key", checks.key, ("database",)),
    Question("addon", "The addon duebell is there", checks.addon, ("key",)),
    Question("contract", "The addon and Duebell fit together", checks.contract, ("addon",)),
    Question("key-expiry", "The key lives on", checks.key_expiry, ("contract",)),
    Question("event-types", "The addon knows every event type", checks.event_types, ("contract",)),
    Question("templates", "There are texts for customers", checks.templates, ("contract",)),
    Question("rights", "The key may provision events", checks.rights, ("contract",)),
    Question("senders", "Odoo can send messages", checks.senders, ("contract",)),
    Question("clock", "The clocks agree", checks.clock, ("contract",)),
)


async def verify(
    values: Mapping[str, str],
    *,
    now: Callable[[], datetime],
    tls: ssl.SSLContext | None = None,
    patience: float = PATIENCE,
) -> AsyncIterator[Check]:
    """Prove the group's values as typed: every check of `QUESTIONS`, in order, as it ends.

    It changes nothing in Odoo and never raises; the key isn't sent before an Odoo has answered. `tls` replaces the
    authorities that this machine trusts; `patience` is in seconds, for each answer.
    """
    inquiry = Inquiry(values, now=now, tls=tls, patience=patience)
    unanswered: dict[str, str] = {}
    """The title of the failed check behind each slug that can't be built on."""
    try:
        for question in QUESTIONS:
            because = next((unanswered[need] for need in question.needs if need in unanswered), None)
            finding = _skipped(because) if because else await _asked(question, inquiry)
            if finding.result in {Result.FAILED, Result.SKIPPED}:
                unanswered[question.slug] = because or question.title
            yield Check(
                slug=question.slug, title=question.title, result=finding.result, found=finding.found, hint=finding.hint
            )
    finally:
        await inquiry.close()


def _skipped(because: str) -> Finding:
    return Finding(Result.SKIPPED, f"not asked, for this failed: “{because}”")


async def _asked(question: Question, inquiry: Inquiry) -> Finding:
    try:
        return await question.ask(inquiry)
    except OdooError as error:
        return failed(error.found, error.hint)
    except Exception as error:  # noqa: BLE001 - a bug becomes a check that a person can read, never a broken Verify
        key = inquiry.values.get("API_Access_Key", "").strip()
        text = traceback.format_exc()
        text = text.replace(key, MASK) if key else text
        log.error("check failed unexpectedly", check=question.slug, traceback=text)  # noqa: TRY400 - the key is masked in it
        return failed(f"Duebell itself failed in this check ({type(error).__name__}).", "Report it with the log of Duebell.")
