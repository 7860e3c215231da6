"""What an operator does on the command line about events, handlers and subscriptions."""

from __future__ import annotations

import pytest

from integration.cli.command import Command


def billed(beside: Command, customer: str) -> str:
    """Bill a new customer; the id of the event `invoice.generated`."""
    beside("billing", "customer", "add", customer, f"Customer {customer}", "--currency", "USD")
    (event,) = beside("billing", "charge", customer, "Router", "99", "--now", "--json").json["events"]
    return str(event["id"])


@pytest.mark.parametrize(
    "command",
    [
        *(("events", name) for name in ("list", "show", "messages", "explain", "retry", "skip", "replay")),
        *(("customers", name) for name in ("list", "show")),
        *(("handlers", name) for name in ("list", "show", "enable", "disable", "pause", "resume", "drain")),
        *(("subscriptions", name) for name in ("list", "set")),
        ("handlers",),
        ("subscriptions",),
    ],
    ids=" ".join,
)
def test_the_help_of_an_operators_command_fits_80_columns(duebell: Command, command: tuple[str, ...]) -> None:
    ran = duebell.at_a_terminal(*command, "--help")
    assert ran.exit_code == 0
    assert [line for line in ran.out.splitlines() if len(line) > 80 or "…" in line] == []


def test_events_are_found_by_who_what_when_and_how_they_went(beside: Command) -> None:
    event = billed(beside, "found")
    for wanted in (
        ("--customer", "found"),
        ("--customer", "Customer found"),
        ("--text", "customer FOUND"),
        ("--customer", "found", "--state", "waiting", "--handler", "OdooCRM", "--type", "invoice.generated"),
        ("--since", "1h", "--customer", "found"),
        ("--since", "2020-01-01", "--until", "2999-12-31T00:00:00Z", "--text", "Customer found"),
    ):
        page = beside("events", "list", *wanted, "--json").json
        assert ([one["id"] for one in page["events"]], page["before"]) == ([event], None)
    assert beside("events", "list", "--customer", "found", "--until", "1h").out == "No such events.\n"
    ran = beside("events", "list", "--since", "yesterday")
    assert (ran.exit_code, ran.err.startswith("'yesterday' is no moment: write it like 2026-11-01")) == (1, True)


def test_an_event_and_its_customer_are_found_while_one_types_and_the_event_explains_itself(beside: Command) -> None:
    event = billed(beside, "typed-in")
    for typed in (event[:8], "typed-in", "customer TYPED"):
        assert [one["id"] for one in beside("events", "list", "--search", typed, "--json").json["events"]] == [event]
    (reason,) = beside("events", "explain", event[:13], "--json").json["reasons"]
    assert (reason["handler"], reason["slug"]) == ("OdooCRM", "not-accepted")
    assert beside("events", "explain", event).out == f"{reason['sentence']}\n"
    (found,) = beside("customers", "list", "typed-i", "--json").json
    assert (found["customer"], found["name"], found["last_type"]) == ("typed-in", "Customer typed-in", "invoice.generated")
    shown = beside("customers", "show", "typed-in")
    assert shown.exit_code == 0
    assert "99.00 USD" in shown.out
    assert beside("customers", "show", "nobody").err.startswith("No event tells of a customer 'nobody' in Global")


def test_a_waiting_event_is_retried_then_skipped_with_a_reason(beside: Command) -> None:
    event = billed(beside, "skipped")
    assert beside("events", "retry", event[:13]).exit_code == 0
    assert beside("events", "retry", "--customer", "skipped").out.startswith("Due now: 0")
    assert beside("events", "skip", event).exit_code == 2  # a reason is required
    ran = beside("events", "skip", event, "--because", "told by phone")
    assert ran.exit_code == 0
    assert "OdooCRM: skipped (told by phone)" in ran.out
    assert "whatever it answers, the event stays skipped here." in ran.out
    assert beside("events", "list", "--customer", "skipped").out.split()[-1] == "skipped"


