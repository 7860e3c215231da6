from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest

from builders import JOHN
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from unit.portabilling_stand_in.caller import Caller
from unit.portabilling_stand_in.receiver import Receiver, receiving
from unit.sandbox.clock import StandingClock


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def stand_in(clock: StandingClock) -> AsyncIterator[PortaBillingStandIn]:
    """A stand-in without nuisances that has John Doe, and posts to nobody yet."""
    async with PortaBillingStandIn(now=clock) as stand_in:
        stand_in.add_customer(JOHN)
        yield stand_in


@pytest.fixture
async def http(stand_in: PortaBillingStandIn) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=stand_in.url, trust_env=False, timeout=20) as http:
        yield http


@pytest.fixture
async def api(http: httpx2.AsyncClient) -> Caller:
    """A client that is logged in."""
    caller = Caller(http)
    await caller.login()
    return caller


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver
