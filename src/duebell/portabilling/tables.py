"""Tables that an operator types, such as `3=Europe/Madrid, 7=America/New_York`. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import TypeVar
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError

T = TypeVar("T")

ANY = "*"
"""What stands at the left for whatever isn't named."""

_RAW_TYPE = re.compile(r"[\w.-]+(/[\w.-]+)+")
_FIELD = re.compile(r"[\w.-]+")


def parted(typed: str) -> list[str]:
    """The parts between commas or line breaks, those without anything left out."""
    return [part.strip() for part in re.split(r"[,\n]", typed) if part.strip()]


def pairs(typed: str) -> dict[str, str]:
    """The table `left=right, left=right`.

    Raises:
        ValueError: it names the part that is no pair, or that is there twice.
    """
    found: dict[str, str] = {}
    for left, right in map(_pair, parted(typed)):
        if left in found:
            raise ValueError(f"{left!r} is there twice: leave one of them out")
        found[left] = right
    return found


def spelt(table: Mapping[str, str]) -> str:
    """The table as it is kept."""
    return ", ".join(f"{left}={right}" for left, right in table.items())


def field_names(ours: Collection[str]) -> Callable[[str], str]:
    """A check of `ours=theirs`: at the left one of these, at the right the name of a field in PortaBilling."""

    def check(typed: str) -> str:
        table = pairs(typed)
        for left, right in table.items():
            _one_of(left, ours, f"{left!r} is no field of ours")
            if not _FIELD.fullmatch(right):
                raise ValueError(
                    f"{left}={right}: {right!r} can't be the name of a field, it has letters, digits and _ only"
                )
        return spelt(table)

    return check


def words(ours: Collection[str]) -> Callable[[str], str]:
    """A check of `theirs=ours`: at the left a word of PortaBilling in any case, at the right one of these."""

    def check(typed: str) -> str:
        table = {" ".join(left.casefold().split()): right for left, right in pairs(typed).items()}
        for left, right in table.items():
            _one_of(right, ours, f"{left}={right}: {right!r} is no word of ours")
        return spelt(table)

    return check


def event_types(subjects: Collection[str]) -> Callable[[str], str]:
    """A check of `type=subject`: at the left a raw type of event, at the right one of these."""

    def check(typed: str) -> str:
        table = pairs(typed)
        for left, right in table.items():
            _raw_type(left)
            _one_of(right, subjects, f"{left}={right}: {right!r} is nothing that an event is about")
        return spelt(table)

    return check


def raw_types(typed: str) -> str:
    """A check of raw types of events, separated by commas.

    Raises:
        ValueError: it names the one that is none.
    """
    return ", ".join(_raw_type(one) for one in dict.fromkeys(parted(typed)))


def time_zones(typed: str) -> str:
    """A check of `i_time_zone=IANA name`; `*` at the left is any other.

    Raises:
        ValueError: it names the part that is wrong.
    """
    table = pairs(typed)
    for left, right in table.items():
        if right not in _known_zones():
            raise ValueError(f"{left}={right}: there is no time zone {right!r}, type it like Europe/Madrid")
    return spelt(table)


def languages(typed: str) -> str:
    """A check of `i_lang=language tag`; `*` at the left is any other.

    Raises:
        ValueError: it names the part that is wrong.
    """
    table = pairs(typed)
    for left, right in table.items():
        try:
            Locale.parse(right, sep="-")
        except (UnknownLocaleError, ValueError):
            raise ValueError(f"{left}={right}: there is no language {right!r}, type it like es-ES") from None
    return spelt(table)


def of_any(table: Mapping[str, T], left: str) -> T | None:
    """What the table has for it, or for any."""
    return table.get(left, table.get(ANY))


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _pair(part: str) -> tuple[str, str]:
    left, sign, right = (piece.strip() for piece in part.partition("="))
    if not (left and sign and right):
        raise ValueError(f"{part!r} is no pair: type two words with = between, and a comma before the next pair")
    return left, right


def _one_of(word: str, known: Collection[str], wrong: str) -> None:
    if word not in known:
        raise ValueError(f"{wrong}, use one of {', '.join(known)}")


def _raw_type(text: str) -> str:
    if not _RAW_TYPE.fullmatch(text):
        raise ValueError(f"{text!r} is no type of event, type it like Invoice/Status/Changed")
    return text
