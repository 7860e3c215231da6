"""Data folders to run the command over, with and without a `serve`."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.cli.command import Command
from integration.service.running import Serve
from unit.odoo_crm.stand_in import StandIn


@pytest.fixture
def duebell(tmp_path: Path) -> Command:
    """The command over a data folder of the test's own, in which nothing runs yet."""
    return Command(tmp_path / "data")


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """A running `serve` that the module's tests share."""
    with Serve(tmp_path_factory.mktemp("serve") / "data") as serve:
        yield serve


@pytest.fixture
def odoo() -> Iterator[StandIn]:
    """A stand-in that answers while commands run in processes of their own."""
    loop, stand_in = asyncio.new_event_loop(), StandIn()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(stand_in.start(), loop).result()
    yield stand_in
    asyncio.run_coroutine_threadsafe(stand_in.stop(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def beside(serve: Serve) -> Command:
    """The command beside the running `serve`."""
    return Command(serve.data)
