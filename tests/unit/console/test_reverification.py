"""What is in force is proven again: a failure is an alarm with an all-clear, and stops no delivery."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from builders import NOON, Clock
from duebell.alarms.causes import title_of
from duebell.configuration.check import Check, Result
from duebell.duties.reverification import Reverification, is_news
from duebell.espf.queue import HandlerState
from duebell.in_force import NOBODY
from duebell.instance import Instance
from duebell.settings import Settings
from duebell.storage.queue import set_handler_state
from duebell.storage.store import Store
from duebell.storage.verify_history import Run, runs
from engines import Engine
from unit.odoo_crm.stand_in import KEY, STATUS, StandIn, a_status, odoo_error, result

PLACE = ("Global", "OdooCRM")


@pytest.fixture
async def instance(tmp_path: Path, odoo: StandIn) -> AsyncIterator[Instance]:
    """One that has the stand-in in force."""
    instance = Instance(Settings(data=tmp_path / "data"))
    await put_in_force(instance, odoo)
    yield instance
    instance.close()


async def put_in_force(instance: Instance, odoo: StandIn) -> None:
    verification = await instance.verifications.begin(*PLACE, {"API_URL": odoo.url, "API_Access_Key": KEY}, who="chief")
    assert [check.slug async for check in verification.checks()]
    assert (await instance.verifications.conclude(verification, keep=False, who="chief")).applied


async def alarms(instance: Instance) -> dict[str, str]:
    return {one["cause"]: one["sentence"] for one in (await instance.status())["alarms"]}


async def history(instance: Instance) -> list[Run]:
    return await instance.read(lambda connection: runs(connection, *PLACE))


async def until_history(instance: Instance, length: int) -> list[Run]:
    while len(found := await history(instance)) < length:
        await asyncio.sleep(0.01)
    return found


async def test_at_start_what_is_in_force_is_proven_and_a_failure_is_an_alarm(instance: Instance, odoo: StandIn) -> None:
    odoo.answers[STATUS] = odoo_error(404, "werkzeug.exceptions.NotFound")

    async with instance.dispatching():
        last, *_ = await until_history(instance, 2)
        sounded = await alarms(instance)
        (handler,) = (await instance.status())["handlers"]

    assert (last.who, last.passed, last.applied) == (NOBODY, False, False)
    assert sounded["verify OdooCRM"].startswith("The addon duebell is there: This Odoo database has no addon")
    assert "Install or upgrade the addon" in sounded["verify OdooCRM"]
    assert title_of("verify OdooCRM") == "What is in force for OdooCRM doesn't pass Verify any more"
    assert handler["state"] == "up", "a failed Verify stops no delivery"


async def test_while_its_handler_takes_no_events_that_alarm_says_enough(instance: Instance, odoo: StandIn) -> None:
    odoo.answers[STATUS] = odoo_error(404, "werkzeug.exceptions.NotFound")
    down = partial(set_handler_state, handler_id=1, state=HandlerState.DOWN, because="No answer.", now=instance.now())
    await instance.write(down)

    async with instance.dispatching():
        last, *_ = await until_history(instance, 2)
        sounded = await alarms(instance)

    assert (last.passed, set(sounded)) == (False, {"handler OdooCRM"})


@pytest.mark.parametrize("by_person", [False, True])
async def test_a_key_that_ends_within_a_month_is_one_alarm_until_there_is_another(
    instance: Instance, odoo: StandIn, by_person: bool
) -> None:
    soon = datetime.now(UTC) + timedelta(days=29, hours=1)
    odoo.answers[STATUS] = result(a_status(key_expires_on=f"{soon:%Y-%m-%d %H:%M:%S}"))
    async with instance.dispatching():
        last, *_ = await until_history(instance, 2)
        sounded = await alarms(instance)
    assert last.passed, "it works until then"
    assert set(sounded) == {"expiry OdooCRM"}
    assert f"until {soon:%Y-%m-%d}" in sounded["expiry OdooCRM"]
    assert "set API_Access_Key to it before that day" in sounded["expiry OdooCRM"]

    odoo.answers[STATUS] = result(a_status())
    if by_person:
        await put_in_force(instance, odoo)
    else:
        async with instance.dispatching():
            await until_history(instance, 3)
    assert await alarms(instance) == {}


async def test_it_is_over_when_it_passes_again(instance: Instance, odoo: StandIn) -> None:
    odoo.answers[STATUS] = odoo_error(404, "werkzeug.exceptions.NotFound")
    async with instance.dispatching():
        await until_history(instance, 2)
    assert await alarms(instance)

    odoo.answers[STATUS] = result(a_status())
    async with instance.dispatching():
        last, *_ = await until_history(instance, 3)

    assert last.passed
    assert await alarms(instance) == {}


async def test_it_is_over_when_a_person_puts_in_force_what_passes(instance: Instance, odoo: StandIn) -> None:
    odoo.answers[STATUS] = odoo_error(404, "werkzeug.exceptions.NotFound")
    async with instance.dispatching():
        await until_history(instance, 2)

    odoo.answers[STATUS] = result(a_status())
    await put_in_force(instance, odoo)

    assert await alarms(instance) == {}


async def test_a_secret_that_cannot_be_read_is_no_reason_to_break_off(
    instance: Instance, tmp_path: Path, odoo: StandIn
) -> None:
    instance.close()
    (tmp_path / "data" / "secret.key").unlink()

    with_another_key = Instance(Settings(data=tmp_path / "data"))

    assert await with_another_key.read(with_another_key.in_force.targets) == {}
    with_another_key.close()


# --- the duty itself ---------------------------------------------------------------------------------------------------


class Prover:
    """Stands in for Verify: fails with these slugs. It leads once it was asked so often whether it does."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.failing: tuple[str, ...] = ()
        self.leads_after = 0
        self.proven = 0
        self.duty = Reverification(
            store, in_force=self._in_force, verify=self._verify, now=clock, leads=self._leads, who="Duebell", idle=0
        )

    def _leads(self) -> bool:
        self.leads_after -= 1
        return self.leads_after < 0

    async def _in_force(self) -> dict[tuple[str, str], dict[str, str]]:
        return {PLACE: {"API_URL": "https://odoo.example.com"}}

    async def _verify(self, *_: Any) -> AsyncIterator[Check]:
        self.proven += 1
        for slug in ("name", "key"):
            failed = slug in self.failing
            yield Check(slug=slug, title=slug, result=Result.FAILED if failed else Result.PASSED, found="so it is")


