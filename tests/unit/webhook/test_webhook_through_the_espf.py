"""From billing to the receiver: what is recorded arrives once it is configured, in each customer's order, whatever happens there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from builders import generated, overdue, paid, restored, suspended
from duebell.configuration.server import GLOBAL
from duebell.espf.envelope import Happening
from duebell.instance import Instance
from duebell.settings import Settings
from unit.webhook.receiving import SECRET, Answer, Call, StandIn
from waiting import until, within


@pytest.fixture
async def instance(tmp_path: Path) -> AsyncIterator[Instance]:
    instance = Instance(Settings(data=tmp_path))
    yield instance
    instance.close()


@pytest.fixture
async def at_work(instance: Instance, receiver: StandIn) -> AsyncIterator[Instance]:
    await configured(instance, receiver)
    async with instance.dispatching():
        yield instance


async def configured(instance: Instance, receiver: StandIn, **options: str) -> None:
    """Type the options as a person does, verify them, and put them in force."""
    typed = {"URL": receiver.url, "Secret": SECRET, "Allowed_Hosts": "127.0.0.1", "Request_Timeout": "3", **options}
    await instance.configuration(lambda server: server.type(GLOBAL, "Webhook", typed))
    verification = await instance.verifications.begin(GLOBAL, "Webhook")
    findings = [check async for check in verification.checks()]
    assert verification.passed, findings
    await instance.apply(GLOBAL, "Webhook", verification.values)


def arrived(receiver: StandIn) -> list[tuple[str, str]]:
    return [(event["subject"], event["type"]) for event in receiver.events]


def month(customer: str) -> list[Happening]:
    return [one(customer) for one in (generated, overdue, suspended, paid, restored)]


ORDER = ["invoice.generated", "invoice.overdue", "customer.suspended", "invoice.paid", "customer.suspension_removed"]


POISONED = ("customer-3", "customer.suspended")


def taken(receiver: StandIn) -> list[tuple[str, str]]:
    """What calls that were answered with 2xx brought."""
    brought = [event for call in receiver.calls if receiver.answer(call) == 204 for event in call.events]
    return [(event["subject"], event["type"]) for event in brought]


async def test_each_customers_month_arrives_in_order(at_work: Instance, receiver: StandIn) -> None:
    customers = ["one", "two", "three"]

    await at_work.record([event for customer in customers for event in month(customer)])
    await until(lambda: len(receiver.events) == 15)

    for customer in customers:
        assert [type_ for subject, type_ in arrived(receiver) if subject == customer] == ORDER
    assert len({call.id for call in receiver.calls}) == 15


async def test_an_event_that_the_receiver_refuses_holds_up_nobody(at_work: Instance, receiver: StandIn) -> None:
    receiver.answer = lambda call: 422 if call.events[0]["type"] == "invoice.overdue" else 204

    await at_work.record([*month("one"), *month("two")])
    await until(lambda: len(receiver.events) == 10)

    for customer in ("one", "two"):
        assert [type_ for subject, type_ in arrived(receiver) if subject == customer] == ORDER


async def test_an_event_on_which_the_receiver_breaks_holds_up_its_own_customer_only(
    at_work: Instance, receiver: StandIn
) -> None:
    receiver.answer = lambda call: 500 if call.events[0]["subject"] == "one" else 204

    await at_work.record([*month("one"), *month("two")])
    await until(lambda: [type_ for subject, type_ in arrived(receiver) if subject == "two"] == ORDER)

    assert {type_ for subject, type_ in arrived(receiver) if subject == "one"} <= {ORDER[0]}


async def test_of_a_batch_only_the_event_that_is_refused_is_not_taken(instance: Instance, receiver: StandIn) -> None:
    def refuses_one(call: Call) -> Answer:
        return 422 if any((event["subject"], event["type"]) == POISONED for event in call.events) else 204

    receiver.answer = refuses_one
    await configured(instance, receiver, Max_Batch="100")
    customers = [f"customer-{number}" for number in range(8)]
    await instance.record([event for customer in customers for event in month(customer)])

    async with instance.dispatching():
        await until(lambda: len(taken(receiver)) == 8 * 5 - 1)

    for customer in customers:
        expected = [type_ for type_ in ORDER if (customer, type_) != POISONED]
        assert [type_ for subject, type_ in taken(receiver) if subject == customer] == expected


async def test_a_receiver_that_is_gone_is_called_no_more_and_what_is_owed_is_kept(
    at_work: Instance, receiver: StandIn
) -> None:
    async def webhook() -> dict[str, Any]:
        (row,) = [row for row in (await at_work.status())["handlers"] if row["type"] == "Webhook"]
        return row

    receiver.answer = lambda _call: 410
    await at_work.record(month("one"))

    async with within(30):
        while (await webhook())["enabled"]:
            await asyncio.sleep(0.01)

    assert len(receiver.calls) == 1
    assert (await webhook())["owed"] == {"waiting": 5}

    # when somebody has verified that there is a receiver again
    receiver.answer = lambda _call: 204
    await configured(at_work, receiver)
    await until(lambda: arrived(receiver)[1:] == [("one", type_) for type_ in ORDER])


async def test_what_happens_in_an_outage_leaves_when_it_is_over(at_work: Instance, receiver: StandIn) -> None:
    def out(_call: Call) -> Answer:
        return 503

    receiver.answer = receiver.trials = out
    await at_work.record(month("one"))
    await until(lambda: bool(receiver.calls))
    receiver.came.clear()

    receiver.answer = receiver.trials = lambda _call: 204
    await until(lambda: len(receiver.events) == 5)

    assert [type_ for _, type_ in arrived(receiver)] == ORDER


async def test_a_handler_is_there_only_once_it_is_configured(instance: Instance, receiver: StandIn) -> None:
    async def handlers() -> list[str]:
        return [row["type"] for row in (await instance.status())["handlers"]]

    assert await handlers() == ["OdooCRM"]
    await instance.record(month("one"))
    for _ in range(2):
        await configured(instance, receiver)
    assert await handlers() == ["OdooCRM", "Webhook"]

    await instance.record([suspended("two")])
    async with instance.dispatching():
        await until(lambda: bool(receiver.events))

    assert arrived(receiver) == [("two", "customer.suspended")], "what was before it is not its business"
