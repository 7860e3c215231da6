"""Options that the environment of the process fixes: they win over every version, and nobody can type them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from duebell.configuration.group import Group
from duebell.errors import InvalidValue

PREFIX = "DUEBELL_"
FROM_FILE = "__FILE"


@dataclass(frozen=True, slots=True)
class Fixed:
    """A value, and the variable that fixes it."""

    value: str = field(repr=False)
    variable: str


FixedOptions = Mapping[tuple[str, str], Fixed]
"""By group and key."""


def variable_of(group: str, key: str) -> str:
    """The variable that fixes an option, for example DUEBELL_ODOOCRM__API_URL."""
    return f"{PREFIX}{group}__{key}".upper()


def fixed_options(groups: Mapping[str, Group], environment: Mapping[str, str]) -> FixedOptions:
    """Find what the variables fix; `…__FILE` names a file that holds the value.

    Raises:
        InvalidValue: variables mean no option, or their values are wrong; all of them at once.
    """
    places = {
        variable_of(name, option.key): (name, option.key) for name, group in groups.items() for option in group.options
    }
    prefixes = tuple(f"{PREFIX}{name}__".upper() for name in groups)
    found: dict[tuple[str, str], Fixed] = {}
    wrong: list[str] = []
    for variable in sorted(name for name in environment if name.startswith(prefixes)):
        name = variable.removesuffix(FROM_FILE)
        try:
            if name not in places:
                raise ValueError("no option is named so; docs/configuration.md has the names")  # noqa: TRY301 - all at once
            if name != variable and name in environment:
                raise ValueError(f"{name} is set too: set one of them")  # noqa: TRY301
            group, key = places[name]
            if typed := _text(variable, environment).strip():
                found[group, key] = Fixed(groups[group].option(key).check(typed), name)
        except ValueError as error:
            wrong.append(f"The environment variable {variable} is wrong: {error}.")
    if wrong:
        raise InvalidValue("\n".join(wrong))
    return found


def _text(variable: str, environment: Mapping[str, str]) -> str:
    given = environment[variable]
    if not variable.endswith(FROM_FILE):
        return given
    try:
        return Path(given).read_text(encoding="utf-8")
    except OSError as error:
        raise ValueError(f"the file {given} can't be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ValueError(f"the file {given} is no text in UTF-8") from None
