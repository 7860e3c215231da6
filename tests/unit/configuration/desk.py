"""An administrator's desk: the Configuration server over a store, a clock, and what was noted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from cryptography.fernet import Fernet

from builders import Clock
from duebell.configuration.fixed import FixedOptions
from duebell.configuration.group import Group, Option
from duebell.configuration.number import whole_number
from duebell.configuration.secrets import SecretBox
from duebell.configuration.server import ConfigurationServer
from duebell.configuration.tree import Tree
from duebell.configuration.version import By
from duebell.storage.configuration_versions import SqlVersions
from duebell.storage.store import Store

T = TypeVar("T")
SECRET = "5f0c" * 10

BAKER = Group(
    name="Baker",
    title="Baker",
    options=(
        Option(key="Address", label="Address", help="Where the bread comes from.", required=True),
        Option(key="Loaves", label="Loaves", help="A day.", check=whole_number(1, 9), default="3", unit="loaves"),
        Option(key="Password", label="Password", help="At the door.", secret=True),
    ),
)
MILK = Group(name="Milk", title="Milk", options=(Option(key="Litres", label="Litres", help="A day.", default="1"),))


@dataclass
class Desk:
    """`do` uses the server in a unit of work of its own."""

    store: Store
    clock: Clock = field(default_factory=Clock)
    fixed: FixedOptions = field(default_factory=dict)
    environments: tuple[str, ...] = ("Global", "Testing")
    who: str = "admin"
    notes: list[tuple[str, str]] = field(default_factory=list)
    key: bytes = field(default_factory=Fernet.generate_key)

    def do(self, use: Callable[[ConfigurationServer], T]) -> T:
        tree = Tree(self.environments, {"Baker": BAKER, "Milk": MILK}, SecretBox(self.key), self.fixed)
        by = By(self.who, self.clock())
        return self.store.write(
            lambda connection: use(
                ConfigurationServer(
                    tree, SqlVersions(connection), by, lambda action, subject, _: self.notes.append((action, subject))
                )
            )
        ).result()

    def type(self, group: str = "Baker", environment: str = "Global", **values: str) -> None:
        self.do(lambda server: server.type(environment, group, values))

    def verify(self, group: str = "Baker", environment: str = "Global") -> None:
        """As when all of its checks have passed."""
        self.do(lambda server: server.apply(environment, group, server.draft(environment, group)))

    def in_force(self, group: str = "Baker", environment: str = "Global") -> Mapping[str, str]:
        return self.do(lambda server: server.in_force(environment, group))

    def draft(self, group: str = "Baker", environment: str = "Global") -> Mapping[str, str]:
        return self.do(lambda server: server.draft(environment, group))

    def states(self) -> dict[int, str]:
        """Of each version; the draft's is draft."""
        versions = self.do(lambda server: server.versions())
        return {one.number: "draft" if one.is_draft else one.state.value for one in versions}
