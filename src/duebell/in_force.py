"""What is in force, as those who work by it need it: read in the transaction that they are in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from duebell.alarms.group import ALARMS
from duebell.configuration.console import CONSOLE, SessionLimits, limits_of
from duebell.configuration.environment import GLOBAL
from duebell.configuration.notify_by import NOTIFY_BY, ages_of
from duebell.configuration.retention import RETENTION, history_of
from duebell.configuration.retry import RETRY, policy_of
from duebell.configuration.secrets import UnreadableSecret
from duebell.configuration.server import ConfigurationServer
from duebell.configuration.tree import Tree
from duebell.configuration.version import By, GroupPlace
from duebell.espf.retry import RetryPolicy
from duebell.handlers import TYPES
from duebell.sources.configured import Configured, configured
from duebell.storage.audit import note
from duebell.storage.configuration_versions import SqlVersions
from duebell.storage.environments import environments

NOBODY = "Duebell"
"""Who did what nobody asked for."""


class InForce:
    """Of a tree whose versions are kept in a store; each method takes a connection to it."""

    def __init__(self, tree: Tree, now: Callable[[], datetime]) -> None:
        self._tree = tree
        self._now = now

    def server(self, connection: Connection, who: str = NOBODY) -> ConfigurationServer:
        """The Configuration server, on somebody's behalf: what he changes is in the audit trail."""
        now = self._now()

        def keep(action: str, subject: str, detail: str | None) -> None:
            note(connection, at=now, who=who, action=action, subject=subject, detail=detail)

        return ConfigurationServer(self._tree, SqlVersions(connection), By(who, now), keep)

    def values(self, connection: Connection, environment: str, group: str) -> Mapping[str, str]:
        """Those of a group, complete with defaults.

        Raises:
            NotConfigured: something is missing that it needs.
        """
        return self.server(connection).applied(environment, group)

    def retries(self, connection: Connection, environment: str) -> RetryPolicy:
        """How what failed is tried again there."""
        return policy_of(self.values(connection, environment, RETRY.name))

    def ages(self, connection: Connection) -> Mapping[str, Mapping[str, timedelta]]:
        """By environment for how long each type of event is worth telling."""
        server = self.server(connection)
        return {name: ages_of(server.applied(name, NOTIFY_BY.name)) for name in self._tree.environments}

    def history_before(self, connection: Connection) -> Mapping[str, datetime]:
        """By environment the moment before which history goes."""
        server, now = self.server(connection), self._now()
        return {name: now - history_of(server.applied(name, RETENTION.name)) for name in self._tree.environments}

    def sources(self, connection: Connection) -> Mapping[str, Configured]:
        """The PortaBillings, by environment."""
        return configured(self.server(connection), self._tree.environments)

    def session_limits(self, connection: Connection) -> SessionLimits:
        """How long logins last."""
        return limits_of(self.values(connection, GLOBAL, CONSOLE.name))

    def alarms(self, connection: Connection) -> Mapping[str, str]:
        """How alarms are told, without defaults; nothing where nothing is configured."""
        return self.server(connection).in_force(GLOBAL, ALARMS.name)

    def targets(self, connection: Connection) -> Mapping[GroupPlace, Mapping[str, str]]:
        """The handlers' groups, of environments those that override something; without the alarms', which would be a test mail a day."""
        server = self.server(connection)
        groups = {handler_type.group.name for handler_type in TYPES.values()}
        places = [one for one in self._tree.places() if one[1] in groups and (one[0] == GLOBAL or server.own(*one))]
        found: dict[GroupPlace, Mapping[str, str]] = {}
        for place in places:
            try:
                found[place] = server.in_force(*place)
            except UnreadableSecret:
                continue  # the handler's own alarm says so
        return {place: values for place, values in found.items() if values}

    def governed(self, connection: Connection, changed: set[GroupPlace]) -> list[tuple[str, str]]:
        """The environments and handler types that these groups govern: Global's also where nothing of it is overridden."""
        server, known = self.server(connection), environments(connection)

        def is_governed(environment: str, group: str) -> bool:
            inherits = (GLOBAL, group) in changed and not server.own(environment, group)
            return inherits or (environment, group) in changed

        return [(name, type_) for name in known for type_ in TYPES if is_governed(name, TYPES[type_].group.name)]
