"""The group `PortaBilling` in an instance: verified, put in force, and told apart by environment."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from duebell.instance import Instance
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from duebell.settings import Settings

TYPED = {
    "API_Login": "duebell",
    "API_Password": "stand-in",
    "Event_Password": "a password for events",
    "Allowed_Hosts": "127.0.0.1",
    "Inlet_Address": "https://duebell.example.com",
}


@pytest.fixture
async def typed() -> AsyncIterator[dict[str, str]]:
    """The options of a stand-in without customers."""
    async with PortaBillingStandIn(now=lambda: datetime.now(UTC)) as stand_in:
        yield {"API_URL": stand_in.url, **TYPED}


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    instance = Instance(Settings(data=tmp_path))
    yield instance
    instance.close()


async def test_what_was_typed_is_in_force_once_it_is_verified(instance: Instance, typed: dict[str, str]) -> None:
    verification = await instance.verifications.begin("Global", "PortaBilling", typed)
    found = {check.slug: check async for check in verification.checks()}

    concluded = await instance.verifications.conclude(verification, keep=True)

    assert (verification.passed, concluded.applied) == (True, True)
    assert "https://duebell.example.com/portabilling/Global/events" in found["inlet"].found
    in_force = await instance.configuration(lambda server: server.in_force("Global", "PortaBilling"))
    assert in_force["API_Password"] == "stand-in"


async def test_each_environment_has_an_inlet_of_its_own(instance: Instance, typed: dict[str, str]) -> None:
    await instance.add_environment("Spain", "a test")

    verification = await instance.verifications.begin("Spain", "PortaBilling", typed)
    found = {check.slug: check async for check in verification.checks()}

    assert "https://duebell.example.com/portabilling/Spain/events" in found["inlet"].found


async def test_a_wrong_table_is_not_kept(instance: Instance, typed: dict[str, str]) -> None:
    verification = await instance.verifications.begin("Global", "PortaBilling", {**typed, "Time_Zones": "3=Madrid"})
    found = {check.slug: check async for check in verification.checks()}

    concluded = await instance.verifications.conclude(verification, keep=False)

    assert (verification.passed, concluded.applied, concluded.kept) == (False, False, False)
    assert "there is no time zone 'Madrid'" in found["options"].found
