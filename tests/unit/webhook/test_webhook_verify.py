"""Verify of a webhook: which check fails, what it says, and what is skipped because of it."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from duebell.configuration.check import Check, Result
from duebell.handlers.webhook.verify import QUESTIONS, verify
from duebell.outbound.guard import Resolve, resolve
from unit.odoo_crm.certificates import Authority
from unit.webhook.receiving import OTHER_SECRET, SECRET, VERIFY, StandIn

FAILED, PASSED, SKIPPED, WARNING = Result.FAILED, Result.PASSED, Result.SKIPPED, Result.WARNING
SLUGS = [question.slug for question in QUESTIONS]


class Asked:
    """Verify of one receiver."""

    def __init__(self, receiver: StandIn, tls: ssl.SSLContext) -> None:
        self.typed = {"URL": receiver.url, "Secret": SECRET, "Allowed_Hosts": "127.0.0.1", "Request_Timeout": "3"}
        self.tls = tls
        self.resolve: Resolve = resolve

    async def __call__(self, **typed: str) -> dict[str, Check]:
        checks = verify({**self.typed, **typed}, now=lambda: datetime.now(UTC), tls=self.tls, resolve=self.resolve)
        return {check.slug: check async for check in checks}


@pytest.fixture
def ask(receiver: StandIn, trusted: ssl.SSLContext) -> Asked:
    return Asked(receiver, trusted)


@pytest.fixture
async def encrypted(tmp_path: Path) -> AsyncIterator[tuple[Authority, list[StandIn]]]:
    """An authority, and the receivers to be stopped."""
    started: list[StandIn] = []
    yield Authority(tmp_path), started
    for receiver in started:
        await receiver.stop()


def ends(checks: dict[str, Check]) -> list[Result]:
    return [checks[slug].result for slug in SLUGS]


async def test_all_checks_pass_in_order_and_nothing_but_test_events_is_sent(receiver: StandIn, ask: Asked) -> None:
    checks = await ask()

    assert list(checks) == SLUGS
    assert ends(checks) == [PASSED] * len(SLUGS)
    assert checks["event"].found == "a signed test event was taken (HTTP 204)"
    assert [event["type"] for call in receiver.came for event in call.events] == [VERIFY, VERIFY]
    assert receiver.came[0].signed_by(SECRET)
    assert not receiver.came[1].signed_by(SECRET)


async def test_an_encrypted_receiver_passes_and_its_certificates_end_is_told(
    encrypted: tuple[Authority, list[StandIn]], ask: Asked
) -> None:
    authority, started = encrypted
    started.append(await StandIn().start(authority.serving(days=10)))
    ask.tls = authority.trusting()

    checks = await ask(URL=started[0].url)

    assert ends(checks) == [PASSED] * 5 + [WARNING] + [PASSED] * 2
    assert "the certificate is valid until" in checks["tls"].found
    assert checks["tls"].ends_soon


async def test_a_certificate_that_is_not_to_be_trusted_gets_no_event(
    encrypted: tuple[Authority, list[StandIn]], ask: Asked
) -> None:
    authority, started = encrypted
    started.append(await StandIn().start(authority.serving(self_signed=True)))
    ask.tls = authority.trusting()

    checks = await ask(URL=started[0].url)

    assert ends(checks) == [PASSED] * 5 + [FAILED] + [SKIPPED] * 2
    assert "self-signed" in checks["tls"].found
    assert started[0].came == []


@pytest.mark.parametrize(
    ("typed", "slug", "says"),
    [
        ({"Max_Batch": "0"}, "options", "Webhook.Max_Batch: type a whole number"),
        ({"Allowed_Hosts": "10.0.0.0/8"}, "options", "is not a host"),
        ({"Secret": " "}, "secret", "Secret is missing"),
        ({"Secret": "s3cret"}, "secret", "openssl rand"),
        ({"Previous_Secret": SECRET}, "secret", "the same as Secret"),
        ({"URL": ""}, "url", "URL is missing"),
        ({"URL": "https://john:s3cret@example.com"}, "url", "leave out the user and password"),
        ({"URL": "http://example.com/hook"}, "url", "http:// is for private hosts"),
        ({"Allowed_Hosts": ""}, "url", "isn't named in Allowed_Hosts"),
        ({"URL": "https://169.254.169.254/"}, "name", "never called"),
        ({"URL": "https://10.1.2.3/hook"}, "name", "an address of a private network"),
    ],
)
async def test_a_failed_check_says_what_to_mend_and_those_that_build_on_it_are_not_asked(
    receiver: StandIn, ask: Asked, typed: dict[str, str], slug: str, says: str
) -> None:
    checks = await ask(**typed)

    assert checks[slug].result is FAILED
    assert says in checks[slug].found
    assert checks[slug].hint
    assert checks["event"].result is SKIPPED
    assert receiver.came == []
    for check in checks.values():
        for secret in (SECRET, "s3cret"):
            assert secret not in check.found + (check.hint or "")


async def test_a_name_that_is_not_known_is_told(ask: Asked) -> None:
    async def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    ask.resolve = unknown

    checks = await ask(URL="https://hook.test/")

    assert ends(checks) == [PASSED] * 3 + [FAILED] + [SKIPPED] * 4
    assert "doesn't resolve" in checks["name"].found


async def test_a_closed_port_is_told(ask: Asked) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, so that nobody else gets it, and not listening
        checks = await ask(URL=f"http://127.0.0.1:{taken.getsockname()[1]}/")

    assert ends(checks) == [PASSED] * 4 + [FAILED] + [SKIPPED] * 3


async def test_a_port_without_encryption_is_told(receiver: StandIn, ask: Asked) -> None:
    checks = await ask(URL=receiver.url.replace("http:", "https:"))

    assert ends(checks) == [PASSED] * 5 + [FAILED] + [SKIPPED] * 2
    assert "the port doesn't speak TLS" in checks["tls"].found


@pytest.mark.parametrize(("answer", "says"), [(500, "HTTP 500"), (404, "correct URL"), (302, "never sent on")])
async def test_a_receiver_that_does_not_take_a_test_event_is_not_put_in_force(
    receiver: StandIn, ask: Asked, answer: int, says: str
) -> None:
    receiver.trials = lambda _call: answer

    checks = await ask()

    assert ends(checks) == [PASSED] * 6 + [FAILED, SKIPPED]
    assert says in checks["event"].found
    assert "answer 2xx to a signed event" in (checks["event"].hint or "")


async def test_another_secret_at_the_receiver_is_told(receiver: StandIn, ask: Asked) -> None:
    receiver.secrets = (OTHER_SECRET,)

    assert "give both sides the same secret" in (await ask())["event"].found


async def test_a_receiver_that_takes_anybodys_calls_is_worth_a_warning(receiver: StandIn, ask: Asked) -> None:
    receiver.checks_signatures = False

    checks = await ask()

    assert checks["forgery"].result is WARNING
    assert "anybody could tell it anything" in checks["forgery"].found


async def test_two_secrets_are_worth_a_reminder(ask: Asked) -> None:
    checks = await ask(Previous_Secret=OTHER_SECRET)

    assert checks["secret"].result is WARNING
    assert "Unset Previous_Secret" in (checks["secret"].hint or "")


async def test_a_bug_of_ours_is_a_check_that_a_person_can_read_and_a_log_without_secrets(
    ask: Asked, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(host: str, port: int) -> Sequence[str]:
        raise RuntimeError(f"bug with {SECRET}")

    caplog.set_level(logging.DEBUG)
    ask.resolve = broken

    checks = await ask()

    assert checks["name"].found == "Duebell itself failed in this check (RuntimeError)."
    assert ends(checks) == [PASSED] * 3 + [FAILED] + [SKIPPED] * 4
