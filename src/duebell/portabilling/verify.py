"""Verify: an ordered list of questions; after it, what events are about is known to be readable."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime

import httpx2

from duebell.configuration import way_checks
from duebell.configuration.check import Check
from duebell.configuration.question import Finding, Question, answers, failed
from duebell.outbound import NotReached
from duebell.outbound.guard import Resolve, resolve
from duebell.portabilling import checks, samples
from duebell.portabilling.answer import UnreadableAnswer
from duebell.portabilling.api.faults import PortaBillingError, remedy
from duebell.portabilling.checks import Inquiry

QUESTIONS: Sequence[Question[Inquiry]] = (
    Question("options", "The options are complete and fit each other", checks.options),
    Question("url", "API_URL may be called", checks.url, ("options",)),
    Question("name", "The host name resolves, and may be called", way_checks.name, ("url",)),
    Question("reachable", "The host accepts connections", way_checks.reachable, ("name",)),
    Question("tls", "The connection is encrypted", checks.tls, ("reachable",)),
    Question("login", "PortaBilling accepts the login", checks.login, ("tls",)),
    Question("clock", "The clocks agree", checks.clock, ("login",)),
    Question("customer-list", "Customers may be listed", samples.customer_list, ("login",)),
    Question("customer", "Customers can be read", samples.customer, ("customer-list",)),
    Question("invoice-list", "Invoices may be listed", samples.invoice_list, ("customer",)),
    Question("invoice", "Invoices can be read", samples.invoice, ("invoice-list",)),
    Question("inlet", "PortaBilling knows where to send events", checks.inlet, ("options",)),
    Question("commitments", "It is known why a commitment was ended", checks.commitments, ("options",)),
    Question("own-templates", "PortaBilling's own messages are off", checks.own_templates, ("options",)),
)


async def verify(
    values: Mapping[str, str],
    *,
    environment: str,
    now: Callable[[], datetime],
    tls: ssl.SSLContext | None = None,
    resolve: Resolve = resolve,
) -> AsyncIterator[Check]:
    """Prove the group's values as typed: every check of `QUESTIONS`, in order, as it ends.

    It reads a few customers and invoices, changes nothing and never raises. `now` is the real clock; `tls` replaces the
    authorities that this machine trusts.
    """
    trusted = tls or httpx2.create_ssl_context(trust_env=False)
    inquiry = Inquiry(environment=environment, values=values, now=now, tls=trusted, resolve=resolve)
    typed = [values.get(key, "").strip() for key in checks.SECRETS]
    try:
        async for check in answers(QUESTIONS, inquiry, explain=_explain, secrets=typed):
            yield check
    finally:
        await inquiry.close()


def _explain(error: Exception) -> Finding | None:
    match error:
        case PortaBillingError():
            return failed(error.found, error.hint)
        case NotReached():
            return failed(error.found, remedy(error))
        case UnreadableAnswer():
            return failed(str(error), "Correct the option that is named, then verify again.")
    return None
