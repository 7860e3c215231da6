from datetime import timedelta

from builders import NOON, generated
from duebell.operations.flow import Flow, latency
from duebell.storage.flow import Minute


async def test_the_last_hour_has_sixty_minutes_and_the_last_is_the_present_one(instance, clock):
    clock.advance(seconds=30)
    minutes = await Flow(instance).last_hour()
    assert len(minutes) == 60
    assert minutes[-1].start == NOON
    assert minutes[0].start == NOON - timedelta(minutes=59)


async def test_what_was_just_recorded_is_in_the_present_minute(instance, clock):
    flow = Flow(instance)
    await flow.last_hour()
    await instance.record([generated()])
    assert (await flow.last_hour())[-1].recorded == 1


async def test_what_another_process_recorded_late_in_a_minute_is_still_counted(instance, clock):
    flow = Flow(instance)
    clock.advance(seconds=70)
    await flow.last_hour()
    clock.at = NOON + timedelta(seconds=59)
    await instance.record([generated()])
    clock.at = NOON + timedelta(seconds=80)
    assert (await flow.last_hour())[-2].recorded == 1


async def test_an_hour_later_nothing_of_it_is_left(instance, clock):
    flow = Flow(instance)
    await instance.record([generated()])
    assert sum(one.recorded for one in await flow.last_hour()) == 1
    clock.advance(minutes=30)
    assert sum(one.recorded for one in await flow.last_hour()) == 1
    clock.advance(minutes=31)
    assert sum(one.recorded for one in await flow.last_hour()) == 0


def a_minute(provisioned, *latencies):
    return Minute(start=NOON, recorded=0, provisioned=provisioned, latencies=latencies)


def test_nothing_told_has_no_latency():
    assert latency([a_minute(0), a_minute(3)]) is None


def test_half_are_faster_than_p50_and_95_in_100_than_p95():
    found = latency([a_minute(100, *(number / 100 for number in range(1, 101)))])
    assert (found.p50, found.p95) == (0.5, 0.95)


def test_a_busy_minute_weighs_more_than_a_quiet_one_whatever_was_sampled():
    found = latency([a_minute(10_000, 1.0, 1.0), a_minute(2, 60.0, 60.0)])
    assert (found.p50, found.p95) == (1.0, 1.0)
