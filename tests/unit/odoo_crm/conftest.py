"""An Odoo that a test can have any way it likes, and one that is fine unless a test says otherwise."""

from __future__ import annotations

import logging
import ssl
from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest
import structlog

from unit.odoo_crm.stand_in import KEY, TRACEBACK, StandIn


@pytest.fixture
async def odoo() -> AsyncIterator[StandIn]:
    """An Odoo 19 with the addon, in good health until a test changes its answers."""
    stand_in = await StandIn().start()
    yield stand_in
    await stand_in.stop()


@pytest.fixture(scope="session")
def trusted() -> ssl.SSLContext:
    """The authorities that this machine trusts; reading them takes longer than most of these tests."""
    return httpx2.create_ssl_context(trust_env=False)


@pytest.fixture(autouse=True)
def no_secret_in_the_log(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Whatever a test provokes, no log or output holds the key or Odoo's traceback."""
    caplog.set_level(logging.DEBUG)
    structlog.reset_defaults()
    yield
    logged = caplog.text + "".join(capsys.readouterr())
    assert KEY not in logged
    assert TRACEBACK not in logged
