from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial

import pytest

from builders import everything_provisioned, generated, overdue, suspended
from duebell.errors import ConflictingEvent
from duebell.espf import dispatcher as dispatcher_module
from duebell.espf.handler import (
    BatchRefused,
    ConfigurationRefused,
    NotAttempted,
    Outcome,
    Owed,
    Provisioned,
    RefusalKind,
    Refused,
    TargetDown,
    TryAgain,
)
from duebell.espf.pace import Limits, Pace
from duebell.storage import alarms
from duebell.storage.retry import retry_event
from waiting import within


def down(_: Sequence[Owed]) -> Mapping[int, Outcome]:
    raise TargetDown("Odoo does not answer.")


async def test_while_the_target_is_down_everything_waits_and_no_attempt_is_burnt(espf) -> None:
    espf.target.answer = down
    espf.target.probe_error = TargetDown("Odoo does not answer.")
    espf.record(generated(), overdue("other"))
    for _ in range(30):
        await espf.dispatch()
        espf.clock.advance(hours=1)
    assert espf.row().state == "down"
    assert [state for _, state in espf.states()] == ["waiting", "waiting"]

    espf.target.answer, espf.target.probe_error = everything_provisioned, None
    await espf.dispatch()
    assert espf.row().state == "up"
    assert [state for _, state in espf.states()] == ["provisioned", "provisioned"]


async def test_a_probe_is_made_only_when_it_is_due_however_many_events_arrive(espf) -> None:
    espf.target.answer = down
    espf.target.probe_error = TargetDown("Odoo does not answer.")
    dispatcher = espf.dispatcher()
    espf.record(generated())
    await dispatcher.drain()
    probes = espf.target.probes
    for number in range(50):
        espf.record(generated(f"customer-{number}"))
        dispatcher.wake()
        await dispatcher.drain()
    assert espf.target.probes == probes


async def test_a_refused_key_is_one_alarm_and_its_end_the_all_clear(espf) -> None:
    def refuses_us(_: Sequence[Owed]) -> Mapping[int, Outcome]:
        raise ConfigurationRefused("Odoo refuses the key: make a new one and verify.")

    espf.target.answer = refuses_us
    espf.target.probe_error = ConfigurationRefused("Odoo refuses the key: make a new one and verify.")
    espf.record(generated())
    for _ in range(3):
        await espf.dispatch()
        espf.clock.advance(minutes=2)
    (alarm,) = espf.store.read(alarms.standing)
    assert (alarm["count"], alarm["sentence"]) == (1, "Odoo refuses the key: make a new one and verify.")

    espf.target.answer, espf.target.probe_error = everything_provisioned, None
    await espf.dispatch()
    assert espf.store.read(alarms.standing) == []


async def test_an_event_is_given_up_after_a_day_of_tries_and_its_line_goes_on(espf) -> None:
    def never_overdue(batch: Sequence[Owed]) -> Mapping[int, Outcome]:
        return {o.provisioning: TryAgain("locked") if o.type == "invoice.overdue" else Provisioned("r") for o in batch}

    espf.target.answer = never_overdue
    espf.record(overdue(), suspended())
    for _ in range(25 * 4):
        await espf.dispatch()
        espf.clock.advance(minutes=15)
    assert espf.states() == [("invoice.overdue", "exhausted"), ("customer.suspended", "provisioned")]
    assert [alarm["cause"] for alarm in espf.store.read(alarms.standing)] == ["events exhausted"]


async def test_an_alarm_about_an_event_ends_when_a_person_has_seen_it_and_a_handlers_with_its_cause(espf) -> None:
    refused = Refused("invoice.total: not an amount", RefusalKind.EVENT)
    espf.target.answer = lambda batch: {owed.provisioning: refused for owed in batch}
    espf.record(generated())
    await espf.dispatch()
    espf.target.answer = down
    espf.target.probe_error = TargetDown("Odoo does not answer.")
    espf.record(overdue("other"))
    await espf.dispatch()
    assert {alarm["cause"] for alarm in espf.store.read(alarms.standing)} == {"events refused", "handler OdooCRM"}
    espf.store.write(lambda connection: alarms.acknowledge(connection, espf.clock())).result()
    assert [alarm["cause"] for alarm in espf.store.read(alarms.standing)] == ["handler OdooCRM"]


