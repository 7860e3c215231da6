"""What is configured for Global is in force everywhere, unless an environment overrides it: deliveries, ages, history, keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from builders import Clock, generated
from duebell.configuration.check import Result
from duebell.duties.rotations import is_globals
from duebell.errors import NotPossible, Unknown
from duebell.espf.envelope import Happening
from duebell.instance import Instance
from duebell.settings import Settings
from duebell.storage.handlers import all_handlers
from duebell.storage.tables import event, provisioning, stream
from unit.webhook.receiving import SECRET, StandIn
from waiting import within


def of_berlin(happening: Happening) -> Happening:
    return replace(happening, environment="berlin")


async def put_in_force(instance: Instance, environment: str, group: str, **values: str) -> None:
    """Type, verify, apply."""
    verification = await instance.verifications.begin(environment, group, values)
    failed = [check async for check in verification.checks() if check.result is Result.FAILED]
    assert failed == []
    assert (await instance.verifications.conclude(verification, keep=False)).applied


@pytest.fixture
async def at_work(tmp_path: Path, receivers: tuple[StandIn, StandIn]) -> AsyncIterator[Instance]:
    """It delivers to Global's receiver, on the real clock, and has an environment berlin."""
    instance = Instance(Settings(data=tmp_path))
    await put_in_force(instance, "Global", "Webhook", URL=receivers[0].url, Secret=SECRET, Allowed_Hosts="127.0.0.1")
    await instance.add_environment("berlin", "administrator")
    async with instance.dispatching():
        yield instance
    instance.close()


async def until_settled(instance: Instance) -> None:
    """Nothing waits for a webhook."""
    ids = [row.id for row in await instance.read(all_handlers) if row.type == "Webhook"]
    waits = select(provisioning.c.id).where(provisioning.c.handler_id.in_(ids), provisioning.c.state == "waiting")
    async with within(30):
        while await instance.read(lambda connection: connection.execute(waits).first()):
            await asyncio.sleep(0.01)


def environments_of(receiver: StandIn) -> Sequence[str]:
    return sorted(one["environment"] for one in receiver.events)


async def test_an_environment_is_told_where_global_is_until_it_overrides_that(
    at_work: Instance, receivers: tuple[StandIn, StandIn]
) -> None:
    everybodys, berlins = receivers
    await at_work.record([generated("one"), of_berlin(generated("one"))])
    await until_settled(at_work)
    assert environments_of(everybodys) == ["Global", "berlin"]

    await put_in_force(at_work, "berlin", "Webhook", URL=berlins.url)

    await at_work.record([generated("two"), of_berlin(generated("two"))])
    await until_settled(at_work)
    assert environments_of(everybodys) == ["Global", "Global", "berlin"]
    assert environments_of(berlins) == ["berlin"]

    await put_in_force(at_work, "berlin", "Webhook", URL="")

    await at_work.record([of_berlin(generated("three"))])
    await until_settled(at_work)
    assert environments_of(everybodys) == ["Global", "Global", "berlin", "berlin"]
    assert environments_of(berlins) == ["berlin"]


async def test_what_is_changed_for_global_alone_is_in_force_in_all_that_dont_override_it(
    at_work: Instance, receivers: tuple[StandIn, StandIn]
) -> None:
    await put_in_force(at_work, "Global", "Webhook", URL=receivers[1].url)

    await at_work.record([of_berlin(generated("one"))])
    await until_settled(at_work)

    assert environments_of(receivers[0]) == []
    assert environments_of(receivers[1]) == ["berlin"]


async def test_a_handler_that_comes_with_globals_configuration_comes_to_every_environment(
    tmp_path: Path, receivers: tuple[StandIn, StandIn]
) -> None:
    instance = Instance(Settings(data=tmp_path), now=Clock())
    await instance.add_environment("berlin", "administrator")
    assert [row.name for row in await instance.read(all_handlers)] == ["OdooCRM", "OdooCRM@berlin"]

    await put_in_force(instance, "Global", "Webhook", URL=receivers[0].url, Secret=SECRET, Allowed_Hosts="127.0.0.1")

    names = {row.name for row in await instance.read(all_handlers)}
    assert names == {"OdooCRM", "OdooCRM@berlin", "Webhook", "Webhook@berlin"}
    instance.close()