@pytest.fixture
def store(engine: Engine) -> Iterator[Store]:
    store = engine.new()
    yield store
    store.close()


@pytest.fixture
def prover(store: Store, clock: Clock) -> Prover:
    return Prover(store, clock)


async def test_a_failure_that_lasts_is_one_entry_of_the_history(prover: Prover, store: Store, clock: Clock) -> None:
    for failing, kept in ((("key",), 1), (("key",), 1), (("name",), 2), ((), 3), ((), 4)):
        clock.advance(hours=1)
        prover.failing = failing
        assert await prover.duty.look() is bool(failing)
        assert len(store.read(lambda c: runs(c, *PLACE))) == kept


async def test_only_who_leads_proves(prover: Prover) -> None:
    prover.leads_after = 3
    running = asyncio.create_task(prover.duty.run())

    while not prover.proven:
        await asyncio.sleep(0)

    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert prover.leads_after == -1
    assert prover.proven == 1


def test_a_failure_after_a_passed_run_is_news() -> None:
    def run(*failed: str) -> Run:
        checks = [Check(slug=slug, title=slug, result=Result.FAILED, found="") for slug in failed]
        return Run(environment="Global", group="OdooCRM", began_at=NOON, who="", applied=False, checks=checks)

    assert is_news(run("key"), [run()])
    assert is_news(run("key"), [])
    assert is_news(run(), [run()])
    assert not is_news(run("key"), [run("key")])
