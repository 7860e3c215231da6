"""What may be typed for `Global.Alarms`, and what is said where it may not."""

from __future__ import annotations

import pytest

from duebell.alarms.group import ALARMS, Security, Settings
from duebell.errors import InvalidValue
from unit.alarms.receiver import SECRET

MAIL = {"SMTP_Host": "mail.example.com", "Mail_From": "duebell@example.com", "Mail_To": "operations@example.com"}


@pytest.mark.parametrize(
    ("key", "typed", "sentence"),
    [
        ("SMTP_Host", "https://mail.example.com", "type a name or an IP address"),
        ("SMTP_Host", "mail.example.com:25", "the port is an option of its own"),
        ("SMTP_Port", "smtp", "type a whole number from 1 to 65535"),
        ("SMTP_Security", "ssl", "type starttls, tls or none"),
        ("Mail_From", "Duebell <duebell@example.com>", "is no e-mail address: type it like"),
        ("Mail_From", "duebell@example.com\r\nBcc: other@example.com", "is no e-mail address"),
        ("Mail_To", "operations@example.com, nobody", "'nobody' is no e-mail address"),
        ("Name", "Duebell\r\nBcc: other@example.com", "on one line"),
        ("Webhook_URL", "ftp://example.com", "begin with https://"),
        ("Webhook_Secret", "hunter2", "a secret begins with `whsec_`"),
        ("Time_Zone", "Berlin", "there is no time zone 'Berlin': type it like Europe/Berlin"),
        ("Silence_Counts", "always", "type it like Mon-Fri 08:00-18:00"),
        ("Grace", "-1", "type a whole number from 0 to 86400"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(key: str, typed: str, sentence: str) -> None:
    with pytest.raises(InvalidValue, match=rf"Alarms\.{key}: .*{sentence}"):
        ALARMS.checked({key: typed})


def test_several_recipients_are_separated_as_people_do() -> None:
    kept = ALARMS.checked({"Mail_To": " a@example.com; b@example.com,c@example.com a@example.com, "})
    assert kept == {"Mail_To": "a@example.com, b@example.com, c@example.com"}
    mail = Settings.of({**MAIL, **kept}).mail
    assert mail is not None
    assert mail.recipients == ("a@example.com", "b@example.com", "c@example.com")


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_the_port_follows_the_encryption_unless_one_is_typed(security: str, port: int) -> None:
    usual, typed = (Settings.of({**MAIL, "SMTP_Security": security, **more}).mail for more in ({}, {"SMTP_Port": "2525"}))
    assert usual is not None
    assert typed is not None
    assert (usual.security, usual.port, typed.port) == (Security(security), port, 2525)


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({"SMTP_Host": "mail.example.com"}, ["Mail_From", "Mail_To"]),
        ({**MAIL, "SMTP_User": "duebell"}, ["SMTP_Password"]),
        ({"Webhook_URL": "https://example.com/hook"}, ["Webhook_Secret"]),
        ({"Webhook_Secret": SECRET}, ["Webhook_URL"]),
    ],
)
def test_what_a_way_of_telling_lacks_is_said_all_at_once(values: dict[str, str], missing: list[str]) -> None:
    with pytest.raises(InvalidValue) as refused:
        Settings.of(values)
    lines = str(refused.value).splitlines()
    assert [line.split()[0] for line in lines] == [f"Alarms.{key}" for key in missing]
    assert SECRET not in str(refused.value)


def test_nothing_configured_watches_by_defaults_and_tells_nobody() -> None:
    settings = Settings.of({})
    assert (settings.mail, settings.webhook, settings.heartbeat) == (None, None, None)
    assert settings.limits.oldest_waiting.total_seconds() == 15 * 60


def test_no_secret_is_in_what_a_log_would_show() -> None:
    watchdog = "https://watchdog.example.com/secret-path"
    user = {"SMTP_User": "duebell", "SMTP_Password": "hunter2-hunter2"}
    webhook = {"Webhook_URL": "https://example.com", "Webhook_Secret": SECRET}
    shown = repr(Settings.of({**MAIL, **user, **webhook, "Heartbeat_URL": watchdog}))
    assert not any(secret in shown for secret in ("hunter2", SECRET, "secret-path"))
