"""All groups of the configuration tree, in the order in which people see them, each with its Verify."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from duebell.alarms.group import ALARMS
from duebell.alarms.verify import verify as verify_alarms
from duebell.configuration.bounds import verify_bounds
from duebell.configuration.check import Check
from duebell.configuration.console import CONSOLE, limits_of
from duebell.configuration.environment import GLOBAL
from duebell.configuration.group import Group
from duebell.configuration.notify_by import NOTIFY_BY, ages_of
from duebell.configuration.retention import RETENTION, history_of
from duebell.configuration.retry import RETRY, policy_of
from duebell.handlers import TYPES
from duebell.portabilling.group import PORTABILLING
from duebell.portabilling.verify import verify as verify_portabilling

Verify = Callable[[Mapping[str, str]], AsyncIterator[Check]]


@dataclass(frozen=True, slots=True)
class Declared:
    """A group and what proves its values."""

    group: Group
    verify: Verify
    verify_in: Callable[[str], Verify] | None = None
    """The same for an environment, where what is found differs by it; None: it doesn't."""

    def within(self, environment: str) -> Declared:
        """As it is in an environment."""
        return self if self.verify_in is None else replace(self, verify=self.verify_in(environment))


def declared(now: Callable[[], datetime]) -> dict[str, Declared]:
    """Each group by its name."""
    found = (
        *(Declared(handler_type.group, handler_type.verify) for handler_type in TYPES.values()),
        _portabilling(now),
        Declared(NOTIFY_BY, verify_bounds(ages_of)),
        Declared(RETRY, verify_bounds(policy_of)),
        Declared(RETENTION, verify_bounds(history_of)),
        Declared(ALARMS, partial(verify_alarms, now=now)),
        Declared(CONSOLE, verify_bounds(limits_of)),
    )
    return {one.group.name: one for one in found}


def _portabilling(now: Callable[[], datetime]) -> Declared:
    def verify_in(environment: str) -> Verify:
        return partial(verify_portabilling, environment=environment, now=now)

    return Declared(PORTABILLING, verify_in(GLOBAL), verify_in)
