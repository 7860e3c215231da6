"""Who asks, and what that one may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """What a route asks for. Each route names exactly one."""

    VIEW = "view"
    """See everything but secrets; personal data masked."""
    OPERATE = "operate"
    """See personal data; retry, replay, skip, pause, bill."""
    ADMINISTER = "administer"
    """Configuration, users, tokens, forgetting."""
    RECORD = "record"
    """Tell events."""
    MEASURE = "measure"
    """Read metrics."""
    LOCAL = "local"
    """What only this machine's own user may: it touches files."""


class Role(StrEnum):
    """A user's role; each may do all that the one before may."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"


SCOPES: Mapping[Role, frozenset[Scope]] = {
    Role.VIEWER: frozenset({Scope.VIEW, Scope.MEASURE}),
    Role.OPERATOR: frozenset({Scope.VIEW, Scope.MEASURE, Scope.OPERATE}),
    Role.ADMINISTRATOR: frozenset(Scope) - {Scope.LOCAL},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks. `name` goes to the audit trail; a token's is that of its label."""

    name: str
    scopes: frozenset[Scope]

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes

    @property
    def sees_personal_data(self) -> bool:
        return self.may(Scope.OPERATE)


LOCAL = Principal(name="local", scopes=frozenset(Scope))
"""Whoever reaches the control socket: its file mode lets nobody in but this machine's own user."""