def test_a_replay_is_planned_and_done_by_the_same_command_with_what_the_plan_says(beside: Command) -> None:
    event = billed(beside, "replayed")
    beside("events", "skip", event, "--because", "told by phone")
    plan = beside("events", "replay", "--customer", "replayed", "--tell").out
    assert "replayed Customer replayed 1 invoice.generated OdooCRM would be told again -" in " ".join(plan.split())
    *_, last = plan.splitlines()
    assert last.startswith("Nothing was done. To replay these 1, repeat the command with: --as-of ")
    again = last.partition("with: ")[2].split()
    done = beside("events", "replay", "--customer", "replayed", "--tell", *again).out
    assert "1 owed anew, at the end of their customers' lines." in done
    assert "left out still waits" in " ".join(
        beside("events", "replay", "--customer", "replayed", "--tell", *again).out.split()
    )
    replays = [(owed["replay"], owed["state"]) for owed in beside("events", "show", event, "--json").json["provisionings"]]
    assert replays == [(0, "skipped"), (1, "waiting")]


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("events", "retry"), "Say what to retry: an event's id, or options such as --handler OdooCRM."),
        (("events", "retry", "250faada", "--customer", "a"), "Give an event's id or options that filter, not both."),
        (("events", "replay", "250faada", "--customer", "a"), "Give an event's id or options that filter, not both."),
        (
            ("events", "replay", "--yes"),
            "Say which events to replay: one's id, or a filter; --since takes a time or a span like 2h.",
        ),
        (("events", "replay", "0000"), "No event has the id '0000': `duebell events list` shows them."),
        (
            ("events", "list", "--handler", "Odoo"),
            "There is no handler 'Odoo': `duebell handlers list` shows them; verifying its configuration adds one.",
        ),
        (("handlers", "resume", "OdooCRM"), "OdooCRM is not paused: `duebell handlers list` tells how it is."),
        (
            ("subscriptions", "set", "OdooCRM", "*"),
            "Say what to change: --on, --off, --clear, or what the events must be.",
        ),
        (
            ("subscriptions", "set", "OdooCRM", "*", "--minimum", "5"),
            (
                "The minimum is an amount and its currency, like 5.00 USD: '' is not a known currency: use an ISO 4217 code "
                "such as USD or EUR."
            ),
        ),
    ],
)
def test_what_an_operator_cannot_do_is_said_in_a_sentence(beside: Command, command: tuple[str, ...], says: str) -> None:
    ran = beside(*command)
    assert (ran.exit_code, ran.out, ran.err) == (1, "", f"{says}\n")


def test_a_handler_is_paused_resumed_disabled_and_enabled_and_says_how_it_is(beside: Command) -> None:
    billed(beside, "owed")
    assert beside("handlers", "pause", "OdooCRM").exit_code == 2  # a reason is required
    ran = beside("handlers", "pause", "OdooCRM", "--because", "Odoo is being upgraded")
    assert "Odoo is being upgraded" in ran.out
    assert "paused" in beside("status").out
    ran = beside("handlers", "drain", "OdooCRM")
    assert (ran.exit_code, "it is paused already (Odoo is being upgraded); resume it first" in ran.err) == (1, True)
    beside("handlers", "resume", "OdooCRM")
    ran = beside("handlers", "disable", "OdooCRM")
    assert "that wait: they leave once it is enabled again." in ran.out
    assert [row["enabled"] for row in beside("handlers", "list", "--json").json] == [False]
    beside("handlers", "enable", "OdooCRM")
    (row,) = beside("handlers", "list", "--json").json
    assert (row["enabled"], row["paused_at"], row["owed"]["waiting"] > 0) == (True, None, True)


def test_subscriptions_are_changed_and_shown(beside: Command) -> None:
    ran = beside("subscriptions", "set", "OdooCRM", "payment.*", "--off", "--class", "business", "--minimum", "5 USD")
    header, *lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert header == "Handler Event Is Only"
    assert lines == [f"OdooCRM payment.{what} off class business; at least 5.00 USD" for what in ("received", "failed")]
    assert lines[0] in " ".join(beside("subscriptions", "list", "OdooCRM").out.split())
    beside("subscriptions", "set", "OdooCRM", "payment.*", "--on", "--clear")
    shown = beside("handlers", "show", "OdooCRM", "--json").json["subscriptions"]
    assert all(row["enabled"] and not row["customer_classes"] and not row["minimum_amount"] for row in shown)
