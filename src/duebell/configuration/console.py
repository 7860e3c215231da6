"""The options of `Console`: how long logins last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from duebell.configuration.group import Group, Option
from duebell.configuration.number import whole_number
from duebell.errors import InvalidValue


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """A session ends when nothing came for `idle`, and `longest` after the login whatever came."""

    idle: timedelta = timedelta(hours=2)
    longest: timedelta = timedelta(hours=12)


CONSOLE = Group(
    name="Console",
    title="Console",
    global_only=True,
    options=(
        Option(
            key="Session_Idle",
            label="Log out when idle for",
            help="Who does nothing in the console for so long has to log in again.",
            check=whole_number(5, 10080),
            default="120",
            unit="minutes",
        ),
        Option(
            key="Session_Longest",
            label="Log out at the latest after",
            help="So long after logging in one has to log in again, whatever one does. Who is logged in now is held to it too.",
            check=whole_number(1, 720),
            default="12",
            unit="hours",
        ),
    ),
)


def limits_of(values: Mapping[str, str]) -> SessionLimits:
    """The limits of the group's values; defaults are filled in.

    Raises:
        InvalidValue: they contradict each other.
    """
    complete = CONSOLE.complete(values)
    idle, longest = timedelta(minutes=int(complete["Session_Idle"])), timedelta(hours=int(complete["Session_Longest"]))
    if idle > longest:
        raise InvalidValue("The limits contradict each other: let Session_Idle be no longer than Session_Longest.")
    return SessionLimits(idle=idle, longest=longest)
