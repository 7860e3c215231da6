"""Of two services on one PostgreSQL, one changes environments and the other dispatches for them without a restart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet

from builders import generated
from duebell.instance import Instance
from duebell.settings import Settings
from unit.environments.test_environments_at_work import put_in_force, until_settled
from unit.webhook.receiving import SECRET, StandIn
from waiting import within


@pytest.fixture(scope="module")
def secret_key() -> str:
    """Both services', and each test's: the database is the module's."""
    return Fernet.generate_key().decode()


@pytest.fixture
async def two_services(
    tmp_path: Path, postgres_url: str, secret_key: str, receivers: tuple[StandIn, StandIn]
) -> AsyncIterator[tuple[Instance, Instance]]:
    """One that answers programs only, and one that delivers to Global's receiver."""
    one, two = (
        Instance(Settings(data=tmp_path / name, storage=postgres_url, secret_key=secret_key)) for name in ("one", "two")
    )
    await put_in_force(one, "Global", "Webhook", URL=receivers[0].url, Secret=SECRET, Allowed_Hosts="127.0.0.1")
    async with two.dispatching():
        yield one, two
    one.close()
    two.close()


async def until_known(instance: Instance, *names: str) -> None:
    """It works with these environments."""
    async with within(30):
        while set(instance.environments()) != {"Global", *names}:
            await asyncio.sleep(0.01)


async def test_what_is_recorded_for_an_environment_that_another_service_added_is_delivered_without_a_restart(
    two_services: tuple[Instance, Instance], receivers: tuple[StandIn, StandIn]
) -> None:
    one, two = two_services
    await one.add_environment("berlin", "administrator")

    await one.record([replace(generated("at-one"), environment="berlin")])
    await two.record([replace(generated("at-two"), environment="berlin")])
    await until_settled(one)

    told = {(event["environment"], event["subject"]) for event in receivers[0].events}
    assert told == {("berlin", "at-one"), ("berlin", "at-two")}
    await until_known(two, "berlin")

    # and what is overridden at the one is soon in force at the other
    await put_in_force(one, "berlin", "Webhook", URL=receivers[1].url)
    async with within(30):
        while not receivers[1].events:
            await one.record([replace(generated("later"), environment="berlin", source_id=str(uuid4()))])
            await until_settled(one)
    assert {event["environment"] for event in receivers[1].events} == {"berlin"}


async def test_an_environment_that_another_service_removed_is_gone_here_too(
    two_services: tuple[Instance, Instance],
) -> None:
    one, two = two_services
    before = set(two.environments()) - {"Global"}
    await one.add_environment("aachen", "administrator")
    await until_known(two, *before, "aachen")
    await one.remove_environment("aachen", "administrator")
    await until_known(two, *before)
