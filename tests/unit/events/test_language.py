from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from pydantic import ValidationError

from builders import NOON, a_customer, a_happening, a_standing, an_invoice, generated, overdue, paid, restored, suspended
from duebell.espf.envelope import Envelope, fact_from_json, fact_json, fact_schema
from duebell.espf.rules import SUPERSEDED_BY, is_warning, notify_within
from duebell.events import FACTS, Commitment, CommitmentTerminated, Reason
from duebell.money import Money

DOCS = Path(__file__).parents[3] / "docs"


def terminated() -> CommitmentTerminated:
    commitment = Commitment(
        reference="CM-1",
        service="Internet",
        started_on=date(2026, 1, 1),
        ends_on=date(2027, 1, 1),
        terminated_on=date(2026, 11, 3),
        penalty=Money(Decimal(50), "USD"),
    )
    return CommitmentTerminated(
        customer=a_customer(), standing=a_standing(), commitment=commitment, reason=Reason.CANCELLED_EARLY
    )


@pytest.mark.parametrize("happening", [generated(), overdue(), paid(), suspended(), restored(), a_happening(terminated())])
def test_an_event_on_the_wire_fits_its_schema_and_comes_back_as_it_was(happening) -> None:
    envelope = Envelope(happening=happening, epoch=1, sequence=7, recorded_at=NOON)
    wire = json.loads(envelope.cloud_event())
    jsonschema.validate(wire["data"], fact_schema(wire["type"]))
    assert fact_from_json(wire["type"], json.dumps(wire["data"])) == happening.fact
    assert wire["sequence"] == "00000000000000000007"
    assert (wire["subject"], wire["time"], wire["specversion"]) == ("john-doe", "2026-11-01T12:00:00Z", "1.0")


@pytest.mark.parametrize("type_", FACTS)
def test_the_published_schema_is_the_codes(type_: str) -> None:
    published = json.loads((DOCS / "schemas" / f"{type_}.json").read_text(encoding="utf-8"))
    assert published == fact_schema(type_), (
        "publish it anew with `make schemas`, and look at the difference: only optional fields may come"
    )


def test_every_type_has_its_line_in_the_reference() -> None:
    reference = (DOCS / "events.md").read_text(encoding="utf-8")
    assert [type_ for type_ in FACTS if f"| `{type_}` |" not in reference] == []


def test_the_same_fact_has_the_same_id_wherever_it_is_recorded() -> None:
    assert generated().id == generated().id
    assert generated().id != generated("another").id
    assert str(generated().id) == "8a649710-82a2-50c8-a883-62e9657fc00c"


def test_an_amount_with_too_many_decimals_is_refused() -> None:
    with pytest.raises(ValueError, match=r"30\.001 has too many decimals: USD has 2; round it in billing first"):
        Money.parse("30.001", "USD")
    assert Money.parse("30", "JPY").minor == 30
    assert Money.parse("1.234", "KWD").minor == 1234


@pytest.mark.parametrize("text", ["thirty", "", "30,00", "$30", "NaN", "Infinity", "1e400"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not an amount|too many decimals|write it like"):
        Money.parse(text, "USD")


def test_an_unknown_currency_language_and_time_zone_are_refused_with_an_example() -> None:
    with pytest.raises(ValueError, match="'XXZ' is not a known currency: use an ISO 4217 code such as USD or EUR"):
        Money.parse("30", "XXZ")
    with pytest.raises(ValueError, match="'xx-YY' is not a known language: use a BCP 47 tag such as en-US or es-ES"):
        a_customer(language="xx-YY")
    with pytest.raises(ValueError, match="'Mars/Base' is not a known time zone: use an IANA name such as Europe/Madrid"):
        a_customer(time_zone="Mars/Base")


def test_amounts_of_two_currencies_are_never_mixed() -> None:
    with pytest.raises(ValueError, match="are not of one currency"):
        Money.parse("1", "USD") + Money.parse("1", "EUR")


def test_a_wrong_field_on_the_wire_is_named() -> None:
    wire = json.loads(fact_json(generated().fact))
    wire["invoice"]["total"]["amount"] = "30.001"
    with pytest.raises(ValidationError) as refused:
        fact_from_json("invoice.generated", json.dumps(wire))
    assert [error["loc"] for error in refused.value.errors()] == [("invoice", "total")]


def test_an_invoice_needs_no_float() -> None:
    assert an_invoice(total="0.10").total + Money.parse("0.20", "USD") == Money.parse("0.30", "USD")


def test_the_page_of_the_events_says_how_long_each_is_told_and_what_makes_it_untrue() -> None:
    page = (DOCS / "events.md").read_text(encoding="utf-8")
    for type_ in FACTS:
        hours = int(notify_within(type_).total_seconds() // 3600)
        later = ", ".join(f"`{one}`" for one in SUPERSEDED_BY.get(type_, ())) or "-"
        within = f"until its day, else {hours} h" if is_warning(type_) else f"{hours} h"
        assert f"| `{type_}` | {within} | {later} |" in page
