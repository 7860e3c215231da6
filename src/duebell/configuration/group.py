"""A group of options, declared once in code: form, command line, masking and validation follow from the declaration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from duebell.configuration.choice import OneOf
from duebell.configuration.number import WholeNumber
from duebell.errors import InvalidValue

MASK = "••••••••"
LONG_ENOUGH = 16
"""Characters that a secret has to have before its last four may be shown."""


class InvalidOptions(InvalidValue):
    """Typed options that are not what they should be: all of them at once. `by_option` has the sentence for each key."""

    slug = "invalid-options"

    def __init__(self, group: str, by_option: Mapping[str, str]) -> None:
        super().__init__("\n".join(f"{group}.{key}: {sentence}" for key, sentence in by_option.items()))
        self.by_option = by_option


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option: its key exactly as the manual spells it, and what its text value must be.

    `check` takes the typed text and returns the text to keep (trimmed, normalised); it raises ValueError with a sentence
    that says what to type instead. `personal`: its value names or reaches a person, and isn't for everybody's eyes. `long`: it is
    a table or so, that may be typed on several lines.
    """

    key: str
    label: str
    help: str
    check: Callable[[str], str] = str.strip
    default: str | None = None
    unit: str | None = None
    secret: bool = False
    personal: bool = False
    required: bool = False
    long: bool = False

    def shown(self, value: str | None) -> str | None:
        """The value as people may see it: a secret is masked but for its last four characters."""
        if value is None or not self.secret:
            return value
        return MASK + value[-4:] if len(value) >= LONG_ENOUGH else MASK

    @property
    def kind(self) -> str:
        """What it is to a form: secret, number, choice, text, or long for a text of several lines."""
        if self.secret:
            return "secret"
        match self.check:
            case WholeNumber():
                return "number"
            case OneOf():
                return "choice"
            case _:
                return "long" if self.long else "text"

    @property
    def bounds(self) -> tuple[int, int] | None:
        """The lowest and the highest number that may be typed."""
        return (self.check.lowest, self.check.highest) if isinstance(self.check, WholeNumber) else None

    @property
    def choices(self) -> tuple[str, ...]:
        """The words of which one is typed; none: any."""
        return self.check.choices if isinstance(self.check, OneOf) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of options, for example `OdooCRM`. `global_only`: it is about the whole instance, and no environment overrides it."""

    name: str
    title: str
    options: Sequence[Option]
    global_only: bool = False

    def option(self, key: str) -> Option:
        for option in self.options:
            if option.key == key:
                return option
        known = ", ".join(option.key for option in self.options)
        raise InvalidValue(f"{self.name} has no option {key!r}; it has {known}.")

    def checked(self, values: Mapping[str, str]) -> dict[str, str]:
        """Each value checked and normalised; an empty text unsets the option.

        Raises:
            InvalidOptions: all wrong values at once, each by its key.
        """
        kept: dict[str, str] = {}
        wrong: dict[str, str] = {}
        for key, text in values.items():
            try:
                kept[key] = self.option(key).check(text) if text.strip() else ""
            except (ValueError, InvalidValue) as error:
                wrong[key] = str(error)
        if wrong:
            raise InvalidOptions(self.name, wrong)
        return kept

    def complete(self, values: Mapping[str, str]) -> dict[str, str]:
        """The values with defaults filled in.

        Raises:
            InvalidValue: a required option has no value; all of them at once.
        """
        missing = [o.key for o in self.options if o.required and not values.get(o.key)]
        if missing:
            raise InvalidValue(
                "\n".join(f"{self.name}.{key} is missing: set it with `duebell configure`." for key in missing)
            )
        defaults = {o.key: o.default for o in self.options if o.default is not None}
        return defaults | {key: value for key, value in values.items() if value}
