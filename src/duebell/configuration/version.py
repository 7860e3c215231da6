"""A version is a whole configuration: every option of every group of every environment, as it was kept at one time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

Place = tuple[str, str, str]
"""Environment, group, key."""
GroupPlace = tuple[str, str]
"""Environment, group."""
Rows = Mapping[Place, str]
"""A version's values as they are kept: secrets sealed."""


class State(StrEnum):
    """What a version is to the service. Only an inactive one can be changed or deleted."""

    ACTIVE = "active"
    """In force."""
    BACKUP = "backup"
    """What was in force before: one click brings it back."""
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class By:
    """Who does something, and when."""

    who: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """`is_draft`: the one that is typed into where none is named. `edition` grows with each change."""

    number: int
    state: State
    is_draft: bool
    edition: int
    remark: str | None
    cloned_from: int | None
    made_at: datetime
    made_by: str
    edited_at: datetime | None
    edited_by: str | None
    applied_at: datetime | None
    applied_by: str | None

    @property
    def tag(self) -> str:
        """What somebody has seen of it, for an ETag: another one after each change."""
        return f"{self.number}-{self.edition}"


class Versions(Protocol):
    """The versions as kept, within one transaction."""

    def lock(self) -> None:
        """Let nobody else change any version until the transaction ends."""

    def all(self) -> Sequence[Version]:
        """The newest first."""

    def find(self, number: int) -> Version | None: ...

    def active(self) -> Version | None: ...

    def backup(self) -> Version | None: ...

    def draft(self) -> Version | None: ...

    def values(self, number: int) -> dict[Place, str]: ...

    def verified(self, number: int) -> dict[GroupPlace, By]:
        """The groups that passed Verify as they are here."""

    def add(self, like: Version | None, values: Rows, by: By, *, remark: str | None, is_draft: bool) -> Version:
        """A new inactive one; with the marks of those groups that are as in the one that it is like."""

    def write(self, number: int, changes: Rows, by: By) -> None:
        """Change values, an empty one unsets its place; the marks of groups that change go."""

    def replace(self, number: int, place: Place, text: str) -> None:
        """Put another text where there is one, in a version of any state; it is no edit, and marks stay."""

    def remark(self, number: int, remark: str | None, by: By) -> None:
        """Say why."""

    def mark(self, number: int, group: GroupPlace, by: By) -> None:
        """The group passed Verify as it is here."""

    def move(self, number: int, state: State) -> None:
        """Change its state; what isn't inactive is no draft."""

    def put_in_force(self, number: int, by: By) -> None:
        """Make it the active one; there is none other now."""

    def remove(self, number: int) -> None: ...


def differing(left: Rows, right: Rows) -> set[Place]:
    """The places at which two versions differ."""
    return {place for place in left.keys() | right.keys() if left.get(place) != right.get(place)}


def groups_of(places: Collection[Place]) -> set[GroupPlace]:
    return {(environment, group) for environment, group, _ in places}


def of_group(rows: Rows, group: GroupPlace) -> dict[Place, str]:
    """The group's own values."""
    return {place: value for place, value in rows.items() if place[:2] == group}
