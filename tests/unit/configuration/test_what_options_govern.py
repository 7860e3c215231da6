"""Each option of Retry, Notify_By and Retention governs what it says, without a restart and without losing what is under way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from builders import Clock, generated, overdue, suspended
from duebell.configuration.check import Result
from duebell.configuration.notify_by import NOTIFY_BY, ages_of
from duebell.configuration.retention import RETENTION, history_of
from duebell.configuration.retry import RETRY, policy_of
from duebell.errors import InvalidValue
from duebell.espf.provisioning import State
from duebell.espf.retry import RetryPolicy
from duebell.espf.rules import NOTIFY_WITHIN, notify_within
from duebell.events import FACTS
from duebell.groups import declared
from duebell.instance import Instance
from duebell.operations.replay import Replay
from duebell.settings import Settings
from duebell.storage.event_filter import EventFilter
from duebell.storage.tables import event, provisioning
from unit.webhook.receiving import SECRET, StandIn
from waiting import until, within


async def put_in_force(instance: Instance, group: str, **values: str) -> None:
    """Type, verify, apply."""
    await instance.configuration(lambda server: server.type("Global", group, values))
    verification = await instance.verifications.begin("Global", group)
    failed = [check async for check in verification.checks() if check.result is Result.FAILED]
    assert failed == []
    await instance.apply("Global", group, verification.values)


async def rows(instance: Instance) -> Mapping[str, Any]:
    """What is owed to Odoo, by the event's type, the latest replay."""
    query = select(event.c.type, provisioning).join_from(provisioning, event).order_by(provisioning.c.replay)
    return {row.type: row for row in await instance.read(lambda connection: connection.execute(query).all())}


# --- Notify_By ---------------------------------------------------------------------------------------------------------


def test_every_event_type_has_an_age_which_is_the_rules_by_default() -> None:
    assert ages_of({}) == {event_type: notify_within(event_type) for event_type in FACTS}
    assert NOTIFY_WITHIN.keys() <= ages_of({}).keys()


async def test_an_event_is_told_for_as_long_as_the_option_says_from_its_applying_on(
    instance: Instance, clock: Clock
) -> None:
    await instance.record([generated("one")])
    await put_in_force(instance, "Notify_By", Invoice_Overdue="2", Customer_Suspended="0")
    await instance.record([overdue("two"), suspended("two")])

    owed = await rows(instance)

    assert owed["invoice.generated"].notify_by == clock() + timedelta(hours=48)
    assert owed["invoice.overdue"].notify_by == clock() + timedelta(hours=2)
    assert owed["customer.suspended"].notify_by == clock()


async def test_the_age_counts_for_replays_too(instance: Instance, clock: Clock) -> None:
    (recorded,) = await instance.record([overdue("one")])
    settled = update(provisioning).values(state=State.REFUSED.value, is_head=False)
    await instance.write(lambda connection: connection.execute(settled))
    clock.advance(hours=3)
    assert await planned(instance, recorded.id) == ["tell"]

    await put_in_force(instance, "Notify_By", Invoice_Overdue="2")

    assert await planned(instance, recorded.id) == ["timeline"]


async def planned(instance: Instance, event_id: str) -> list[str]:
    """What a replay would do with an event."""
    replay = Replay(instance, EventFilter(), event_id=event_id, tell=True)
    report = await replay.run(lambda *_: None, do=False)
    return [one["action"] for one in report.as_json()["totals"]]


async def test_the_age_is_known_after_a_start(tmp_path: Path, clock: Clock) -> None:
    first = Instance(Settings(data=tmp_path), now=clock)
    await put_in_force(first, "Notify_By", Invoice_Overdue="2")
    first.close()

    second = Instance(Settings(data=tmp_path), now=clock)
    await second.record([overdue("one")])
    assert (await rows(second))["invoice.overdue"].notify_by == clock() + timedelta(hours=2)
    second.close()


# --- Retention ---------------------------------------------------------------------------------------------------------