async def test_a_type_that_the_addon_does_not_know_yet_waits_without_counting_attempts(espf) -> None:
    espf.target.answer = lambda batch: {owed.provisioning: NotAttempted("not known yet") for owed in batch}
    espf.record(generated())
    for _ in range(40):
        await espf.dispatch()
        espf.clock.advance(hours=1)
    assert espf.states() == [("invoice.generated", "waiting")]
    espf.target.answer = everything_provisioned
    await espf.dispatch()
    assert espf.states() == [("invoice.generated", "provisioned")]


async def test_an_event_that_is_retried_has_its_whole_day_though_it_is_not_attempted_at_first(espf) -> None:
    outcome = TryAgain("locked")
    espf.target.answer = lambda batch: {owed.provisioning: outcome for owed in batch}
    (event,) = espf.record(generated())
    await espf.dispatch()
    espf.clock.advance(hours=12)
    espf.store.write(partial(retry_event, event_id=event.id, now=espf.clock())).result()
    outcome = NotAttempted("not known yet")
    await espf.dispatch()
    espf.clock.advance(hours=23)
    outcome = TryAgain("locked")
    await espf.dispatch()
    espf.clock.advance(hours=23)
    await espf.dispatch()
    assert espf.states() == [("invoice.generated", "waiting")]


async def test_a_bug_in_a_handler_ends_as_a_row_that_a_person_sees(espf) -> None:
    def buggy(batch: Sequence[Owed]) -> Mapping[int, Outcome]:
        if any(owed.type == "invoice.overdue" for owed in batch):
            raise ZeroDivisionError
        return everything_provisioned(batch)

    espf.target.answer = buggy
    espf.record(overdue(), generated("other"))
    await espf.dispatch()
    assert espf.states() == [("invoice.overdue", "refused"), ("invoice.generated", "provisioned")]


async def test_a_target_that_refuses_every_call_is_down_and_no_event_is_blamed(espf) -> None:
    def broken(_: Sequence[Owed]) -> Mapping[int, Outcome]:
        raise BatchRefused("500 builtins.KeyError")

    espf.target.answer = broken
    espf.record(*(generated(f"customer-{number}") for number in range(50)))
    for _ in range(5):
        await espf.dispatch()
        espf.clock.advance(minutes=2)
    assert espf.row().state == "down"
    assert {state for _, state in espf.states()} == {"waiting"}
    assert len(espf.target.calls) < 5 * 2 * 12, "it takes few calls to see that everything is refused"

    espf.target.answer = everything_provisioned
    await espf.dispatch()
    assert {state for _, state in espf.states()} == {"provisioned"}


async def test_a_lone_event_that_is_refused_as_a_whole_is_tried_a_few_times_before_it_is_blamed(espf) -> None:
    def broken(_: Sequence[Owed]) -> Mapping[int, Outcome]:
        raise BatchRefused("500 builtins.KeyError")

    espf.target.answer = broken
    espf.record(generated())
    for expected in ("waiting", "waiting", "refused"):
        await espf.dispatch()
        espf.clock.advance(minutes=1)
        assert espf.states() == [("invoice.generated", expected)]


async def test_a_batch_that_the_target_cannot_bear_is_made_smaller_until_it_can(espf) -> None:
    def slow(batch: Sequence[Owed]) -> Mapping[int, Outcome]:
        if len(batch) > 10:
            raise TargetDown("Odoo did not answer within 60 s.")
        return everything_provisioned(batch)

    espf.target.answer = slow
    dispatcher = espf.dispatcher(pace=Pace(Limits(calls_in_flight=1)))
    espf.record(*(generated(f"customer-{number}") for number in range(64)))
    for _ in range(12):
        await dispatcher.drain()
        espf.clock.advance(minutes=1)
    assert {state for _, state in espf.states()} == {"provisioned"}


async def test_a_target_that_asks_for_time_gets_it(espf) -> None:
    def busy(_: Sequence[Owed]) -> Mapping[int, Outcome]:
        raise TargetDown("503", not_before=espf.clock() + timedelta(minutes=5))

    espf.target.answer = busy
    dispatcher = espf.dispatcher()
    espf.record(generated())
    await dispatcher.drain()
    espf.clock.advance(minutes=4)
    await dispatcher.drain()
    assert (espf.target.probes, len(espf.target.calls)) == (0, 1)
    espf.clock.advance(minutes=2)
    espf.target.answer = everything_provisioned
    await dispatcher.drain()
    assert espf.states() == [("invoice.generated", "provisioned")]


