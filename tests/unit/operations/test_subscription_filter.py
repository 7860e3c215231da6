"""Which events a subscription's filter wants."""

from __future__ import annotations

from dataclasses import replace

import pytest

from builders import a_customer, a_standing, an_invoice, restored, suspended, usd
from duebell.errors import InvalidValue
from duebell.espf.subscription import Filter
from duebell.events import (
    CustomerStatus,
    CustomerSuspended,
    Fact,
    InvoiceGenerated,
    InvoicePaid,
    Payment,
    PaymentReceived,
    Reason,
)


def bill(total: str = "30", paid: str = "0", customer_class: str | None = None) -> InvoiceGenerated:
    customer = a_customer(customer_class=customer_class)
    return InvoiceGenerated(customer=customer, standing=a_standing(), invoice=an_invoice(total=total, paid=paid))


def test_no_filter_wants_everything() -> None:
    assert Filter().wants(bill(), None)
    assert Filter().as_json() is None


def test_each_part_has_to_fit() -> None:
    wanted = Filter(customer_classes=frozenset({"business", "premium"}), companies=frozenset({"Example Telecom"}))
    assert wanted.wants(bill(customer_class="premium"), "Example Telecom")
    assert not wanted.wants(bill(customer_class="standard"), "Example Telecom")
    assert not wanted.wants(bill(customer_class=None), "Example Telecom")
    assert not wanted.wants(bill(customer_class="premium"), None)


@pytest.mark.parametrize(
    ("fact", "amount"),
    [
        (bill("30", paid="10"), "20"),
        (InvoicePaid(customer=a_customer(), standing=a_standing(), invoice=an_invoice(total="30", paid="30")), "30"),
        (
            PaymentReceived(
                customer=a_customer(), standing=a_standing(), payment=Payment(reference="P-1", amount=usd("12"))
            ),
            "12",
        ),
        (
            CustomerSuspended(
                customer=a_customer(), standing=a_standing(CustomerStatus.SUSPENDED, "40"), reason=Reason.NON_PAYMENT
            ),
            "40",
        ),
    ],
    ids=["what is outstanding of an invoice", "all of one that was paid", "a payment", "what is overdue"],
)
def test_the_minimum_is_compared_with_what_the_event_is_about(fact: Fact, amount: str) -> None:
    assert Filter(minimum_amount=usd(amount)).wants(fact, None)
    assert not Filter(minimum_amount=usd(f"{amount}.01")).wants(fact, None)


def test_whoever_hears_of_a_suspension_hears_of_its_end_though_nothing_is_owed_then() -> None:
    wanted = Filter(minimum_amount=usd("5"))
    assert wanted.wants(suspended().fact, None)
    assert wanted.wants(restored().fact, None)


def test_an_amount_in_another_currency_is_never_enough() -> None:
    assert not Filter(currencies=frozenset({"EUR"})).wants(bill(), None)
    assert not Filter.from_json('{"minimum_amount": {"amount": "1", "currency": "EUR"}}').wants(bill("1000"), None)


def test_a_share_of_customers_is_always_the_same_and_grows_by_others() -> None:
    customers = [str(number) for number in range(2000)]

    def wanted(percent: int) -> set[str]:
        chosen = Filter(percent=percent)
        return {one for one in customers if chosen.wants(replace(bill(), customer=a_customer(external_id=one)), None)}

    few, more = wanted(10), wanted(30)
    assert few < more < wanted(100) == set(customers)
    assert 150 < len(few) < 250
    assert 500 < len(more) < 700


@pytest.mark.parametrize("percent", [0, 101, -1])
def test_what_is_no_percentage_is_refused(percent: int) -> None:
    with pytest.raises(InvalidValue, match="give a whole number from 1 to 100"):
        Filter(percent=percent)


def test_what_is_kept_is_read_back() -> None:
    wanted = Filter(
        customer_classes=frozenset({"business"}),
        companies=frozenset({"Example Telecom"}),
        currencies=frozenset({"USD", "EUR"}),
        minimum_amount=usd("5"),
        percent=10,
    )
    assert Filter.from_json(wanted.as_json()) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "5",
        '{"customer_classes": "business"}',
        '{"customer_classes": [5]}',
        '{"customers": []}',
        '{"percent": "10"}',
        '{"percent": true}',
        '{"minimum_amount": "5 USD"}',
        '{"minimum_amount": {"amount": "5.005", "currency": "USD"}}',
        '{"minimum_amount": {"amount": "1e999", "currency": "USD"}}',
        '{"minimum_amount": {"amount": "5"}}',
    ],
)
def test_what_is_no_filter_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidValue, match="The filter must be JSON like"):
        Filter.from_json(text)


def test_a_currency_that_there_is_not_is_refused() -> None:
    with pytest.raises(InvalidValue, match="'DOLLAR' is not a known currency: use an ISO 4217 code such as USD or EUR"):
        Filter(currencies=frozenset({"DOLLAR"}))


def test_a_filter_that_could_want_nothing_is_refused() -> None:
    with pytest.raises(
        InvalidValue, match=r"No event is in EUR and of at least 5\.00 USD: give the minimum in that currency"
    ):
        Filter(currencies=frozenset({"EUR"}), minimum_amount=usd("5"))