async def test_each_environment_has_its_own_ages(tmp_path: Path) -> None:
    clock = Clock()
    instance = Instance(Settings(data=tmp_path), now=clock)
    await instance.add_environment("berlin", "administrator")
    await put_in_force(instance, "berlin", "Notify_By", Invoice_Generated="1")

    await instance.record([generated("one"), of_berlin(generated("one"))])

    query = select(stream.c.environment, provisioning.c.notify_by).join_from(provisioning, stream)
    until = {name: at - clock() for name, at in await instance.read(lambda c: c.execute(query).all())}
    assert until == {"Global": timedelta(hours=48), "berlin": timedelta(hours=1)}
    instance.close()


async def test_each_environment_has_its_own_history(tmp_path: Path) -> None:
    clock = Clock()
    instance = Instance(Settings(data=tmp_path), now=clock)
    await instance.add_environment("berlin", "administrator")
    await put_in_force(instance, "berlin", "Retention", History="5")
    await instance.record([generated("one"), of_berlin(generated("one"))])
    await instance.write(lambda c: c.execute(update(provisioning).values(state="provisioned", is_head=False)).rowcount)
    clock.advance(days=6)

    async with instance.dispatching():
        kept = select(stream.c.environment, func.count()).join_from(event, stream).group_by(stream.c.environment)
        async with within(30):
            while len(rows := await instance.read(lambda c: c.execute(kept).all())) > 1:
                await asyncio.sleep(0.01)
    assert rows == [("Global", 1)]
    instance.close()


async def test_a_key_that_is_globals_is_changed_there_only(tmp_path: Path, receivers: tuple[StandIn, StandIn]) -> None:
    instance = Instance(Settings(data=tmp_path), now=Clock())
    await instance.add_environment("berlin", "administrator")

    def whose(server):  # type: ignore[no-untyped-def]
        return [is_globals(server, name, "Webhook", "Secret") for name in ("Global", "berlin")]

    url = receivers[0].url
    await put_in_force(instance, "Global", "Webhook", URL=url, Secret=SECRET, Allowed_Hosts="127.0.0.1")
    assert await instance.configuration(whose) == [False, True]
    await put_in_force(instance, "berlin", "Webhook", Secret=SECRET)
    assert await instance.configuration(whose) == [False, False]
    instance.close()


async def test_what_is_about_the_whole_instance_is_globals_alone(tmp_path: Path) -> None:
    instance = Instance(Settings(data=tmp_path), now=Clock())
    await instance.add_environment("berlin", "administrator")
    for group in ("Alarms", "Console"):
        with pytest.raises(Unknown, match=f"it is Global.{group}"):
            await instance.configuration(lambda server, group=group: server.type("berlin", group, {}))
    shown = {(one["environment"], one["group"]) for one in await instance.configuration(lambda server: server.overview())}
    assert ("berlin", "OdooCRM") in shown
    assert ("berlin", "Alarms") not in shown
    instance.close()


async def test_an_environment_with_options_of_its_own_stays(tmp_path: Path) -> None:
    instance = Instance(Settings(data=tmp_path), now=Clock())
    await instance.add_environment("berlin", "administrator")
    await put_in_force(instance, "berlin", "Retry", Give_Up_After="48")
    with pytest.raises(NotPossible, match="options of its own in Retry"):
        await instance.remove_environment("berlin", "administrator")

    await put_in_force(instance, "berlin", "Retry", Give_Up_After="")

    await instance.remove_environment("berlin", "administrator")
    assert instance.environments() == ("Global",)
    instance.close()
