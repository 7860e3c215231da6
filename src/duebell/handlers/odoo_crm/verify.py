"""Verify: an ordered list of questions, each asked only when those that it builds on were answered well."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime

from duebell.configuration.check import Check
from duebell.configuration.question import Finding, Question, answers, failed
from duebell.handlers.odoo_crm import checks
from duebell.handlers.odoo_crm.errors import OdooError
from duebell.handlers.odoo_crm.inquiry import Inquiry

PATIENCE = 20.0
"""Seconds for an answer: a person is waiting, and none of these calls is long."""


QUESTIONS: Sequence[Question[Inquiry]] = (
    Question("url", "API_URL is an address", checks.url),
    Question("options", "The other options are complete", checks.options),
    Question("name", "The host name resolves, and may be called", checks.name, ("url",)),
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
    Question("rights", "The key may provision events", checks.rights, ("contract",)),
    Question("templates", "Customers can be told, in their language", checks.templates, ("contract",)),
    Question("releasing", "Odoo releases messages", checks.releasing, ("contract",)),
    Question("sms-sender", "Odoo can send SMS", checks.sms_sender, ("releasing",)),
    Question("mail-server", "Odoo can send e-mail", checks.mail_server, ("releasing",)),
    Question("reports", "It comes back what became of messages", checks.reports, ("contract",)),
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
    try:
        key = values.get("API_Access_Key", "").strip()
        async for check in answers(QUESTIONS, inquiry, explain=_explain, secrets=(key,)):
            yield check
    finally:
        await inquiry.close()


def _explain(error: Exception) -> Finding | None:
    return failed(error.found, error.hint) if isinstance(error, OdooError) else None
