"""While Odoo or its database is away everything waits; when it is back everything leaves by itself, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from duebell.demo.patience import until
from integration.cli.command import Command
from integration.service.real import RealOdoo
from integration.service.running import Serve

Outage = Callable[[RealOdoo], AbstractContextManager[None]]


@contextmanager
def odoo_stopped(real: RealOdoo) -> Iterator[None]:
    real.server.stop()
    try:
        yield
    finally:
        real.server.start()


@contextmanager
def postgresql_away(real: RealOdoo) -> Iterator[None]:
    real.wire.cut()
    try:
        yield
    finally:
        real.wire.mend()


@pytest.fixture
def texting_again(real: RealOdoo) -> Iterator[None]:
    """For the tests that follow: an Odoo without workers loses the threads of its scheduled actions with its PostgreSQL, for good."""
    yield
    real.server.stop()
    real.server.start()


@pytest.mark.usefixtures("texting_again")
@pytest.mark.parametrize(
    ("outage", "says"),
    [(odoo_stopped, "Nothing accepts connections"), (postgresql_away, "can't reach its PostgreSQL")],
)
def test_events_wait_through_an_outage_and_leave_by_themselves(
    connected: Serve, real: RealOdoo, outage: Outage, says: str
) -> None:
    name = getattr(outage, "__name__", "").replace("_", "-")
    with outage(real):
        waiting = [connected.bill(f"{name}-{number}") for number in range(5)]
        until(lambda: connected.handler()["state"] == "down", "the handler to be down")
        # what is wrong is said where one looks first
        ran = Command(connected.data)("status")
        assert ran.exit_code == 1
        assert says in ran.out
        assert {connected.owed(event)["state"] for event in waiting} == {"waiting"}
        assert [len(connected.owed(event)["attempts"]) for event in waiting] == [0] * 5
    for event in waiting:
        connected.arrives(event)
        assert real.recorded(event) == [["0"]]
    assert connected.handler()["state"] == "up"
    assert connected.get("/status")["alarms"] == []
