"""A text to a tester's phone: the last proof, made only when somebody asks for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from uuid import uuid4

from duebell.configuration.check import Check
from duebell.configuration.question import Finding, Question, answers, failed, passed, warning
from duebell.handlers.odoo_crm.checks import UPGRADE, readable
from duebell.handlers.odoo_crm.client import Client
from duebell.handlers.odoo_crm.errors import OdooError
from duebell.handlers.odoo_crm.group import ODOO_CRM, Settings, phones_for_tests
from duebell.handlers.odoo_crm.senders import TestText, read_test_text
from duebell.handlers.odoo_crm.shape import MODEL
from duebell.handlers.odoo_crm.status import read_status

PATIENCE = 60.0
"""Seconds until a text should have been delivered."""
EVERY = 2.0
"""Seconds between two questions whether it was."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What is to be tried."""

    values: Mapping[str, str]
    phone: str
    patience: float


async def send_test_text(values: Mapping[str, str], phone: str, *, patience: float = PATIENCE) -> AsyncIterator[Check]:
    """Yield the one check: a test text to this phone, which has to be among `Test_Phones`. It never raises.

    `values` are those that passed Verify; `patience` is in seconds.
    """
    trial = Trial(values, phone, patience)
    question = Question("test-text", "A test text arrives", _arrives)
    async for check in answers([question], trial, explain=_explain, secrets=[values.get("API_Access_Key", "").strip()]):
        yield check


async def _arrives(trial: Trial) -> Finding:
    if trial.phone not in phones_for_tests(trial.values.get("Test_Phones", "")):
        return failed("Test_Phones doesn't name that phone.", "Add it to Test_Phones, or choose one of those.")
    client = Client.of(Settings.of(ODOO_CRM.checked(trial.values)))
    try:
        if "test_sms" not in read_status(await client.call(MODEL, "status"), client.api_url).methods:
            return failed("The addon is too old to send a test text.", UPGRADE)
        return _found(await _sent(client, trial), f"the phone that ends in {trial.phone[-2:]}", trial.patience)
    finally:
        await client.close()


async def _sent(client: Client, trial: Trial) -> TestText:
    """Send it once: it is the same text for as long as its uuid is."""
    loop, uuid = asyncio.get_running_loop(), uuid4().hex
    until = loop.time() + trial.patience
    while True:
        text = read_test_text(await client.call(MODEL, "test_sms", phone=trial.phone, uuid=uuid), client.api_url)
        if text.state not in {"waiting", "sent"} or loop.time() > until:
            return text
        await asyncio.sleep(min(EVERY, trial.patience / 20))


def _found(text: TestText, phone: str, patience: float) -> Finding:
    because = readable(text.because or "Odoo doesn't say why.")
    findings: Mapping[str, Callable[[], Finding]] = {
        "delivered": lambda: passed(f"a test text was delivered to {phone}"),
        "sent": lambda: warning(
            f"A test text left for {phone}; within {patience:.0f} s nothing came back about its delivery.",
            "See whether it arrived; if it did, let the SMS gateway report deliveries to Odoo.",
        ),
        "waiting": lambda: warning(
            f"A test text for {phone} waits in Odoo's queue since {patience:.0f} s.",
            "See that Odoo's scheduled actions run, the one for SMS too.",
        ),
        "cancelled": lambda: failed(f"The test text for {phone} was cancelled in Odoo.", "Try again."),
    }
    return findings.get(text.state, lambda: failed(f"The test text for {phone} failed: {because}", "Mend that in Odoo."))()


def _explain(error: Exception) -> Finding | None:
    return failed(error.found, error.hint) if isinstance(error, OdooError) else None
