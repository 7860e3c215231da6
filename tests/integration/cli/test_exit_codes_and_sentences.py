"""Exit codes mean something, and each error is a sentence on stderr that says what to do."""

from __future__ import annotations

import pytest

from integration.cli.command import Command


@pytest.mark.parametrize(
    "command",
    [
        ("--help",),
        ("serve", "--help"),
        ("demo", "--help"),
        ("configure", "--help"),
        ("verify", "--help"),
        ("status", "--help"),
        ("billing", "--help"),
        ("billing", "customer", "--help"),
        ("billing", "customer", "add", "--help"),
        ("billing", "advance", "--help"),
        ("billing", "commitment", "start", "--help"),
        ("events", "--help"),
        ("events", "list", "--help"),
        ("events", "replay", "--help"),
    ],
    ids=" ".join,
)
def test_help_fits_80_columns_and_cuts_nothing_off(duebell: Command, command: tuple[str, ...]) -> None:
    ran = duebell.at_a_terminal(*command)
    assert ran.exit_code == 0
    assert "Usage: duebell" in ran.out
    assert [line for line in ran.out.splitlines() if len(line) > 80 or "…" in line] == []
    assert not duebell.data.exists()


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("no-such-command",), "No such command 'no-such-command'."),
        (("billing", "pay", "john-doe"), "Missing argument 'AMOUNT'."),
        (("events", "list", "--limit", "0"), "greater than or equal to 1"),
        (("billing", "customer", "add", "a", "A"), "Missing option '--currency'."),
    ],
)
def test_wrong_usage_ends_with_2(duebell: Command, command: tuple[str, ...], says: str) -> None:
    ran = duebell(*command)
    assert (ran.exit_code, ran.out) == (2, "")
    assert says in ran.err


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("events", "show", "250faada"), "No event has the id '250faada': `duebell events list` shows them."),
        (
            ("events", "show", ""),
            "There is nothing at /api/v1/events/: ids and names are not empty and have no slash in them.",
        ),
        (
            ("events", "show", "a/b"),
            "There is nothing at /api/v1/events/a/b: ids and names are not empty and have no slash in them.",
        ),
        (
            ("events", "list", "--state", "lost"),
            "'lost' is not a state: use one of waiting, provisioned, refused, exhausted, skipped.",
        ),
        (
            ("events", "schema", "customer.moved"),
            "There is no event type 'customer.moved': `duebell events schema` lists them.",
        ),
        (("billing", "advance", "soon"), "'soon' is no span of time: write it like 14d, 6h or 1d12h."),
        (("configure", ".OdooCRM"), "'.OdooCRM' is not an environment and a group: write it like Global.OdooCRM."),
        (
            ("configure", "Global.Odoo"),
            "There is no group 'Odoo'; there are: OdooCRM, Webhook, PortaBilling, Notify_By, Retry, Retention, Alarms, Console.",
        ),
        (
            ("configure", "global.OdooCRM"),
            "There is no environment 'global'; there are: Global. `duebell environments add` adds one.",
        ),
        (
            ("verify", "Global.Odoo"),
            "There is no group 'Odoo'; there are: OdooCRM, Webhook, PortaBilling, Notify_By, Retry, Retention, Alarms, Console.",
        ),
        (
            ("verify", "Elsewhere.OdooCRM"),
            "There is no environment 'Elsewhere'; there are: Global. `duebell environments add` adds one.",
        ),
        (
            ("configure", "Global.OdooCRM", "API_Key=x"),
            (
                "There is no option 'API_Key' here: use one of API_URL, API_Access_Key, Database, Request_Timeout, Max_Batch, "
                "Max_Calls_In_Flight, Max_Calls_Per_Second, On_Unmatched_Customer, Rotate_Key_Every, Test_Phones."
            ),
        ),
    ],
)
def test_what_cannot_be_done_ends_with_1_and_a_sentence(beside: Command, command: tuple[str, ...], says: str) -> None:
    ran = beside(*command)
    assert (ran.exit_code, ran.out, ran.err) == (1, "", f"{says}\n")


def test_all_wrong_values_are_said_at_once_and_none_is_kept(beside: Command) -> None:
    ran = beside("configure", "Global.OdooCRM", "API_URL=odoo.example.com", "API_Access_Key=short", "Max_Batch=20")
    assert ran.exit_code == 1
    assert ran.err.splitlines() == [
        "OdooCRM.API_URL: the scheme is missing: type https://odoo.example.com",
        "OdooCRM.API_Access_Key: the key looks cut: it has 5 characters, Odoo's have 40; copy the whole of it",
    ]
    assert not [row for row in beside("configure", "Global.OdooCRM", "--json").json if row["value"]]


def test_a_list_of_events_fits_80_columns_and_in_a_pipe_each_is_one_line(beside: Command) -> None:
    beside("billing", "customer", "add", "john-doe", "John Doe [of] London [/bold]", "--currency", "USD")
    beside("billing", "charge", "john-doe", "Router", "99", "--now")
    shown = beside.at_a_terminal("events", "list").out.splitlines()
    assert max(len(line) for line in shown) <= 80
    assert "john-doe invoice.generated INV-" in " ".join(shown[1].split())
    assert shown[1].rstrip().endswith("waiting")
    header, row = beside("events", "list", "--customer", "john-doe").out.splitlines()
    assert (header.split()[0], row.split()[-1]) == ("Id", "waiting")
    # what was typed is printed as it is, brackets too
    assert "John Doe [of] London [/bold]" in beside("billing", "customer", "show", "john-doe").out


def test_the_next_page_of_events_is_reached_by_what_the_first_one_says(beside: Command) -> None:
    beside("billing", "customer", "add", "paged", "Paged", "--currency", "USD")
    for text in ("Router", "Cable"):
        beside("billing", "charge", "paged", text, "9", "--now")
    newest, oldest = (event["number"] for event in beside("events", "list", "--customer", "paged", "--json").json["events"])
    first = beside("events", "list", "--customer", "paged", "--limit", "1").out
    assert first.endswith(f"There may be older ones: add --before {newest}.\n")
    second = beside("events", "list", "--customer", "paged", "--before", str(newest), "--json").json
    assert [event["number"] for event in second["events"]] == [oldest]
