"""The Configuration server: what was typed for each group of each environment, and what is in force."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Protocol

from duebell.configuration.group import Group, Option
from duebell.configuration.secrets import SecretBox, UnreadableSecret
from duebell.errors import NotConfigured, NotPossible, Unknown

GLOBAL = "Global"
UNREADABLE = "can't be read: set it again"
"""What is shown in place of a secret that this key doesn't open."""


class Options(Protocol):
    """The values as kept, secrets encrypted; within one transaction."""

    def draft(self, environment: str, group: str) -> dict[str, str]:
        """What was typed, by key."""

    def applied(self, environment: str, group: str) -> dict[str, str]:
        """What is in force, by key."""

    def type(self, environment: str, group: str, values: Mapping[str, str]) -> None:
        """Change what was typed; an empty value unsets its key."""

    def apply(self, environment: str, group: str) -> None:
        """What was typed is in force."""


class ConfigurationServer:
    """Reads and writes the tree; an environment's own values override `Global`'s."""

    def __init__(
        self, environments: Collection[str], groups: Mapping[str, Group], options: Options, secrets: SecretBox
    ) -> None:
        self._environments = environments
        self._groups = groups
        self._options = options
        self._secrets = secrets

    def group(self, environment: str, name: str) -> Group:
        """The declared group of an environment.

        Raises:
            Unknown: no such environment or group.
        """
        if environment not in self._environments:
            raise Unknown(f"There is no environment {environment!r}; there are: {', '.join(self._environments)}.")
        if name not in self._groups:
            raise Unknown(f"There is no group {name!r}; there are: {', '.join(self._groups)}.")
        return self._groups[name]

    def type(self, environment: str, name: str, values: Mapping[str, str]) -> None:
        """Check and keep what was typed; it is not in force before Verify has passed.

        Raises:
            InvalidValue: all wrong values at once.
        """
        group = self.group(environment, name)
        kept = {
            key: self._secrets.seal(text, self._place(environment, name, key)) if text and group.option(key).secret else text
            for key, text in group.checked(values).items()
        }
        self._options.type(environment, name, kept)

    def draft(self, environment: str, name: str) -> dict[str, str]:
        """What was typed, secrets readable, Global's values beneath the environment's."""
        return self._read(self._options.draft, environment, name)

    def in_force(self, environment: str, name: str) -> dict[str, str]:
        """What is in force, without defaults; nothing where nothing was applied."""
        return self._read(self._options.applied, environment, name)

    def applied(self, environment: str, name: str) -> dict[str, str]:
        """What is in force, complete with defaults.

        Raises:
            NotConfigured: nothing was applied yet.
        """
        values = self.in_force(environment, name)
        if not values:
            raise NotConfigured(
                f"{environment}.{name} is not configured: set it with `duebell configure {environment}.{name} …`, "
                f"then run `duebell verify {environment}.{name}`."
            )
        return self.group(environment, name).complete(values)

    def apply(self, environment: str, name: str, verified: Mapping[str, str]) -> None:
        """Put what was typed in force, if it still is what was verified.

        Raises:
            NotPossible: something else was typed meanwhile.
        """
        if self.draft(environment, name) != verified:
            raise NotPossible(f"{environment}.{name} was changed while it was verified: verify it again.")
        self._options.apply(environment, name)

    def shown(self, environment: str, name: str) -> list[dict[str, object]]:
        """Each option as people may see it: typed, applied, default; secrets masked, one that can't be read is said to be so."""
        draft, applied = (
            self._read(read, environment, name, self._opened_if_readable)
            for read in (self._options.draft, self._options.applied)
        )
        return [
            {
                "key": option.key,
                "label": option.label,
                "help": option.help,
                "unit": option.unit,
                "secret": option.secret,
                "required": option.required,
                "default": option.default,
                "value": _shown(option, draft.get(option.key)),
                "in_force": _shown(option, applied.get(option.key)),
            }
            for option in self.group(environment, name).options
        ]

    def _read(
        self,
        read: Callable[[str, str], dict[str, str]],
        environment: str,
        name: str,
        opened: Callable[[str, str], str] | None = None,
    ) -> dict[str, str]:
        group = self.group(environment, name)
        opened = opened or self._secrets.open
        values: dict[str, str] = {}
        for level in dict.fromkeys((GLOBAL, environment)):
            for key, text in read(level, name).items():
                secret = group.option(key).secret
                values[key] = opened(text, self._place(level, name, key)) if secret else text
        return values

    def _opened_if_readable(self, sealed: str, place: str) -> str:
        """A lost key must not keep anybody from typing a secret again."""
        try:
            return self._secrets.open(sealed, place)
        except UnreadableSecret:
            return UNREADABLE

    @staticmethod
    def _place(environment: str, name: str, key: str) -> str:
        return f"{environment}.{name}.{key}"


def _shown(option: Option, value: str | None) -> str | None:
    return value if value == UNREADABLE else option.shown(value)