async def test_a_call_cut_off_in_the_middle_is_made_again_with_the_same_keys(espf) -> None:
    reached = asyncio.Event()

    async def hang(batch: Sequence[Owed]) -> Mapping[int, Outcome]:
        espf.target.calls.append(list(batch))
        reached.set()
        await asyncio.Event().wait()
        raise AssertionError

    espf.target.provision = hang
    espf.record(generated(), overdue(), generated("other"))
    running = asyncio.create_task(espf.dispatcher().run())
    await reached.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    del espf.target.provision
    await espf.dispatch()
    cut_off, again = espf.target.calls
    assert [owed.key for owed in cut_off] == [owed.key for owed in again]
    assert [state for _, state in espf.states()] == ["provisioned"] * 3


def test_the_same_fact_recorded_twice_is_one_event(espf) -> None:
    (first,), (second,) = espf.record(generated()), espf.record(generated())
    assert (first.new, second.new, first.id) == (True, False, second.id)
    assert len(espf.states()) == 1


def test_the_same_id_with_other_content_is_refused_and_the_first_is_kept(espf) -> None:
    espf.record(generated(total="30"))
    with pytest.raises(ConflictingEvent, match="came again with other content"):
        espf.record(generated("another"), generated(total="31"))
    assert espf.states() == [("invoice.generated", "waiting")]


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_fails_everything_arrives_once_settled_and_in_each_customers_order(espf, seed: int) -> None:
    """A target that fails in every known way, and a service that is restarted in between."""
    chance = random.Random(seed)  # noqa: S311 - a seed that can be run again
    effective: dict[int, list[str]] = {}

    def capricious(batch: Sequence[Owed]) -> Mapping[int, Outcome]:
        dice = chance.random()
        if dice < 0.15:
            raise TargetDown("down before it took effect")
        if dice < 0.3 and len(batch) > 1:
            raise BatchRefused("smaller, please")
        outcomes: dict[int, Outcome] = {}
        blocked: set[int] = set()
        for owed in batch:
            line = effective.setdefault(owed.stream, [])
            if owed.key in line:
                outcomes[owed.provisioning] = Provisioned("already there")
            elif owed.stream in blocked:
                outcomes[owed.provisioning] = NotAttempted("an earlier one did not end")
            elif chance.random() < 0.1:
                blocked.add(owed.stream)
                outcomes[owed.provisioning] = TryAgain("later")
            elif chance.random() < 0.05:
                outcomes[owed.provisioning] = Refused("bad data", RefusalKind.EVENT)
                line.append(owed.key)
            else:
                outcomes[owed.provisioning] = Provisioned("r")
                line.append(owed.key)
        if dice > 0.9:
            raise TargetDown("the answer to a commit is lost")
        return outcomes

    espf.target.answer = capricious
    espf.target.max_batch = 7
    recorded: dict[str, list[str]] = {}
    for round_ in range(20):
        for number in range(6):
            customer = f"customer-{number}"
            (one,) = espf.record(generated(customer, f"INV-{round_}"))
            recorded.setdefault(customer, []).append(f"{one.id}/0")
        await espf.dispatch(pace=Pace(Limits(calls_in_flight=chance.choice([1, 2, 4]))))
        espf.clock.advance(minutes=3)
    espf.target.answer = everything_provisioned
    for _ in range(10):
        await espf.dispatch()
        espf.clock.advance(hours=1)
    assert {state for _, state in espf.states()} <= {"provisioned", "refused"}
    for call in espf.target.calls:
        for owed in call:
            line = effective.setdefault(owed.stream, [])
            if owed.key not in line:
                line.append(owed.key)
    assert sorted(effective.values()) == sorted(recorded.values())


async def test_a_clock_that_is_set_forward_makes_due_what_was_to_wait(espf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher_module, "LONGEST_SLEEP", 0.01)
    espf.target.answer = lambda batch: {owed.provisioning: TryAgain("Later.") for owed in batch}
    espf.record(generated())
    running = asyncio.create_task(espf.dispatcher().run())
    while not espf.target.calls:
        await asyncio.sleep(0.01)
    espf.target.answer = everything_provisioned
    espf.clock.advance(days=1)
    async with within(30):
        while [state for _, state in espf.states()] != ["provisioned"]:
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait([running])
