"""A raw event as EventSender posts it, made of what changed in billing. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from duebell.sandbox.portabilling.change import Change
from duebell.sandbox.portabilling.nuisances import Nuisances
from duebell.sandbox.portabilling.times import api_moment
from duebell.sandbox.portabilling.writing import as_written

_GROUPED = {
    "Customer/New": "Customer/Created",
    "Invoice/New": "Invoice/Created",
    "Invoice/AmountPaid/Changed": "Invoice/Updated",
}
"""What isn't here, an overdue invoice for one, has no grouped type."""
_OLD = {
    "Customer/Status/Suspended": "Customer/Status/Suspend",
    "Customer/Status/SuspensionRemoved": "Customer/Status/Unsuspend",
}


@dataclass(frozen=True, slots=True)
class PostedEvent:
    """One event, the same however often it is posted; `i_customer` is whose it is, also where `variables` don't say so."""

    i_event: str
    type: str
    variables: Mapping[str, object]
    i_customer: str | None = None

    def body(self) -> dict[str, object]:
        """What is posted."""
        return {"event_type": self.type, "variables": self.variables}


def posted_event(change: Change, i_event: str, i_env: str, on: Nuisances, random: Random) -> PostedEvent:
    """The event of a change, as PortaBilling's release and mood have it."""
    ids = {"i_event": i_event, "i_customer": change.i_customer}
    if change.i_invoice is not None:
        ids |= {"i_invoice": change.i_invoice}
        if on.thin:
            del ids["i_customer"]
    variables = {**ids, **change.variables}
    if on.version > 1:
        variables |= {"i_env": i_env, "event_time": api_moment(change.at)}
    if on.version > 1 and not on.thin:
        variables |= {f"prev_{name}": value for name, value in change.before.items()}
        variables |= {f"curr_{name}": value for name, value in change.after.items()}
    written = as_written(variables, on.numbers, random)
    return PostedEvent(i_event, _type(change.type, on, random), written, change.i_customer)


def _type(name: str, on: Nuisances, random: Random) -> str:
    if on.grouped and name in _GROUPED:
        return _GROUPED[name]
    old = on.names == "old" or (on.names == "mixed" and random.random() < 1 / 2)
    return _OLD.get(name, name) if old else name
