from __future__ import annotations

from collections.abc import Mapping, Sequence

from builders import (
    a_customer,
    a_happening,
    a_standing,
    everything_provisioned,
    generated,
    overdue,
    paid,
    restored,
    suspended,
)
from duebell.espf.handler import BatchRefused, Outcome, Owed, Provisioned, RefusalKind, Refused, TryAgain
from duebell.espf.pace import Limits, Pace
from duebell.events import CustomerSuspended, Reason


async def test_a_customers_events_leave_in_the_order_in_which_billing_recorded_them(espf) -> None:
    espf.record(generated(), overdue(), suspended(), paid(), restored())
    await espf.dispatch()
    assert [owed.type for call in espf.target.calls for owed in call] == [
        "invoice.generated",
        "invoice.overdue",
        "customer.suspended",
        "invoice.paid",
        "customer.suspension_removed",
    ]


async def test_what_gathered_leaves_in_one_call(espf) -> None:
    espf.record(*(generated(f"customer-{number}") for number in range(60)))
    await espf.dispatch()
    assert [len(call) for call in espf.target.calls] == [60]


async def test_a_batch_holds_no_more_than_the_target_takes(espf) -> None:
    espf.target.max_batch = 25
    espf.record(*(generated(f"customer-{number}") for number in range(60)))
    await espf.dispatch()
    assert sorted(len(call) for call in espf.target.calls) == [10, 25, 25]


async def test_a_customer_with_a_long_line_does_not_fill_the_batch_alone(espf) -> None:
    espf.target.max_batch = 10
    espf.record(*(generated("busy", f"INV-{number}") for number in range(50)))
    espf.record(*(generated(f"customer-{number}") for number in range(5)))
    await espf.dispatch(pace=Pace(Limits(calls_in_flight=1)))
    assert len({owed.stream for owed in espf.target.calls[0]}) == 6


async def test_the_most_urgent_customers_go_first(espf) -> None:
    espf.target.max_batch = 1
    espf.record(generated("invoiced"), overdue("overdue"), suspended("suspended"), restored("restored"))
    await espf.dispatch(pace=Pace(Limits(calls_in_flight=1)))
    assert [call[0].type for call in espf.target.calls] == [
        "customer.suspension_removed",
        "customer.suspended",
        "invoice.overdue",
        "invoice.generated",
    ]


async def test_an_event_that_must_be_tried_again_holds_up_its_own_customer_only(espf) -> None:
    def johns_wait(batch: Sequence[Owed]) -> Mapping[int, Outcome]:
        waiting = {owed.stream for owed in batch if owed.type == "invoice.overdue"}
        return {owed.provisioning: TryAgain("not now") if owed.stream in waiting else Provisioned("r") for owed in batch}

    espf.target.answer = johns_wait
    espf.record(overdue("john-doe"), suspended("john-doe"), generated("other"))
    await espf.dispatch()
    assert espf.states("other") == [("invoice.generated", "provisioned")]
    assert espf.states("john-doe") == [("invoice.overdue", "waiting"), ("customer.suspended", "waiting")]

    # given that the target takes it later, the line moves up in order
    espf.target.answer = everything_provisioned
    espf.clock.advance(minutes=1)
    await espf.dispatch()
    assert espf.states("john-doe") == [("invoice.overdue", "provisioned"), ("customer.suspended", "provisioned")]


async def test_a_refused_event_never_silences_a_later_one(espf) -> None:
    def bad_overdue(batch: Sequence[Owed]) -> Mapping[int, Outcome]:
        bad = Refused("invoice.total: not an amount", RefusalKind.EVENT)
        return {owed.provisioning: bad if owed.type == "invoice.overdue" else Provisioned("r") for owed in batch}

    espf.target.answer = bad_overdue
    espf.record(overdue(), suspended())
    await espf.dispatch()
    assert espf.states() == [("invoice.overdue", "refused"), ("customer.suspended", "provisioned")]


async def test_a_poisoned_batch_is_split_until_the_culprit_stands_alone(espf) -> None:
    def poisoned(batch: Sequence[Owed]) -> Mapping[int, Outcome]:
        if any('"customer-7"' in owed.cloud_event and owed.type == "invoice.overdue" for owed in batch):
            raise BatchRefused("500 builtins.KeyError")
        return everything_provisioned(batch)

    espf.target.answer = poisoned
    for number in range(16):
        espf.record(generated(f"customer-{number}"), overdue(f"customer-{number}"), suspended(f"customer-{number}"))
    await espf.dispatch()
    assert espf.states("customer-7") == [
        ("invoice.generated", "provisioned"),
        ("invoice.overdue", "refused"),
        ("customer.suspended", "provisioned"),
    ]
    assert [state for _, state in espf.states()].count("refused") == 1
    assert [state for _, state in espf.states()].count("provisioned") == 47


async def test_while_a_batch_is_split_nothing_overtakes_an_event_of_its_customer_that_did_not_end(espf) -> None:
    def one_at_a_time(batch: Sequence[Owed]) -> Mapping[int, Outcome]:
        if len(batch) > 1:
            raise BatchRefused("smaller, please")
        later = TryAgain("not now") if batch[0].type == "invoice.overdue" else Provisioned("r")
        return {batch[0].provisioning: later}

    espf.target.answer = one_at_a_time
    espf.record(generated(), overdue(), suspended())
    await espf.dispatch()
    assert espf.states() == [
        ("invoice.generated", "provisioned"),
        ("invoice.overdue", "waiting"),
        ("customer.suspended", "waiting"),
    ]


async def test_nothing_overtakes_an_event_that_is_refused_alone_before_it_is_settled(espf) -> None:
    def poisoned(batch: Sequence[Owed]) -> Mapping[int, Outcome]:
        if any(owed.type == "invoice.overdue" for owed in batch):
            raise BatchRefused("500 builtins.KeyError")
        return everything_provisioned(batch)

    espf.target.answer = poisoned
    espf.record(overdue(), suspended())
    await espf.dispatch()
    assert espf.states() == [("invoice.overdue", "waiting"), ("customer.suspended", "waiting")]


async def test_an_event_that_made_an_earlier_one_untrue_travels_beside_it(espf) -> None:
    espf.record(
        generated("john-doe", "INV-1"), overdue("john-doe", "INV-1"), overdue("john-doe", "INV-2"), paid("john-doe", "INV-1")
    )
    await espf.dispatch()
    untrue = {(owed.type, owed.cloud_event.count("INV-1") > 0): owed.superseded_by for owed in espf.target.calls[0]}
    assert untrue["invoice.overdue", True].type == "invoice.paid"
    assert untrue["invoice.generated", True].type == "invoice.overdue"
    assert untrue["invoice.overdue", False] is None, "another invoice's payment changes nothing"
    assert untrue["invoice.paid", True] is None


async def test_a_second_suspension_is_not_made_untrue_by_the_first_ones_removal(espf) -> None:
    again = CustomerSuspended(customer=a_customer(), standing=a_standing(overdue="30"), reason=Reason.NON_PAYMENT)
    espf.record(suspended(), restored(), a_happening(again, source_id="customer.suspended/2"))
    await espf.dispatch()
    first, removed, second = espf.target.calls[0]
    assert first.superseded_by.type == "customer.suspension_removed"
    assert removed.superseded_by.type == "customer.suspended"
    assert second.superseded_by is None
