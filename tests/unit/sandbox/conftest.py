from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest

from duebell.sandbox.behaviour import Behaviour
from duebell.sandbox.delivery_reports import Pace
from duebell.sandbox.serving import Sandbox
from unit.sandbox.clock import StandingClock
from unit.sandbox.odoo_sender import OdooSender


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def sandbox(clock: StandingClock) -> AsyncIterator[Sandbox]:
    """A sandbox whose delivery reports leave at once."""
    pace = Pace(first=0.01, longest=0.02, patience=30)
    async with Sandbox(now=clock, behaviour=Behaviour(report_after=0), pace=pace) as sandbox:
        yield sandbox


@pytest.fixture
async def web(sandbox: Sandbox) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser, or a test, that looks at the sandbox."""
    async with httpx2.AsyncClient(base_url=sandbox.phone_url, trust_env=False) as web:
        yield web


@pytest.fixture
def odoo(sandbox: Sandbox, web: httpx2.AsyncClient) -> OdooSender:
    """Odoo's SMS sender, which takes no delivery reports yet."""
    return OdooSender(sandbox.phone_url, web)
