"""Verify: after it, alarms are known to reach the mail server, the receiver and the watchdog."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime

from duebell.alarms import checks
from duebell.alarms.channel import NotTold
from duebell.alarms.checks import Inquiry
from duebell.alarms.group import ALARMS
from duebell.configuration.check import Check
from duebell.configuration.question import Finding, Question, answers, failed

QUESTIONS: Sequence[Question[Inquiry]] = (
    Question("options", "The options are in their bounds, and none is missing", checks.options),
    Question("somebody", "Somebody is told", checks.somebody, ("options",)),
    Question("mail", "The mail server takes a test mail", checks.mail, ("options",)),
    Question("webhook", "The receiver takes a signed test call", checks.webhook, ("options",)),
    Question("heartbeat", "The watchdog takes a heartbeat", checks.heartbeat, ("options",)),
)


async def verify(
    values: Mapping[str, str], *, now: Callable[[], datetime], tls: ssl.SSLContext | None = None
) -> AsyncIterator[Check]:
    """Prove the group's values as typed: every check of `QUESTIONS`, in order, as it ends. It never raises.

    A test mail, a test call of the type `duebell.verify` and a heartbeat are sent. `tls` replaces the authorities that this machine
    trusts.
    """
    inquiry = Inquiry(values=values, now=now, tls=tls)
    secrets = [values[option.key] for option in ALARMS.options if option.secret and option.key in values]
    async for check in answers(QUESTIONS, inquiry, explain=_explain, secrets=secrets):
        yield check


def _explain(error: Exception) -> Finding | None:
    return failed(error.found, error.hint) if isinstance(error, NotTold) else None
