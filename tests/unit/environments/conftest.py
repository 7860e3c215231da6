"""An instance with a second environment, and the console over it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest

from console_pages import a_browser
from duebell.console.access.principal import Role
from duebell.instance import Instance
from unit.webhook.receiving import StandIn


@pytest.fixture
async def receivers() -> AsyncIterator[tuple[StandIn, StandIn]]:
    """Global's, and one that only Berlin uses."""
    both = (await StandIn().start(), await StandIn().start())
    yield both
    for one in both:
        await one.stop()


@pytest.fixture
async def api(instance: Instance) -> AsyncIterator[httpx2.AsyncClient]:
    """As an administrator."""
    async with a_browser(instance, Role.ADMINISTRATOR) as client:
        yield client
