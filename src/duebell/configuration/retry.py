"""The options of `Retry`: when one event that could not be provisioned is tried again, and when it is given up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from duebell.configuration.group import Group, Option
from duebell.configuration.number import whole_number
from duebell.errors import InvalidValue
from duebell.espf.retry import RetryPolicy

RETRY = Group(
    name="Retry",
    title="Trying again",
    options=(
        Option(
            key="First_Wait",
            label="First wait",
            help="An event that its target asks to send again later waits so long at first; each time twice as long.",
            check=whole_number(1, 3600),
            default="5",
            unit="seconds",
        ),
        Option(
            key="Longest_Wait",
            label="Longest wait",
            help="The waits grow no longer than this.",
            check=whole_number(1, 1440),
            default="30",
            unit="minutes",
        ),
        Option(
            key="Give_Up_After",
            label="Give up after",
            help="An event that could not be sent for so long is left to a person. A target that is down costs no event its time.",
            check=whole_number(1, 720),
            default="24",
            unit="hours",
        ),
    ),
)


def policy_of(values: Mapping[str, str]) -> RetryPolicy:
    """The policy of the group's values; defaults are filled in.

    Raises:
        InvalidValue: the waits contradict each other.
    """
    complete = RETRY.complete(values)
    first = timedelta(seconds=int(complete["First_Wait"]))
    longest = timedelta(minutes=int(complete["Longest_Wait"]))
    give_up = timedelta(hours=int(complete["Give_Up_After"]))
    if not first <= longest <= give_up:
        raise InvalidValue("The waits contradict each other: let First_Wait be the shortest and Give_Up_After the longest.")
    return RetryPolicy(first=first, longest=longest, give_up_after=give_up)
