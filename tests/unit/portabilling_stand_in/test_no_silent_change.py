"""Whatever the API shows of a customer or an invoice, an event says that it changed."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOON, Clock, usd
from duebell.billing.customer import BillingCustomer
from duebell.errors import NotPossible
from duebell.sandbox.portabilling.nuisances import Nuisances
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("invoice"), st.integers(1, 60)),
        st.tuples(st.just("pay"), st.integers(1, 60)),
        st.tuples(st.just("advance"), st.integers(1, 20)),
        st.tuples(st.just("void"), st.integers(1, 5)),
    ),
    max_size=12,
)


def shown(stand_in: PortaBillingStandIn) -> dict[str, dict[str, Any]]:
    """What the API shows, by the name and number of the id that an event would have."""
    books = stand_in.books
    invoices = {
        f"i_invoice {books.directory.invoices.of(one.number)}": books.invoice_info(one.number) for one in books.invoices()
    }
    return {"i_customer 1": books.customer_info("one"), **invoices}


def do(stand_in: PortaBillingStandIn, what: str, much: int) -> None:
    match what:
        case "invoice":
            stand_in.invoice("one", usd(str(much)))
        case "pay":
            stand_in.pay("one", usd(str(much)))
        case "advance":
            stand_in.advance(much)
        case _:
            number = stand_in.books.directory.invoices.name(str(much))
            if number is not None:
                stand_in.billing(lambda billing: billing.void("one", number))


@settings(deadline=None)
@given(steps=STEPS, customer_class=st.sampled_from(["standard", "limited-first"]), thin=st.booleans())
def test_no_change_is_silent(steps: list[tuple[str, int]], customer_class: str, *, thin: bool) -> None:
    stand_in = PortaBillingStandIn(now=Clock(NOON), nuisances=Nuisances(thin=thin))
    stand_in.add_customer(BillingCustomer(external_id="one", name="One", currency="USD", customer_class=customer_class))
    for what, much in steps:
        before, told = shown(stand_in), len(stand_in.sender.waiting())
        try:
            do(stand_in, what, much)
        except NotPossible:
            continue
        variables = [event.variables for event in stand_in.sender.waiting()[told:]]
        subjects = {f"{name} {one[name]}" for one in variables for name in ("i_invoice", "i_customer") if name in one}
        changed = {name for name, fields in shown(stand_in).items() if before.get(name) != fields}
        assert changed <= subjects
    numbers = [int(str(event.i_event)) for event in stand_in.sender.waiting()]
    assert numbers == list(range(1, len(numbers) + 1))