async def test_history_goes_after_the_days_that_the_option_says(instance: Instance, clock: Clock) -> None:
    assert history_of({}) == timedelta(days=90)
    await instance.record([generated("one")])
    settled = update(provisioning).values(state=State.PROVISIONED.value, is_head=False)
    await instance.write(lambda connection: connection.execute(settled))
    clock.advance(days=10)
    await put_in_force(instance, RETENTION.name, History="9")

    async with instance.dispatching():
        await until_none_is_left(instance)


async def until_none_is_left(instance: Instance) -> None:
    async with within(30):
        while await instance.read(lambda connection: connection.execute(select(event.c.id)).first()):
            await asyncio.sleep(0.01)


# --- Retry -------------------------------------------------------------------------------------------------------------


def test_the_waits_are_the_policys_by_default() -> None:
    assert policy_of({}) == RetryPolicy()


@pytest.mark.parametrize(
    "values", [{"First_Wait": "3600", "Longest_Wait": "1"}, {"Longest_Wait": "1440", "Give_Up_After": "1"}]
)
async def test_waits_that_contradict_each_other_dont_pass_verify(values: dict[str, str]) -> None:
    with pytest.raises(InvalidValue, match="The waits contradict each other"):
        policy_of(values)
    (check,) = [check async for check in declared(Clock())[RETRY.name].verify(values)]
    assert (check.result, "contradict" in check.found) == (Result.FAILED, True)


@pytest.fixture
async def at_work(tmp_path: Path, receiver: StandIn) -> AsyncIterator[Instance]:
    """It delivers to the receiver, on the real clock."""
    instance = Instance(Settings(data=tmp_path))
    await put_in_force(instance, "Webhook", URL=receiver.url, Secret=SECRET, Allowed_Hosts="127.0.0.1")
    async with instance.dispatching():
        yield instance
    instance.close()


async def webhooks_row(instance: Instance) -> Any:
    query = select(provisioning).where(provisioning.c.handler_id == 2)
    return await instance.read(lambda connection: connection.execute(query).one())


async def test_what_is_tried_again_waits_as_long_as_the_option_says(at_work: Instance, receiver: StandIn) -> None:
    receiver.answer = lambda _: 500
    await put_in_force(at_work, RETRY.name, First_Wait="3600", Longest_Wait="60")

    await at_work.record([generated("one")])
    async with within(30):
        while (row := await webhooks_row(at_work)).attempts == 0:
            await asyncio.sleep(0.01)

    assert row.next_at - row.first_attempt_at >= timedelta(minutes=30)


async def test_what_is_in_flight_while_a_configuration_is_applied_arrives(at_work: Instance, receiver: StandIn) -> None:
    receiver.answer = lambda _: None  # it holds the call
    await at_work.record([generated("one"), overdue("one"), generated("two")])
    await until(lambda: receiver.calls)

    receiver.answer = lambda _: 204
    await put_in_force(at_work, "Webhook", Max_Batch="10")

    async with within(30):
        while len({one["id"] for one in receiver.events}) < 3 or await waiting(at_work):
            await asyncio.sleep(0.01)
    assert [one["type"] for one in receiver.events if one["subject"] == "one"][-2:] == [
        "invoice.generated",
        "invoice.overdue",
    ]


async def waiting(instance: Instance) -> bool:
    query = select(provisioning.c.id).where(provisioning.c.handler_id == 2, provisioning.c.state == State.WAITING.value)
    return await instance.read(lambda connection: connection.execute(query).first()) is not None


async def test_a_rollback_takes_effect_at_once(at_work: Instance, receiver: StandIn) -> None:
    await put_in_force(at_work, "Notify_By", Invoice_Generated="1")
    assert at_work.notify_within("Global")["invoice.generated"] == timedelta(hours=1)

    await at_work.put_in_force(lambda server: server.roll_back(), "administrator")

    assert at_work.notify_within("Global")["invoice.generated"] == timedelta(hours=48)
    assert NOTIFY_BY.option("Invoice_Generated").default == "48"
