"""The options of `Retention`: how long history stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from duebell.configuration.fixed import Fixed
from duebell.configuration.group import Group, Option
from duebell.configuration.number import whole_number

RETENTION = Group(
    name="Retention",
    title="History",
    options=(
        Option(
            key="History",
            label="Days that history is kept",
            help="Events that were told and settled go after so long, within the hour; what is owed or needs a person stays.",
            check=whole_number(1, 36500),
            default="90",
            unit="days",
        ),
    ),
)


def history_of(values: Mapping[str, str]) -> timedelta:
    """How long history stays; the default is filled in."""
    return timedelta(days=float(RETENTION.complete(values)["History"]))


def fixed_history(history: timedelta | None) -> dict[tuple[str, str], Fixed]:
    """The option as DUEBELL_HISTORY fixes it, which may be a day and a half; nothing if it isn't set."""
    if history is None:
        return {}
    return {("Retention", "History"): Fixed(f"{history / timedelta(days=1):g}", "DUEBELL_HISTORY")}
