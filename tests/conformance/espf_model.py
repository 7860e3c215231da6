"""The ESPF in plain Python, with lists and dicts and a clock that is passed in: what every engine must come to.

It knows no batches, no threads and no SQL: only what is owed, what may leave now, and what an outcome makes of a row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from duebell.espf.envelope import Happening
from duebell.espf.handler import (
    ConfigurationRefused,
    NotAttempted,
    Outcome,
    Owed,
    Provisioned,
    ProvisioningError,
    Refused,
    TargetGone,
    TryAgain,
)
from duebell.events import InvoiceFact

URGENCY = {
    "customer.suspension_removed": 0,
    "customer.suspended": 1,
    "invoice.overdue": 3,
    "invoice.generated": 4,
    "invoice.paid": 4,
}
HOURS_WORTH_TELLING = {
    "customer.suspension_removed": 6,
    "customer.suspended": 6,
    "invoice.overdue": 24,
    "invoice.generated": 48,
    "invoice.paid": 48,
}
UNTRUE_AFTER = {
    "invoice.generated": {"invoice.overdue", "invoice.paid"},
    "invoice.overdue": {"invoice.paid"},
    "customer.suspended": {"customer.suspension_removed"},
    "customer.suspension_removed": {"customer.suspended"},
}
FIRST_RETRY, LONGEST_RETRY, GIVE_UP = timedelta(seconds=5), timedelta(minutes=30), timedelta(hours=24)
UNKNOWN_TYPE_WAIT = timedelta(minutes=1)
ONE_DAY = timedelta(days=1)


class Conflict(Exception):
    """An id came again with other content."""


@dataclass(frozen=True)
class Event:
    """A fact in its place: the `sequence`-th of its customer's."""

    happening: Happening
    sequence: int
    recorded_at: datetime

    @cached_property
    def id(self) -> str:
        return str(self.happening.id)

    @property
    def type(self) -> str:
        return self.happening.fact.type

    @property
    def customer(self) -> str:
        return self.happening.fact.customer.external_id

    @property
    def notify_by(self) -> datetime:
        """After it the event is no news any more."""
        return min(self.happening.occurred_at, self.recorded_at) + timedelta(hours=HOURS_WORTH_TELLING[self.type])

    def makes_untrue(self, other: Event) -> bool:
        """Whether `other`, an earlier one of the same customer, no longer holds after this one."""
        same_invoice = not self.type.startswith("invoice.") or self.happening.fact.subject == other.happening.fact.subject
        return self.type in UNTRUE_AFTER.get(other.type, ()) and same_invoice


@dataclass
class Provisioning:
    """One event owed to one handler, with all that a person may ask about it."""

    event: Event
    handler: str
    replay: int
    notify_by: datetime
    next_at: datetime
    state: str = "waiting"
    attempts: int = 0
    first_attempt_at: datetime | None = None
    because: str | None = None
    superseded_by: str | None = None
    tries: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.event.id}/{self.replay}"

    @property
    def urgency(self) -> int:
        return URGENCY[self.event.type]


@dataclass(frozen=True)
class Wanted:
    """A subscription's filter: this class of customers, at least this much; None: any. A relief is wanted whatever its amount."""

    customer_class: str | None = None
    at_least: int | None = None

    def includes(self, happening: Happening) -> bool:
        fact = happening.fact
        amount = fact.invoice.outstanding if isinstance(fact, InvoiceFact) else fact.standing.total_overdue
        is_enough = fact.type == "customer.suspension_removed" or amount.amount >= (self.at_least or 0)
        return self.customer_class in {None, fact.customer.customer_class} and is_enough


@dataclass
class HandlerModel:
    """A handler: what it wants, and whether anything may leave for it."""

    wants: dict[str, Wanted]
    enabled: bool = True
    paused: bool = False
    state: str = "up"
    because: str | None = None

    def meets(self, error: ProvisioningError | None) -> None:
        """What a call or a probe says of the target as a whole; None: it is up."""
        self.state = "up" if error is None else "refused" if isinstance(error, ConfigurationRefused) else "down"
        self.because = error.because if error else None
        if isinstance(error, TargetGone):
            self.enabled = False

    @property
    def is_taking(self) -> bool:
        return self.enabled and not self.paused and self.state == "up"


@dataclass(frozen=True)
class Try:
    """One event's part in a call; `is_first`: nothing of its customer was before it in the call."""

    handler: str
    owed: Owed
    began_at: datetime
    ended_at: datetime
    is_first: bool


