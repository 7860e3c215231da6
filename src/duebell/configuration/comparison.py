"""Two versions side by side."""

from __future__ import annotations

from dataclasses import dataclass

from duebell.configuration.tree import Tree
from duebell.configuration.version import Rows

SET = "set"
"""What is shown of a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One option in two versions; None: not set there. Of a secret only whether it is set, and whether both have the same."""

    environment: str
    group: str
    key: str
    label: str
    unit: str | None
    secret: bool
    personal: bool
    left: str | None
    right: str | None
    same: bool


def compared(tree: Tree, left: Rows, right: Rows) -> list[Difference]:
    """Every option that one of the two has, in the order of the declarations."""
    found = []
    for environment in tree.environments:
        for name, group in tree.groups.items():
            for option in group.options:
                place = (environment, name, option.key)
                if place not in left and place not in right:
                    continue
                shown = [SET if option.secret and place in rows else rows.get(place) for rows in (left, right)]
                found.append(
                    Difference(
                        environment=environment,
                        group=name,
                        key=option.key,
                        label=option.label,
                        unit=option.unit,
                        secret=option.secret,
                        personal=option.personal,
                        left=shown[0],
                        right=shown[1],
                        same=tree.readable(left, place) == tree.readable(right, place),
                    )
                )
    return found
