"""Verify: an ordered list of questions; after it, signed events are known to be taken where the URL leads."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime

import httpx2

from duebell.configuration import way_checks
from duebell.configuration.check import Check
from duebell.configuration.question import Finding, Question, answers, failed
from duebell.handlers.webhook import checks
from duebell.handlers.webhook.checks import Inquiry
from duebell.outbound import NotReached
from duebell.outbound.guard import Resolve, resolve

QUESTIONS: Sequence[Question[Inquiry]] = (
    Question("options", "The options are in their bounds", checks.options),
    Question("secret", "Secret is one", checks.secret),
    Question("url", "URL is an address", checks.url, ("options",)),
    Question("name", "The host name resolves, and may be called", way_checks.name, ("url",)),
    Question("reachable", "The host accepts connections", way_checks.reachable, ("name",)),
    Question("tls", "The connection is encrypted", checks.tls, ("reachable",)),
    Question("event", "The receiver takes a signed event", checks.event, ("tls", "secret")),
    Question("forgery", "The receiver refuses a foreign signature", checks.forgery, ("event",)),
)


async def verify(
    values: Mapping[str, str],
    *,
    now: Callable[[], datetime],
    tls: ssl.SSLContext | None = None,
    resolve: Resolve = resolve,
) -> AsyncIterator[Check]:
    """Prove the group's values as typed: every check of `QUESTIONS`, in order, as it ends.

    Nothing is sent but test events of the type `duebell.verify`, and it never raises. `tls` replaces the authorities that this
    machine trusts.
    """
    trusted = tls or httpx2.create_ssl_context(trust_env=False)
    inquiry = Inquiry(values=values, now=now, tls=trusted, resolve=resolve)
    typed = [values.get(key, "").strip() for key in checks.SECRETS]
    async for check in answers(QUESTIONS, inquiry, explain=_explain, secrets=typed):
        yield check


def _explain(error: Exception) -> Finding | None:
    return failed(error.found, error.hint) if isinstance(error, NotReached) else None
