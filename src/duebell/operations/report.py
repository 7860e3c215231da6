"""What a replay did, or would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from duebell.storage.replay import Decision

MOST_CUSTOMERS = 1_000
"""So many lines by customer are told; the totals count all."""
_WHAT = ("action", "because", "handler", "type")


@dataclass(slots=True)
class Report:
    """Counted by action, reason, handler and type; and by customer besides, as far as `MOST_CUSTOMERS` lines go.

    `done`: it was done, not only planned. `as_of`: see `Terms`.
    """

    done: bool
    as_of: int
    totals: Counter[tuple[str, ...]] = field(default_factory=Counter)
    customers: Counter[tuple[str, ...]] = field(default_factory=Counter)
    further: int = 0

    def add(self, decisions: Sequence[Decision]) -> None:
        for one in decisions:
            what = (one.action.value, one.because or "", one.last.handler, one.last.type)
            line = (one.last.customer, one.last.customer_name, *what)
            self.totals[what] += 1
            if line in self.customers or len(self.customers) < MOST_CUSTOMERS:
                self.customers[line] += 1
            else:
                self.further += 1

    def as_json(self) -> dict[str, Any]:
        """Its JSON: lists of objects with a `count` each; `further` is what `customers` doesn't list."""
        return {
            "done": self.done,
            "as_of": self.as_of,
            "totals": _objects(_WHAT, self.totals),
            "customers": _objects(("customer", "customer_name", *_WHAT), self.customers),
            "further": self.further,
        }


def _objects(names: Sequence[str], counts: Counter[tuple[str, ...]]) -> list[dict[str, Any]]:
    return [dict(zip(names, key, strict=True)) | {"count": count} for key, count in sorted(counts.items())]
