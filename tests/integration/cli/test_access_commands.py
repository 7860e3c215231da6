"""Users, tokens and the audit trail on the command line, and the console on the network address."""

from __future__ import annotations

import re
from pathlib import Path

import httpx2
import pytest

from integration.cli.command import Command
from integration.service.running import Serve

PASSWORD = "correct horse battery"


@pytest.mark.parametrize(
    "command",
    [
        ("users",),
        ("tokens",),
        ("audit",),
        *(("users", name) for name in ("list", "add", "role", "password", "enable", "disable")),
        *(("tokens", name) for name in ("list", "add", "revoke")),
    ],
    ids=" ".join,
)
def test_the_help_of_an_access_command_fits_80_columns(duebell: Command, command: tuple[str, ...]) -> None:
    ran = duebell.at_a_terminal(*command, "--help")
    assert ran.exit_code == 0
    assert [line for line in ran.out.splitlines() if len(line) > 80 or "…" in line] == []


def test_users_are_added_changed_and_disabled_and_passwords_never_on_the_command_line(beside: Command) -> None:
    added = beside("users", "add", "Chief", "--role", "administrator", "--from-file", "-", stdin=f"{PASSWORD}\n")
    assert (added.exit_code, added.out) == (0, "chief can log in, as administrator.\n")
    beside("users", "add", "clerk", "--from-file", "-", stdin=PASSWORD)
    assert beside("users", "role", "clerk", "operator").out == "clerk is operator now.\n"
    assert beside("users", "password", "clerk", "--from-file", "-", stdin="another horse battery").exit_code == 0
    assert beside("users", "disable", "clerk").out == "clerk can't log in any more.\n"
    rows = {row["name"]: (row["role"], row["enabled"]) for row in beside("users", "list", "--json").json}
    assert rows == {"chief": ("administrator", True), "clerk": ("operator", False)}
    assert beside("users", "enable", "clerk").out == "clerk can log in again, as operator.\n"
    refused = beside("users", "disable", "chief")
    assert (refused.exit_code, refused.err) == (1, "chief is the only administrator: make another user one first.\n")
    no_terminal = beside("users", "add", "guest")
    assert (no_terminal.exit_code, "use --from-file PATH" in no_terminal.err) == (1, True)
    assert beside("users", "add", "guest", "a password here").exit_code == 2
    actions = [(one["who"], one["action"], one["subject"]) for one in beside("audit", "--json").json["entries"]]
    assert ("local", "changed a role", "clerk") in actions
    assert [secret for secret in (PASSWORD, "another horse battery") if secret in str(beside.written)] == []


def test_a_password_is_asked_for_twice_at_a_terminal_and_not_shown(beside: Command) -> None:
    ran = beside.at_a_terminal("users", "add", "typed", typed=f"{PASSWORD}\n{PASSWORD}")
    assert (ran.exit_code, PASSWORD in ran.out) == (0, False)
    assert ran.out.split("\n")[:3] == ["Password: ", "The same again: ", "typed can log in, as viewer."]


def test_a_token_is_shown_once_and_revoked(beside: Command) -> None:
    made = beside("tokens", "add", "billing-system", "--scope", "record", "--scope", "view")
    secret, _, told = made.out.partition("\n\n")
    assert secret.startswith("duebell_")
    assert told.startswith("Keep it now: it is not shown again. It may record, view, until ")
    assert (
        secret not in beside("tokens", "list").out + beside("tokens", "list", "--json").out + beside("audit", "--json").out
    )
    assert beside("tokens", "revoke", "billing-system").out == "The token billing-system opens nothing any more.\n"
    assert beside("tokens", "revoke", "billing-system").exit_code == 1


def test_the_trail_is_read_page_by_page(beside: Command) -> None:
    for label in ("one", "two"):
        beside("tokens", "add", label, "--scope", "measure")
    page = beside("audit", "--limit", "1").out
    *_, last = page.splitlines()
    assert "two" in page
    assert last.startswith("There are older ones: add --before ")
    older = beside("audit", "--limit", "1", "--before", last.removesuffix(".").rpartition(" ")[2], "--json").json
    assert [entry["subject"] for entry in older["entries"]] == ["one"]


def test_from_the_address_in_the_log_to_the_console_and_after_a_restart_by_password(tmp_path: Path) -> None:
    # given a first start, which writes an address to its log
    with Serve(tmp_path / "data", env={"DUEBELL_LISTEN": "127.0.0.1:0"}) as serve:
        (address,) = re.findall(r'"?(http://127\.0\.0\.1:\d+)/first-run\?token=([\w-]+)', serve.log)
        url, token = address
        with httpx2.Client(base_url=url) as browser:
            assert browser.get("/api/v1/status").status_code == 401
            # when its reader makes the first administrator
            form = {"token": token, "name": "chief", "password": PASSWORD, "again": PASSWORD}
            assert browser.post("/first-run", data=form, headers={"Origin": url}).status_code == 303
            # then the console is open to him
            assert browser.get("/").status_code == 200
        assert serve.terminate() == 0
    # and after a restart there is no such address any more, but the password
    with Serve(tmp_path / "data", env={"DUEBELL_LISTEN": "127.0.0.1:0"}) as serve:
        (url,) = re.findall(r"event=console address=(http://127\.0\.0\.1:\d+)$", serve.log, re.MULTILINE)
        assert serve.log.count("first-run") == 1
        with httpx2.Client(base_url=url) as browser:
            login = {"name": "chief", "password": PASSWORD}
            assert browser.post("/login", data=login, headers={"Origin": url}).headers["location"] == "/"
            assert browser.get("/api/v1/users").json()[0]["name"] == "chief"
        # and another serve on that port says what is wrong
        port = url.rpartition(":")[2]
        other = Command(tmp_path / "other")("serve", "--listen", f"127.0.0.1:{port}")
        says = f"127.0.0.1:{port} can't be listened on: Address already in use. Choose another with --listen, or --listen off.\n"
        assert (other.exit_code, other.err) == (1, says)
    assert PASSWORD not in serve.log
