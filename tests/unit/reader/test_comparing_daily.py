"""Once a day PortaBilling is compared with what is known of it, and what never came is told or recorded."""

from __future__ import annotations

import pytest

from builders import usd
from duebell.duties.reconciling import Reconciling
from duebell.instance import Instance
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from duebell.storage import alarms
from unit.reader.reading_world import configure, recorded

A_WHILE = 600
"""Seconds in which what is on its way arrives."""


@pytest.fixture
def daily(instance: Instance) -> Reconciling:
    """The duty that waits for nothing to settle."""

    async def at_once(seconds: float) -> None:
        assert seconds == A_WHILE

    return Reconciling(instance._store, instance.sources, instance.now, lambda: True, at_once)


async def standing(instance: Instance) -> list[tuple[str, str]]:
    return [(one["cause"], one["sentence"]) for one in await instance.read(alarms.standing)]


async def test_what_never_came_is_an_alarm_until_it_is_known(
    instance: Instance, stand_in: PortaBillingStandIn, daily: Reconciling
) -> None:
    await configure(instance, stand_in)
    stand_in.invoice("john-doe", usd("30"))
    await daily.look()
    [(cause, sentence)] = await standing(instance)
    assert cause == "missed Global"
    assert sentence.startswith("Of 1 invoices issued in the last three days 1 are not known here and 0 are known otherwise;")
    assert await recorded(instance) == []
    async with instance.sources.reader("Global") as reader:
        await reader.read("1")
    await daily.look()
    assert await standing(instance) == []


async def test_where_it_is_chosen_it_is_recorded_and_no_alarm(
    instance: Instance, stand_in: PortaBillingStandIn, daily: Reconciling
) -> None:
    await configure(instance, stand_in, Daily_Reconcile="record")
    stand_in.invoice("john-doe", usd("30"))
    await daily.look()
    assert await recorded(instance) == ["invoice.generated"]
    assert await standing(instance) == []


async def test_who_cannot_be_read_is_an_alarm_though_it_was_to_be_recorded(
    instance: Instance, stand_in: PortaBillingStandIn, daily: Reconciling
) -> None:
    await configure(instance, stand_in, Daily_Reconcile="record")
    stand_in.invoice("john-doe", usd("30"))
    stand_in.show("john-doe", status="hibernating")
    await daily.look()
    [(cause, sentence)] = await standing(instance)
    assert cause == "missed Global"
    assert "1 customers could not be read." in sentence
    assert "hibernating" in sentence


async def test_what_was_merely_on_its_way_is_no_alarm(instance: Instance, stand_in: PortaBillingStandIn) -> None:
    await configure(instance, stand_in)
    stand_in.invoice("john-doe", usd("30"))

    async def it_comes(seconds: float) -> None:
        async with instance.sources.reader("Global") as reader:
            await reader.read("1")

    await Reconciling(instance._store, instance.sources, instance.now, lambda: True, it_comes).look()
    assert await standing(instance) == []


async def test_whoever_wants_no_comparison_gets_none(
    instance: Instance, stand_in: PortaBillingStandIn, daily: Reconciling
) -> None:
    await configure(instance, stand_in, Daily_Reconcile="off")
    stand_in.invoice("john-doe", usd("30"))
    await daily.look()
    assert await standing(instance) == []


async def test_one_that_does_not_answer_leaves_the_alarm_as_it_is(
    instance: Instance, stand_in: PortaBillingStandIn, daily: Reconciling
) -> None:
    await configure(instance, stand_in)
    stand_in.invoice("john-doe", usd("30"))
    await daily.look()
    before = await standing(instance)
    await stand_in.__aexit__(None, None, None)
    await daily.look()
    assert await standing(instance) == before != []
