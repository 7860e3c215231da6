from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from engines import SqliteMemory, with_handlers
from unit.reader.reading_world import JOHN, World, a_reader
from unit.sandbox.clock import StandingClock


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """John Doe in a stand-in PortaBilling, whose clock is ours too, and a reader over an empty store with one handler."""
    async with PortaBillingStandIn(now=StandingClock()) as stand_in:
        i_customer = stand_in.add_customer(JOHN)
        store = with_handlers(SqliteMemory().new(), ["OdooCRM"], stand_in.now())
        reader = a_reader(stand_in, store)
        yield World(stand_in, store, reader, i_customer)
        await reader.close()
        store.close()
