"""What a target's own limits hold back is told by an alarm, until a person there said that it is meant."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from duebell.duties.guards import Guards
from duebell.errors import NotConfigured
from duebell.espf.handler import TargetDown
from unit.alarms.conftest import Watched

STOPPED = "Example Telecom: messages stopped, since more than 500 texts in an hour would have left."


@dataclass
class Target:
    """A stand-in for a handler's target."""

    waits: Sequence[str] = ()
    fails: Exception | None = None
    asked: list[str] = field(default_factory=list)

    async def guards(self) -> Sequence[str]:
        if self.fails:
            raise self.fails
        return self.waits

    @asynccontextmanager
    async def of(self, row: Any) -> AsyncIterator[Any]:
        self.asked.append(row.name)
        yield self


@pytest.fixture
def target() -> Target:
    return Target()


@pytest.fixture
def guards(watched: Watched, target: Target) -> Guards:
    return Guards(watched.store, target.of, watched.clock, lambda: True)


async def test_what_a_target_waits_for_is_an_alarm_until_it_does_no_more(
    watched: Watched, target: Target, guards: Guards
) -> None:
    target.waits = [STOPPED]
    await guards.look()
    assert watched.standing()["guard of OdooCRM"]["sentence"] == STOPPED
    target.waits = []
    await guards.look()
    assert watched.standing() == {}


async def test_an_alarm_of_before_a_restart_ends_too(watched: Watched, target: Target, guards: Guards) -> None:
    watched.sound("guard of OdooCRM")
    await guards.look()
    assert watched.standing() == {}


@pytest.mark.parametrize("fails", [TargetDown("Odoo doesn't answer."), NotConfigured("Nothing is in force.")])
async def test_a_target_that_cannot_be_asked_leaves_the_alarm_as_it_was(
    watched: Watched, target: Target, guards: Guards, fails: Exception
) -> None:
    target.waits = [STOPPED]
    await guards.look()
    target.fails = fails
    await guards.look()
    assert "guard of OdooCRM" in watched.standing()


async def test_a_target_without_limits_of_its_own_is_left_alone(watched: Watched) -> None:
    @asynccontextmanager
    async def of(_row: Any) -> AsyncIterator[Any]:
        yield object()

    await Guards(watched.store, of, watched.clock, lambda: True).look()
    assert watched.standing() == {}
