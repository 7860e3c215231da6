"""Verify of `Global.Alarms`: each failure with what to do, no secret repeated, and at the end something has arrived."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping

import pytest

from builders import Clock
from duebell.alarms.verify import verify
from duebell.configuration.check import Check, Result
from unit.alarms.conftest import OPERATIONS
from unit.alarms.mail_server import PASSWORD, USER, MailServer, mail_server
from unit.alarms.receiver import SECRET, Receiver
from unit.odoo_crm.certificates import Authority
from unit.outbound.listener import Listener


async def verified(values: Mapping[str, str], clock: Clock, tls: ssl.SSLContext | None = None) -> dict[str, Check]:
    checks = {check.slug: check async for check in verify(values, now=clock, tls=tls)}
    shown = repr(checks)
    assert not any(secret in shown for secret in (PASSWORD, SECRET, "token-of-the-path"))
    return checks


def results(checks: Mapping[str, Check]) -> dict[str, str]:
    return {slug: check.result.value for slug, check in checks.items()}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


async def test_what_is_right_has_arrived(values: dict[str, str], clock: Clock, post: MailServer, receiver: Receiver) -> None:
    checks = await verified({**values, "Heartbeat_URL": receiver.url}, clock)

    assert set(results(checks).values()) == {"passed"}
    [mail] = post.mailbox.mails(OPERATIONS)
    assert mail.subject == "[Duebell] Test of alarms"
    [(_, content)] = receiver.told
    assert content["type"] == "duebell.verify"
    assert receiver.beats == 1


async def test_an_option_that_is_missing_is_said_and_nothing_is_sent(
    values: dict[str, str], clock: Clock, post: MailServer
) -> None:
    del values["Mail_To"]
    checks = await verified(values, clock)
    assert results(checks) == {"options": "failed"} | dict.fromkeys(("somebody", "mail", "webhook", "heartbeat"), "skipped")
    assert "Alarms.Mail_To is missing" in checks["options"].found
    assert post.mailbox.count() == 0


async def test_that_nobody_would_be_told_is_a_warning(clock: Clock) -> None:
    checks = await verified({}, clock)
    assert results(checks) == {
        "options": "passed",
        "somebody": "warning",
        "mail": "skipped",
        "webhook": "skipped",
        "heartbeat": "skipped",
    }


async def test_a_mail_server_that_is_not_there(values: dict[str, str], clock: Clock) -> None:
    check = (await verified({**values, "SMTP_Port": "9"}, clock))["mail"]
    assert (check.result, check.found) == (Result.FAILED, "Nothing accepts connections at the mail server 127.0.0.1:9.")
    assert check.hint == "Check SMTP_Host and SMTP_Port, and that it runs."


async def test_a_mail_server_whose_name_nobody_knows(values: dict[str, str], clock: Clock) -> None:
    check = (await verified({**values, "SMTP_Host": "mail.invalid"}, clock))["mail"]
    assert check.found.startswith("The name doesn't resolve of the mail server mail.invalid:")


async def test_a_mail_server_without_the_encryption_that_is_configured(values: dict[str, str], clock: Clock) -> None:
    check = (await verified({**values, "SMTP_Security": "starttls"}, clock))["mail"]
    assert check.found.startswith("What is configured isn't offered by the mail server")
    assert "SMTP_Security" in str(check.hint)


async def test_a_port_that_speaks_no_tls(values: dict[str, str], clock: Clock) -> None:
    check = (await verified({**values, "SMTP_Security": "tls"}, clock))["mail"]
    assert check.found.startswith("No encrypted connection is possible with the mail server")


async def test_an_address_that_the_mail_server_refuses(values: dict[str, str], clock: Clock, post: MailServer) -> None:
    post.mailbox.refuse("gone@example.com")
    some = (await verified({**values, "Mail_To": f"{OPERATIONS}, gone@example.com"}, clock))["mail"]
    assert (some.result, some.found) == (Result.FAILED, "The mail server refuses gone@example.com.")

    all_ = (await verified({**values, "Mail_To": "gone@example.com"}, clock))["mail"]
    assert all_.found.startswith("No recipient is accepted by the mail server 127.0.0.1:")
    assert "550 5.1.1 This mailbox does not exist" in all_.found


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_an_encrypted_mail_server_with_a_user(
    values: dict[str, str], clock: Clock, authority: Authority, security: str
) -> None:
    async with mail_server(clock, authority.serving(), starttls=security == "starttls") as server:
        there = {"SMTP_Port": str(server.port), "SMTP_Security": security, "SMTP_User": USER}
        right = await verified({**values, **there, "SMTP_Password": PASSWORD}, clock, authority.trusting())
        wrong = await verified({**values, **there, "SMTP_Password": "another"}, clock, authority.trusting())
        untrusted = await verified({**values, **there, "SMTP_Password": PASSWORD}, clock)

    assert right["mail"].result is Result.PASSED
    assert server.mailbox.count() == 1
    assert wrong["mail"].found.startswith("The user or the password isn't accepted by the mail server 127.0.0.1:")
    assert "another" not in wrong["mail"].found
    assert untrusted["mail"].found.startswith("The certificate can't be trusted that is shown by the mail server 127.0.0.1:")


async def test_a_mail_server_that_repeats_the_password_is_not_repeated(values: dict[str, str], clock: Clock) -> None:
    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.com\r\n")
        while line := await reader.readline():
            answers = {b"EHLO": b"250-mail.example.com\r\n250 AUTH PLAIN", b"AUTH": f"535 {PASSWORD} isn't yours".encode()}
            writer.write(answers.get(line[:4].upper(), b"221 Bye") + b"\r\n")
        writer.close()

    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    there = {"SMTP_Port": str(server.sockets[0].getsockname()[1]), "SMTP_User": USER, "SMTP_Password": PASSWORD}
    check = (await verified({**values, **there}, clock))["mail"]
    server.close()
    assert check.found.endswith(" (535 •••••••• isn't yours).")


async def test_a_password_that_would_travel_readable_is_a_warning(values: dict[str, str], clock: Clock) -> None:
    async with mail_server(clock) as server:
        there = {"SMTP_Port": str(server.port), "SMTP_User": USER, "SMTP_Password": PASSWORD}
        check = (await verified({**values, **there}, clock))["mail"]
    assert check.result is Result.WARNING
    assert "readable" in check.found


async def test_a_receiver_or_watchdog_that_fails(values: dict[str, str], clock: Clock, receiver: Receiver) -> None:
    receiver.status = 403
    checks = await verified({**values, "Heartbeat_URL": receiver.url}, clock)
    assert results(checks) == {
        "options": "passed",
        "somebody": "passed",
        "mail": "passed",
        "webhook": "failed",
        "heartbeat": "failed",
    }
    assert checks["webhook"].found.endswith(" answers with HTTP 403.")


async def test_a_private_address_that_is_not_allowed_is_not_called(values: dict[str, str], clock: Clock) -> None:
    listener = await Listener().start()
    address = f"http://127.0.0.1:{listener.port}/token-of-the-path"
    checks = await verified({**values, "Allowed_Hosts": "", "Webhook_URL": address, "Heartbeat_URL": address}, clock)
    await listener.stop()
    assert (checks["webhook"].result, checks["heartbeat"].result) == (Result.FAILED, Result.FAILED)
    assert listener.connections == 0


async def test_nothing_is_logged_of_what_was_typed(
    values: dict[str, str], clock: Clock, capfd: pytest.CaptureFixture[str]
) -> None:
    await verified(
        {**values, "SMTP_User": USER, "SMTP_Password": PASSWORD, "Heartbeat_URL": "https://nowhere.invalid/x"}, clock
    )
    written = "".join(capfd.readouterr())
    assert PASSWORD not in written
