"""`duebell billing …` over the API and a database, as one types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from duebell.cli.billing import billing_commands
from duebell.errors import DuebellError
from duebell.settings import Settings

Command = Callable[..., str]


@pytest.fixture
def duebell_billing(tmp_path: Path) -> Command:
    """Runs a command and gives what it prints; a failure is raised as the one sentence that `duebell` prints."""

    def run(*words: str) -> str:
        result = CliRunner().invoke(billing_commands, words, obj=Settings(data=tmp_path), env={"COLUMNS": "120"})
        if result.exception:
            raise result.exception
        return result.stdout

    return run


def add_john(duebell_billing: Command, *options: str) -> None:
    duebell_billing(
        "customer", "add", "john-doe", "John Doe", "--currency", "USD", "--time-zone", "America/New_York", *options
    )
    duebell_billing("fee", "john-doe", "Internet", "30")


def as_json(duebell_billing: Command, *words: str) -> Any:
    return json.loads(duebell_billing(*words, "--json"))


def types(change: dict[str, Any]) -> list[str]:
    return [event["type"] for event in change["events"]]


def test_john_does_month_by_hand(duebell_billing: Command) -> None:
    add_john(duebell_billing, "--phone", "+1 202 555 0123", "--reference", "C-1001")

    assert types(as_json(duebell_billing, "invoice", "john-doe")) == ["invoice.generated"]
    assert as_json(duebell_billing, "advance", "15d")["events"] == 1
    assert as_json(duebell_billing, "advance", "7d")["events"] == 1
    paid = as_json(duebell_billing, "pay", "john-doe", "30.00", "--reference", "bank 1")

    assert types(paid) == ["payment.received", "invoice.paid", "customer.suspension_removed"]
    account = as_json(duebell_billing, "customer", "show", "john-doe")
    assert (account["status"], account["phone"], account["reference"]) == ("active", "+12025550123", "C-1001")
    assert account["outstanding"] == {"amount": "0.00", "currency": "USD"}
    (invoice,) = account["invoices"]
    assert invoice["status"] == "paid"
    assert invoice["total"] == invoice["paid"] == {"amount": "30.00", "currency": "USD"}
    assert [line["amount"]["amount"] for line in invoice["lines"]] == ["30.00"]
    (payment,) = account["payments"]
    assert (payment["reference"], payment["amount"]) == ("bank 1", {"amount": "30.00", "currency": "USD"})


def test_a_person_reads_where_the_customer_stands_and_what_happened(duebell_billing: Command) -> None:
    add_john(duebell_billing)
    duebell_billing("invoice", "john-doe")

    assert "INV-" in duebell_billing("customer", "show", "john-doe")
    assert "30.00 USD" in duebell_billing("customer", "list")
    assert "payment.received  PAY-1" in duebell_billing("pay", "john-doe", "10")
    assert "Seconds ahead" in duebell_billing("clock")
    assert "Accounts visited" in duebell_billing("run")


def test_a_hold_by_hand_lifts_a_suspension_until_its_day(duebell_billing: Command) -> None:
    add_john(duebell_billing)
    duebell_billing("invoice", "john-doe")
    duebell_billing("advance", "22d")
    today = datetime.fromisoformat(as_json(duebell_billing, "clock")["now"]).date()
    until = str(today + timedelta(days=3))

    held = as_json(duebell_billing, "hold", "john-doe", "--until", until, "--because", "pays on Friday")

    assert types(held) == ["customer.suspension_removed"]
    assert (held["customer"]["held_until"], held["customer"]["held_because"]) == (until, "pays on Friday")
    assert until in duebell_billing("customer", "list")
    assert as_json(duebell_billing, "advance", "2d")["events"] == 0
    assert as_json(duebell_billing, "release", "john-doe")["customer"]["held_until"] is None
    assert as_json(duebell_billing, "advance", "1d")["events"] == 1
    assert "suspended" in duebell_billing("customer", "show", "john-doe")


def test_a_commitment_and_its_penalty_by_hand(duebell_billing: Command) -> None:
    add_john(duebell_billing)

    started = as_json(
        duebell_billing, "commitment", "start", "john-doe", "Internet", "10", "--until", "2126-01-01", "--penalty", "50"
    )
    cancelled = as_json(duebell_billing, "commitment", "cancel", "john-doe", "COM-1")

    assert types(started) == ["commitment.started"]
    assert types(cancelled) == ["commitment.terminated"]
    account = as_json(duebell_billing, "customer", "show", "john-doe")
    assert account["commitments"][0]["penalty"] == {"amount": "50.00", "currency": "USD"}
    assert [line["amount"]["amount"] for line in account["charges"]] == ["50.00"]


def test_a_charge_is_invoiced_at_once_if_asked_and_the_invoice_can_be_withdrawn(duebell_billing: Command) -> None:
    add_john(duebell_billing)

    change = as_json(duebell_billing, "charge", "john-doe", "Installation", "45.50", "--now")
    (number,) = [event["subject"] for event in change["events"]]

    assert change["customer"]["outstanding"]["amount"] == "75.50"
    assert types(as_json(duebell_billing, "void", "john-doe", number)) == ["invoice.voided"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("pay john-doe 30.001", "amount: 30.001 has too many decimals: USD has 2; round it in billing first."),
        ("release john-doe", "Collection from john-doe is not on hold: there is nothing to release."),
        ("pay john-doe 30,00", "amount: '30,00' is not an amount: write it like 30 or 30.00."),
        (
            "pay john-doe 30 --currency XYZ",
            "amount: 'XYZ' is not a known currency: use an ISO 4217 code such as USD or EUR.",
        ),
        ("pay john-doe 30 --currency EUR", "amount: 30.00 EUR is not in the customer's currency: give it in USD."),
        ("pay nobody 30", "Billing has no customer 'nobody': `duebell billing customer list` shows them."),
        ("void john-doe INV-1", "john-doe has no invoice 'INV-1': `duebell billing customer show john-doe` lists them."),
        ("commitment cancel john-doe COM-1", "john-doe has no commitment 'COM-1'; he has none."),
        (
            "customer add x X --currency USD --class vip",
            "customer_class: there is no class 'vip'; there are standard, limited-first, patient, charged.",
        ),
        (
            "customer add x X --currency USD --phone 123",
            "phone: '123' is no number that can be called: write it with + and the country code, such as +12025550123.",
        ),
        ("advance soon", "'soon' is no span of time: write it like 14d, 6h or 1d12h."),
        ("advance 0d", "The billing clock only goes ahead: give one day or hour, or more."),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(duebell_billing: Command, words: str, sentence: str) -> None:
    add_john(duebell_billing)

    with pytest.raises(DuebellError) as refused:
        duebell_billing(*words.split())

    assert str(refused.value) == sentence


def test_what_was_refused_has_changed_nothing(duebell_billing: Command) -> None:
    add_john(duebell_billing)
    before = as_json(duebell_billing, "customer", "show", "john-doe")

    for words in ("pay john-doe 0", "charge john-doe Cable 5 --currency EUR", "fee john-doe Internet 5"):
        with pytest.raises(DuebellError):
            duebell_billing(*words.split())

    assert as_json(duebell_billing, "customer", "show", "john-doe") == before
