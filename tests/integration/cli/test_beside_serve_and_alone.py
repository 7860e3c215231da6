"""The command gives the same answers beside a running `serve` and without one."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest

from duebell.demo.patience import until
from integration.cli.command import Command, Ran
from integration.service.running import Serve

KEY = "0123456789abcdef" * 2 + "01234567"

DONE = (
    ("billing", "customer", "add", "john-doe", "John Doe", "--currency", "USD", "--phone", "+12025550123"),
    ("billing", "charge", "john-doe", "Internet", "30", "--now", "--json"),
    ("billing", "pay", "john-doe", "10", "--reference", "P-1"),
    ("billing", "pay", "john-doe", "10", "--reference", "P-1"),
    ("billing", "customer", "list", "--json"),
    ("billing", "customer", "show", "john-doe"),
    ("billing", "customer", "show", "nobody"),
    ("events", "list", "--json"),
    ("events", "list"),
    ("configure", "Global.OdooCRM", "API_URL=http://127.0.0.1:9", "Max_Batch=9", "--json"),
    ("configure", "Global.OdooCRM"),
    ("configure", "Elsewhere.OdooCRM", "Max_Batch=9"),
    ("verify", "Global.OdooCRM", "--json"),
)
"""What an operator does, one command after the other."""

CHANGES = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?m:^)[0-9a-f]{8}\b"
)
"""Dates, times and ids: they are others each time."""


def masked(ran: Ran) -> tuple[int, str, str]:
    return ran.exit_code, CHANGES.sub("*", ran.out), CHANGES.sub("*", ran.err)


def test_each_command_answers_alike_beside_serve_and_alone(tmp_path: Path, beside: Command) -> None:
    alone = Command(tmp_path / "alone")
    beside_it = [masked(beside(*command)) for command in DONE]
    assert beside_it == [masked(alone(*command)) for command in DONE]
    # and all went well, but for what couldn't: a payment booked twice, nobody, nowhere, an Odoo that isn't there
    failed = [number for number, (code, _, _) in enumerate(beside_it) if code]
    assert failed == [3, 6, len(DONE) - 2, len(DONE) - 1]


def test_what_was_done_alone_is_there_beside_serve_and_the_other_way_round(duebell: Command) -> None:
    duebell("billing", "customer", "add", "first", "First", "--currency", "USD")
    with Serve(duebell.data):
        duebell("billing", "customer", "add", "second", "Second", "--currency", "USD")
    rows = duebell("billing", "customer", "list", "--json").json
    assert [row["external_id"] for row in rows] == ["first", "second"]


def test_a_command_that_comes_while_serve_is_starting_or_ending_waits_for_its_turn(duebell: Command) -> None:
    duebell.data.mkdir()
    serve = Serve(duebell.data)
    serve.start()
    until((duebell.data / "duebell.db.lock").exists, "the service to take the folder")
    assert duebell("status", "--json").json["dispatching"] is True
    serve.process.send_signal(signal.SIGTERM)
    assert duebell("status", "--json").json["dispatching"] is False
    assert serve.ended() == 0


@pytest.mark.parametrize(
    "command",
    [
        ("status",),
        ("events", "list"),
        ("events", "schema"),
        ("events", "schema", "invoice.overdue"),
        ("billing", "customer", "list"),
        ("billing", "clock"),
        ("billing", "run"),
        ("billing", "advance", "1h"),
        ("configure", "Global.OdooCRM"),
    ],
    ids=" ".join,
)
def test_all_that_lists_or_shows_prints_json(beside: Command, command: tuple[str, ...]) -> None:
    ran = beside(*command, "--json")
    assert (ran.exit_code, ran.err) == (int(command == ("status",)), "")  # an alarm stands: nothing is configured
    assert isinstance(ran.json, dict | list)


def test_an_event_is_shown_by_the_first_characters_of_its_id_with_all_that_is_owed_of_it(beside: Command) -> None:
    beside("billing", "customer", "add", "shown", "Shown", "--currency", "USD")
    charged = beside("billing", "charge", "shown", "Router", "99", "--now", "--json").json
    (event,) = charged["events"]
    shown = beside("events", "show", event["id"][:8], "--json").json
    assert (shown["id"], shown["type"], shown["cloud_event"]["id"]) == (event["id"], "invoice.generated", event["id"])
    assert [(owed["state"], owed["attempts"]) for owed in shown["provisionings"]] == [("waiting", [])]
    said = beside("events", "show", event["id"][:8]).out
    assert "OdooCRM: waiting" in said
    # what waits can be tried at once, but not be sent anew
    assert beside("events", "retry", event["id"], "--json").json["id"] == event["id"]
    ran = beside("events", "replay", event["id"])
    assert (ran.exit_code, ran.err) == (0, "")
    assert "left out still waits" in " ".join(ran.out.split())
    assert ran.out.endswith("There is nothing to replay.\n")


def test_verify_of_what_is_not_there_fails_says_why_and_applies_nothing(beside: Command) -> None:
    beside("configure", "Global.OdooCRM", "API_URL=http://127.0.0.1:9", f"API_Access_Key={KEY}")
    ran = beside("verify")
    assert ran.exit_code == 1
    assert "✗" in ran.out
    assert "not applied: mend what failed" in ran.out
    as_json = beside("verify", "--json").json
    assert (as_json["passed"], as_json["applied"]) == (False, False)
    assert [check["slug"] for check in as_json["checks"] if check["result"] == "failed"] == ["reachable"]
    assert [row["in_force"] for row in beside("configure", "Global.OdooCRM", "--json").json if row["in_force"]] == []