class Model:
    """All that was recorded, in each customer's order, and all that is owed of it, in each line's order."""

    def __init__(self, handlers: Sequence[str]) -> None:
        self.handlers = {name: HandlerModel({type_: Wanted() for type_ in URGENCY}) for name in handlers}
        self.events: dict[str, Event] = {}
        self.streams: dict[str, list[Event]] = {}
        self.lines: dict[tuple[str, str], list[Provisioning]] = {}

    def rows(self) -> Iterator[Provisioning]:
        return (row for line in self.lines.values() for row in line)

    def row(self, handler: str, owed: Owed) -> Provisioning:
        return next(row for row in self.rows() if row.handler == handler and row.key == owed.key)

    # --- recording and owing ------------------------------------------------------------------------------------------

    def record(self, happenings: Sequence[Happening], now: datetime) -> set[str]:
        """Each once, in the order given; answers the ids that are new.

        Raises:
            Conflict: one was recorded with other content; nothing is kept.
        """
        contents = {id_: event.happening.fact for id_, event in self.events.items()}
        for happening in happenings:
            if contents.setdefault(str(happening.id), happening.fact) != happening.fact:
                raise Conflict
        known = set(self.events)
        for happening in happenings:
            if str(happening.id) not in self.events:
                self._record_one(happening, now)
        return set(self.events) - known

    def _record_one(self, happening: Happening, now: datetime) -> None:
        stream = self.streams.setdefault(happening.fact.customer.external_id, [])
        event = Event(happening, sequence=len(stream) + 1, recorded_at=now)
        stream.append(event)
        self.events[event.id] = event
        for name, handler in self.handlers.items():
            wanted = handler.wants.get(event.type)
            if handler.enabled and wanted and wanted.includes(happening):
                self._owe(event, name, 0, event.notify_by, now)

    def _owe(self, event: Event, handler: str, replay: int, notify_by: datetime, now: datetime) -> None:
        row = Provisioning(event, handler, replay, notify_by=notify_by, next_at=now)
        self.lines.setdefault((handler, event.customer), []).append(row)

    # --- leaving ------------------------------------------------------------------------------------------------------

    def waiting(self, handler: str, customer: str) -> list[Provisioning]:
        return [row for row in self.lines.get((handler, customer), []) if row.state == "waiting"]

    def heads(self, handler: str) -> list[Provisioning]:
        """The first waiting one of each line, the most urgent first: only they, and those right behind them, may leave."""
        lines = [self.waiting(name, customer) for name, customer in self.lines if name == handler]
        return sorted((line[0] for line in lines if line), key=lambda row: row.urgency)

    def due(self, handler: str, now: datetime, without: Collection[str]) -> list[Provisioning]:
        """The heads that may leave now; customers in `without` are in a call."""
        return [row for row in self.heads(handler) if row.next_at <= now and row.event.customer not in without]

    def superseding(self, event: Event) -> str | None:
        """The id of the earliest later event of the customer that made this one untrue."""
        later = self.streams[event.customer][event.sequence :]
        return next((other.id for other in later if other.makes_untrue(event)), None)

    # --- outcomes -----------------------------------------------------------------------------------------------------

    def settle(self, made: Try, outcome: Outcome) -> None:
        """What a try makes of its row."""
        row, owed, now = self.row(made.handler, made.owed), made.owed, made.ended_at
        if not isinstance(outcome, NotAttempted):
            row.tries.append(type(outcome).__name__)
        if row.state != "waiting":
            return
        began = owed.first_attempt_at or made.began_at
        row.superseded_by = owed.superseded_by.event_id if owed.superseded_by else None
        row.next_at = now
        row.because = outcome.remark if isinstance(outcome, Provisioned) else outcome.because
        if isinstance(outcome, NotAttempted):
            row.next_at = now + UNKNOWN_TYPE_WAIT if made.is_first else now
            row.first_attempt_at = owed.first_attempt_at  # also if a person retried it while this call was out
            return
        row.attempts, row.first_attempt_at = owed.attempts + 1, began
        match outcome:
            case Provisioned():
                row.state = "provisioned"
            case Refused():
                row.state = "refused"
            case TryAgain():
                due = now + min(FIRST_RETRY * 2 ** (row.attempts - 1), LONGEST_RETRY) / 2  # without jitter
                if due - began > GIVE_UP:
                    row.state = "exhausted"
                else:
                    row.next_at = max(due, outcome.not_before or due)

    # --- operators ----------------------------------------------------------------------------------------------------

    def retry(self, event_id: str, now: datetime) -> bool:
        """Due at once, in place, with its full time; answers whether anything of the event waited."""
        waiting = [row for row in self.rows() if row.event.id == event_id and row.state == "waiting"]
        for row in waiting:
            row.next_at, row.first_attempt_at = now, None
        return bool(waiting)

    def replay(self, event_id: str, now: datetime, *, tell: bool, again: bool) -> None:
        """Owed anew, at the line's end, where it was settled. Telling leaves out whoever knows it, and whatever is no news any more."""
        event = self.events[event_id]
        for (handler, _), line in self.lines.items():
            owed = [row for row in line if row.event is event]
            if not owed or owed[-1].state == "waiting" or not self.handlers[handler].enabled:
                continue
            there = [row for row in owed if row.state == "provisioned"]
            told = any(row.because is None for row in there)
            is_news = self.superseding(event) is None and now <= event.notify_by
            if tell and ((told and not again) or (there and not is_news)):
                continue
            self._owe(event, handler, owed[-1].replay + 1, event.notify_by if tell and is_news else now - ONE_DAY, now)

    def skip(self, event_id: str, because: str, now: datetime) -> bool:
        """A person settles it: its line goes on. Answers whether anything of the event waited."""
        waiting = [row for row in self.rows() if row.event.id == event_id and row.state == "waiting"]
        for row in waiting:
            row.state, row.because, row.next_at = "skipped", because, now
        return bool(waiting)
