"""The options of `Notify_By`: for how long an event is worth telling, by type."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from duebell.configuration.group import Group, Option
from duebell.configuration.number import whole_number
from duebell.espf.rules import is_warning, notify_within
from duebell.events import FACTS

_HOUR = timedelta(hours=1)


def _key(event_type: str) -> str:
    """`customer.suspension_removed` as `Customer_Suspension_Removed`."""
    return event_type.replace(".", "_").title()


def _option(event_type: str) -> Option:
    words = event_type.replace(".", " ").replace("_", " ").capitalize()
    late = "Older than that when it could leave, it reaches the timeline only; 0: nobody is ever told."
    return Option(
        key=_key(event_type),
        label=words,
        help=f"{late} A warning that names a day is told until that day." if is_warning(event_type) else late,
        check=whole_number(0, 8760),
        default=str(notify_within(event_type) // _HOUR),
        unit="hours",
    )


NOTIFY_BY = Group(
    name="Notify_By",
    title="How long it is worth telling",
    options=tuple(_option(event_type) for event_type in FACTS),
)


def ages_of(values: Mapping[str, str]) -> dict[str, timedelta]:
    """How long after it happened a customer is still told, by event type; defaults are filled in."""
    complete = NOTIFY_BY.complete(values)
    return {event_type: timedelta(hours=int(complete[_key(event_type)])) for event_type in FACTS}
