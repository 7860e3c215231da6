"""The collection ladder, which PortaBilling's API doesn't show: as the operator types it, per customer class. Pure.

    *: due_soon 10 7 1; overdue 1; limitation_warning 3; limit 10; suspension_warning 5; suspend 14; terminate 60
    business: suspend 30

A class is named as `i_customer_class` reads, `*` is any other. Steps are taken so many days after the due date; what warns comes so
many days before its step, `due_soon` before the due date. `charge` says that the class is charged by itself: so many days before the
due date, 0 on it. The parts are divided by `;` or a line break, the days by blanks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

from duebell.events import CollectionStep
from duebell.portabilling.tables import ANY

STEPS: Mapping[str, CollectionStep] = {step.value: step for step in CollectionStep}
WARNINGS: Mapping[str, CollectionStep] = {
    "limitation_warning": CollectionStep.LIMIT,
    "suspension_warning": CollectionStep.SUSPEND,
    "termination_warning": CollectionStep.TERMINATE,
}
DUE_SOON = "due_soon"
CHARGE = "charge"
OVERDUE_AFTER = 1
"""Days: as PortaBilling documents it, an invoice is overdue the day after its due date."""
LONGEST = 3650

_WORDS = (DUE_SOON, CHARGE, *STEPS, *WARNINGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """What collection does with one class: `steps` in days after the due date, `warnings` in days before their step, farthest first.

    `charge`: so many days before the due date the customer's payment method is charged by itself; None: he has to pay.
    """

    due_soon: tuple[int, ...] = ()
    charge: int | None = None
    steps: Mapping[CollectionStep, int] = field(default_factory=lambda: {CollectionStep.OVERDUE: OVERDUE_AFTER})
    warnings: Mapping[CollectionStep, tuple[int, ...]] = field(default_factory=dict)

    def step_on(self, step: CollectionStep, due_on: date) -> date | None:
        """The day on which a step is taken; None: it isn't."""
        return due_on + timedelta(days=self.steps[step]) if step in self.steps else None

    def charge_on(self, due_on: date) -> date | None:
        """The day on which an invoice is charged by itself; None: it isn't."""
        return None if self.charge is None else due_on - timedelta(days=self.charge)


NO_LADDER = Ladder()
"""Of a class for which none was typed: only what PortaBilling documents for all."""


@dataclass(frozen=True, slots=True)
class Ladders:
    """The ladder of each class that has one."""

    by_class: Mapping[str, Ladder]

    def of(self, customer_class: str | None) -> Ladder:
        """The class's own, else that of any, else one that only knows when an invoice is overdue."""
        return self.by_class.get(customer_class or ANY) or self.by_class.get(ANY, NO_LADDER)


@lru_cache(maxsize=16)
def parse(typed: str) -> Ladders:
    """Read what the operator typed; nothing: no class has a ladder.

    Raises:
        ValueError: it names the part that is wrong.
    """
    return Ladders({name: _ladder(name, parts) for name, parts in _classes(typed).items()})


def checked(typed: str) -> str:
    """Return the text as it is kept: the option's check.

    Raises:
        ValueError: as for `parse`.
    """
    parse(typed)
    return "; ".join(_parts(typed))


def _parts(typed: str) -> list[str]:
    return [" ".join(part.split()) for part in re.split(r"[;\n]", typed) if part.strip()]


def _classes(typed: str) -> dict[str, list[str]]:
    """The parts of each class; the first of them comes behind its name and a colon."""
    found: dict[str, list[str]] = {}
    name = None
    for part in _parts(typed):
        before, colon, behind = (piece.strip() for piece in part.rpartition(":"))
        if colon:
            name = _new_class(before, found)
        elif name is None:
            raise ValueError(f"{part!r} is of no class: begin with a class and a colon, or with *: for any")
        found.setdefault(name, []).extend(filter(None, [behind]))
    return found


def _new_class(name: str, known: Collection[str]) -> str:
    if not name:
        raise ValueError("a colon has no class before it: name one, or * for any other")
    if name in known:
        raise ValueError(f"the class {name!r} is there twice: write all of it in one place")
    return name


def _ladder(name: str, parts: list[str]) -> Ladder:
    days: dict[str, tuple[int, ...]] = {}
    for word, given in map(_part, parts):
        if word in days:
            raise ValueError(f"{word} is there twice in the class {name!r}: leave one of them out")
        days[word] = given
    steps = {step: days[word][0] for word, step in STEPS.items() if word in days}
    warnings = {step: days[word] for word, step in WARNINGS.items() if word in days}
    ladder = Ladder(
        due_soon=days.get(DUE_SOON, ()),
        charge=next(iter(days.get(CHARGE, ())), None),
        steps={CollectionStep.OVERDUE: OVERDUE_AFTER} | steps,
        warnings=warnings,
    )
    for wrong in _contradictions(ladder):
        raise ValueError(f"the class {name!r}: {wrong}")
    return ladder


def _part(part: str) -> tuple[str, tuple[int, ...]]:
    """A word and its days, most first."""
    word, *texts = part.split()
    if word not in _WORDS:
        raise ValueError(f"{part!r}: there is no {word!r}, use one of {', '.join(_WORDS)}")
    fewest = 0 if word == CHARGE else 1
    if not texts or not all(text.isascii() and text.isdigit() and fewest <= int(text) <= LONGEST for text in texts):
        raise ValueError(f"{part!r}: behind {word} come days, whole numbers from {fewest} to {LONGEST}")
    if word in (CHARGE, *STEPS) and len(texts) > 1:
        raise ValueError(f"{part!r}: {word} is done once, so it has one number of days")
    return word, tuple(sorted({int(text) for text in texts}, reverse=True))


def _contradictions(ladder: Ladder) -> Iterator[str]:
    taken = [(step, ladder.steps[step]) for step in CollectionStep if step in ladder.steps]
    for (earlier, first), (later, then) in pairwise(taken):
        if then <= first:
            yield f"{later} comes after {then} days, that is not after {earlier}, which comes after {first}"
    for word, step in WARNINGS.items():
        for days in ladder.warnings.get(step, ()):
            if step not in ladder.steps:
                yield f"{word} has nothing to warn of: say after how many days {step} comes"
            elif ladder.steps[step] - days < ladder.steps[CollectionStep.OVERDUE]:
                yield f"{word} {days} would come before the invoice is overdue: nobody is warned of what he doesn't owe yet"
