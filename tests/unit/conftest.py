"""What tests of several parts share: an instance whose clock stands, and what stands in for its targets."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest

from builders import Clock
from console_pages import an_instance
from duebell.instance import Instance
from unit.odoo_crm.stand_in import StandIn
from unit.webhook.receiving import StandIn as Receiver


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def instance(tmp_path: Path, clock: Clock) -> Iterator[Instance]:
    """One in which nothing is configured yet."""
    instance = an_instance(tmp_path / "data", clock)
    yield instance
    instance.close()


@pytest.fixture
async def odoo() -> AsyncIterator[StandIn]:
    """An Odoo 19 with the addon, in good health until a test changes its answers."""
    odoo = await StandIn().start()
    yield odoo
    await odoo.stop()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Of the Webhook handler's calls; it takes everything until a test changes its answer."""
    receiver = await Receiver().start()
    yield receiver
    await receiver.stop()


@pytest.fixture(scope="session")
def trusted() -> ssl.SSLContext:
    """The authorities that this machine trusts; reading them takes longer than most of these tests."""
    return httpx2.create_ssl_context(trust_env=False)
