from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from builders import JOHN
from console_pages import a_command
from duebell.instance import Instance
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from duebell.settings import Settings
from engines import SqliteMemory, with_handlers
from unit.reader.reading_world import World, a_reader
from unit.sandbox.clock import StandingClock


@pytest.fixture
async def stand_in() -> AsyncIterator[PortaBillingStandIn]:
    """A PortaBilling with John Doe in it, whose number is 1."""
    async with PortaBillingStandIn(now=StandingClock()) as stand_in:
        stand_in.add_customer(JOHN)
        yield stand_in


@pytest.fixture
async def world(stand_in: PortaBillingStandIn) -> AsyncIterator[World]:
    """The stand-in, whose clock is ours too, and a reader over an empty store with one handler."""
    store = with_handlers(SqliteMemory().new(), ["OdooCRM"], stand_in.now())
    reader = a_reader(stand_in, store)
    yield World(stand_in, store, reader)
    await reader.close()
    store.close()


@pytest.fixture
async def instance(stand_in: PortaBillingStandIn, tmp_path: Path) -> AsyncIterator[Instance]:
    """One that nothing is configured in yet."""
    instance = Instance(Settings(data=tmp_path), now=stand_in.now)
    yield instance
    instance.close()


@pytest.fixture
async def http(instance: Instance) -> AsyncIterator[httpx2.AsyncClient]:
    async with a_command(instance, "/api/v1/portabilling") as http:
        yield http
