"""The tree: environment, group, option; how a version's values are read and written along it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from duebell.configuration.environment import GLOBAL
from duebell.configuration.fixed import FixedOptions
from duebell.configuration.group import Group, InvalidOptions, Option
from duebell.configuration.secrets import SecretBox, UnreadableSecret
from duebell.configuration.version import GroupPlace, Place, Rows
from duebell.errors import Unknown

UNREADABLE = "can't be read: set it again"
"""What is shown in place of a secret that this key doesn't open."""


class Tree:
    """The declared groups of each environment; an environment's own values override `Global`'s, and fixed ones all others."""

    def __init__(
        self, environments: Collection[str], groups: Mapping[str, Group], secrets: SecretBox, fixed: FixedOptions
    ) -> None:
        self.environments = environments
        self.groups = groups
        self._secrets = secrets
        self._fixed = fixed

    def use(self, secrets: SecretBox) -> None:
        """Seal and open with this from now on."""
        self._secrets = secrets

    def group(self, environment: str, name: str) -> Group:
        """The declared group of an environment.

        Raises:
            Unknown: no such environment or group.
        """
        if environment not in self.environments:
            raise Unknown(
                f"There is no environment {environment!r}; there are: {', '.join(self.environments)}. "
                "`duebell environments add` adds one."
            )
        if name not in self.groups:
            raise Unknown(f"There is no group {name!r}; there are: {', '.join(self.groups)}.")
        if self.groups[name].global_only and environment != GLOBAL:
            raise Unknown(f"{name} is the same for all environments: it is {GLOBAL}.{name}.")
        return self.groups[name]

    def places(self) -> list[GroupPlace]:
        """Each environment's groups, in the order in which people see them."""
        return [
            (environment, group.name)
            for environment in self.environments
            for group in self.groups.values()
            if environment == GLOBAL or not group.global_only
        ]

    def values(self, rows: Rows, environment: str, name: str) -> dict[str, str]:
        """What a version holds for a group: secrets readable, Global's values beneath, fixed ones above; without defaults.

        Raises:
            UnreadableSecret: the key isn't the one that sealed it.
        """
        return self._read(rows, environment, name, self._secrets.open)

    def sealed(self, rows: Rows, environment: str, name: str, typed: Mapping[str, str]) -> dict[Place, str]:
        """What was typed, checked, as it is kept in the version with these rows; an empty text unsets the option.

        A secret that was typed again stays as it is sealed, so that versions with the same values have the same rows.

        Raises:
            InvalidOptions: all wrong values at once, and all that are fixed.
        """
        group = self.group(environment, name)
        self._refuse_fixed(name, typed)
        kept: dict[Place, str] = {}
        for key, text in group.checked(typed).items():
            place = (environment, name, key)
            if group.option(key).secret and text:
                before = rows.get(place)
                same = before is not None and self._opened_if_readable(before, _path(place)) == text
                kept[place] = before if same and before is not None else self._secrets.seal(text, _path(place))
            else:
                kept[place] = text
        return kept

    def shown(self, typed: Rows, in_force: Rows, environment: str, name: str) -> list[dict[str, Any]]:
        """Each option as people may see it: as typed, in force and by default; secrets masked, one that can't be read is said to be so.

        `own`: the environment has a value itself; `beneath`: what Global has, where this isn't Global.
        """
        group = self.group(environment, name)
        draft, applied = (self._read(rows, environment, name, self._opened_if_readable) for rows in (typed, in_force))
        beneath = self._read(typed, GLOBAL, name, self._opened_if_readable) if environment != GLOBAL else {}
        return [
            {
                "key": option.key,
                "label": option.label,
                "help": option.help,
                "unit": option.unit,
                "kind": option.kind,
                "bounds": option.bounds,
                "choices": option.choices,
                "secret": option.secret,
                "personal": option.personal,
                "required": option.required,
                "default": option.default,
                "value": _shown(option, draft.get(option.key)),
                "own": (environment, name, option.key) in typed,
                "beneath": _shown(option, beneath.get(option.key)),
                "in_force": _shown(option, applied.get(option.key)),
                "comes_from": self._origin(typed, environment, name, option),
                "fixed_by": self.fixed_by(name, option.key),
            }
            for option in group.options
        ]

    def fixed_by(self, name: str, key: str) -> str | None:
        """The environment variable that fixes the option."""
        fixed = self._fixed.get((name, key))
        return fixed.variable if fixed else None

    def is_complete(self, rows: Rows, environment: str, name: str) -> bool:
        """Whether a version has every option that the group needs, or the process's environment has."""
        needed = [option.key for option in self.group(environment, name).options if option.required]
        levels = (environment, GLOBAL)
        return all(self.fixed_by(name, key) or any((level, name, key) in rows for level in levels) for key in needed)

    def is_secret(self, place: Place) -> bool:
        """Whether a version's value at this place is a sealed one."""
        option = self._option(place)
        return option is not None and option.secret

    def is_personal(self, place: Place) -> bool:
        """Whether a version's value at this place is personal data."""
        option = self._option(place)
        return option is not None and option.personal

    def readable(self, rows: Rows, place: Place) -> str | None:
        """The value at a place, opened; for comparing, not for showing."""
        text = rows.get(place)
        return self._opened_if_readable(text, _path(place)) if text is not None and self.is_secret(place) else text

    def _option(self, place: Place) -> Option | None:
        """The option at a place; None: this release knows none there."""
        _, name, key = place
        options = self.groups[name].options if name in self.groups else ()
        return next((option for option in options if option.key == key), None)

    def _origin(self, rows: Rows, environment: str, name: str, option: Option) -> str | None:
        """Where the option's value comes from: the process's environment, an environment of the tree, its default; None: it has none."""
        if fixed := self.fixed_by(name, option.key):
            return fixed
        for level in dict.fromkeys((environment, GLOBAL)):
            if (level, name, option.key) in rows:
                return level
        return "default" if option.default is not None else None

    def _read(self, rows: Rows, environment: str, name: str, opened: Callable[[str, str], str]) -> dict[str, str]:
        group = self.group(environment, name)
        values: dict[str, str] = {}
        for option in group.options:  # what a newer release has kept besides is left alone
            for level in dict.fromkeys((GLOBAL, environment)):
                place = (level, name, option.key)
                if (text := rows.get(place)) is not None:
                    values[option.key] = opened(text, _path(place)) if option.secret else text
            if fixed := self._fixed.get((name, option.key)):
                values[option.key] = fixed.value
        return values

    def _refuse_fixed(self, name: str, typed: Mapping[str, str]) -> None:
        fixed = {
            key: f"it is fixed by the environment variable {variable} of Duebell's process: change it there"
            for key in typed
            if (variable := self.fixed_by(name, key))
        }
        if fixed:
            raise InvalidOptions(name, fixed)

    def _opened_if_readable(self, sealed: str, place: str) -> str:
        """A lost key must not keep anybody from typing a secret again."""
        try:
            return self._secrets.open(sealed, place)
        except UnreadableSecret:
            return UNREADABLE


def _path(place: Place) -> str:
    return ".".join(place)


def _shown(option: Option, value: str | None) -> str | None:
    return value if value == UNREADABLE else option.shown(value)
