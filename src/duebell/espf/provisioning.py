"""One event owed to one handler: its states, and the one place that turns an outcome into the next one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from duebell.espf.handler import NotAttempted, Outcome, Owed, Provisioned, Refused, TryAgain
from duebell.espf.retry import RetryPolicy

UNKNOWN_TYPE_WAIT = timedelta(minutes=1)
"""How long the head of a line waits when the target does not know its type yet."""


class State(StrEnum):
    """Where a provisioning stands. Only `waiting` holds up its line."""

    WAITING = "waiting"
    PROVISIONED = "provisioned"
    REFUSED = "refused"
    EXHAUSTED = "exhausted"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What one call made of one provisioning, ready to be written: the attempt and the state after it.

    `attempts` counts tries that were the event's own; `seconds` is the call's duration.
    """

    provisioning: int
    stream: int
    state: State
    attempts: int
    first_attempt_at: datetime | None
    next_at: datetime
    because: str | None
    kind: str | None
    reference: str | None
    link: str | None
    superseded_by: str | None
    outcome: str
    started_at: datetime
    seconds: float
    fence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call to a target: when it began (aware), when it ended, and what retries follow; `jitter` in [0, 1) spreads those."""

    started_at: datetime
    ended_at: datetime
    policy: RetryPolicy
    jitter: float

    def settle(self, owed: Owed, outcome: Outcome, *, head: bool) -> Settlement:
        """The state after `outcome`. `head`: it was the first of its stream in the call."""
        began = owed.first_attempt_at or self.started_at
        attempts = owed.attempts + 1
        first_attempt_at: datetime | None = began
        state, next_at = State.WAITING, self.ended_at
        because: str | None = None
        kind: str | None = None
        reference: str | None = None
        link: str | None = None
        match outcome:
            case Provisioned():
                state, because = State.PROVISIONED, outcome.remark
                reference, link = outcome.reference, outcome.link
            case Refused():
                state, because, kind = State.REFUSED, outcome.because, outcome.kind.value
            case NotAttempted():
                attempts, first_attempt_at, because = owed.attempts, owed.first_attempt_at, outcome.because
                next_at = self.ended_at + UNKNOWN_TYPE_WAIT if head else self.ended_at
            case TryAgain():
                because = outcome.because
                due = self.policy.next_try(attempts=attempts, first_attempt_at=began, now=self.ended_at, jitter=self.jitter)
                if due is None:
                    state = State.EXHAUSTED
                else:
                    next_at = max(due, outcome.not_before or due)
        return Settlement(
            provisioning=owed.provisioning,
            stream=owed.stream,
            state=state,
            attempts=attempts,
            first_attempt_at=first_attempt_at,
            next_at=next_at,
            because=because,
            kind=kind,
            reference=reference,
            link=link,
            superseded_by=owed.superseded_by.event_id if owed.superseded_by else None,
            outcome=type(outcome).__name__,
            started_at=self.started_at,
            seconds=(self.ended_at - self.started_at).total_seconds(),
            fence=owed.fence,
        )
