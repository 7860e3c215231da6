"""The phones of all customers: what each was sent, what arrived, and what Odoo was told of it. Kept in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from duebell.sandbox.behaviour import OUTCOMES, Behaviour, Behaviours
from duebell.sandbox.number import is_e164
from duebell.sandbox.sms_parts import encoding_of, parts_of

WRONG_NUMBER = Behaviour(outcome="wrong_number_format")


class Submission(NamedTuple):
    """One text to one number, as the sender hands it in."""

    uuid: str
    number: str
    content: str


@dataclass(slots=True)
class Message:
    """A submission and what became of it.

    `answer` is what the sender heard at once; `state` is `delivered`, `not_delivered` or, where it was refused, the
    answer again. `arrivals` says how often it shows on the phone. `told` are the delivery reports that the sender took,
    in order; `not_told_because` says why there are fewer.
    """

    uuid: str
    number: str
    content: str
    received_at: datetime
    answer: str
    state: str
    arrivals: int
    encoding: str
    parts: int
    told: list[str] = field(default_factory=list)
    not_told_because: str | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """What came in since the start or the last clearing.

    `posts` counts HTTP calls, also those that were refused; `messages` what they held where they were taken; `uuids`
    the distinct ones; `repeated` the rest. `texts` counts what shows on phones; `doubled` what of it is there twice.
    """

    posts: int = 0
    messages: int = 0
    uuids: int = 0
    repeated: int = 0
    texts: int = 0
    doubled: int = 0


class Phone:
    """The phones behind every number.

    `revision` grows with each change that a person could see. `labels` are the names of numbers.
    """

    def __init__(self, now: Callable[[], datetime], behaviour: Behaviour) -> None:
        """Stamp what comes in by `now`, aware and UTC; treat each number by `behaviour` until it is switched."""
        self.behaviours = Behaviours(behaviour)
        self.labels: dict[str, str] = {}
        self.revision = 0
        self._now = now
        self.clear()

    def clear(self) -> None:
        """Forget all messages and counts; labels and behaviours stay."""
        self._messages: list[Message] = []
        self._by_number: dict[str, list[Message]] = {}
        self._uuids: set[str] = set()
        self._arrived: set[str] = set()
        self._posts = 0
        self._texts = 0
        self.revision += 1

    def label(self, number: str, label: str) -> None:
        """Name the phone of `number`, which shows from now on even without a text."""
        self.labels[number] = label
        self.revision += 1

    def switch(self, behaviour: Behaviour, number: str | None = None) -> None:
        """From now on do `behaviour` for `number`, or for all numbers that have none of their own."""
        self.behaviours.switch(behaviour, number)
        self.revision += 1

    def behaviour(self, number: str) -> Behaviour:
        """Return what happens to a text to `number`, which may be ill-formed."""
        return self.behaviours.of(number) if is_e164(number) else WRONG_NUMBER

    def count_post(self) -> None:
        """Count an HTTP call of the sender, whatever becomes of it."""
        self._posts += 1
        self.revision += 1

    def receive(self, submissions: Iterable[Submission]) -> list[Message]:
        """Take `submissions`, let arrive what their numbers' behaviour lets arrive, and return one message for each."""
        received_at = self._now()
        messages = [self._message(submission, received_at) for submission in submissions]
        for message in messages:
            self._keep(message)
        self.revision += 1
        return messages

    def told(self, message: Message, report: str) -> None:
        """Note that the sender took the delivery report `report`."""
        message.told.append(report)
        message.not_told_because = None
        self.revision += 1

    def not_told(self, message: Message, because: str) -> None:
        """Note why the sender has not taken a delivery report."""
        message.not_told_because = because
        self.revision += 1

    def messages(self, number: str | None = None, since: datetime | None = None) -> list[Message]:
        """Return what was sent, refused or not, oldest first; to `number` only, received at or after `since` only."""
        messages = self._messages if number is None else self._by_number.get(number, [])
        return [message for message in messages if since is None or message.received_at >= since]

    def texts(self, number: str) -> list[Message]:
        """Return what shows on the phone of `number`, oldest first; a text that arrived twice is there twice."""
        return [message for message in self._by_number.get(number, []) for _ in range(message.arrivals)]

    def numbers(self) -> dict[str, Sequence[Message]]:
        """Return every number that has a label or was sent something, in the order of appearance, with its messages."""
        return {number: self._by_number.get(number, ()) for number in self.labels | self._by_number}

    def counts(self) -> Counts:
        """Return what came in."""
        messages, uuids = len(self._messages), len(self._uuids)
        return Counts(
            posts=self._posts,
            messages=messages,
            uuids=uuids,
            repeated=messages - uuids,
            texts=self._texts,
            doubled=self._texts - len(self._arrived),
        )

    def _message(self, submission: Submission, received_at: datetime) -> Message:
        outcome = OUTCOMES[self.behaviour(submission.number).outcome]
        return Message(
            *submission,
            received_at=received_at,
            answer=outcome.answer,
            state=outcome.state,
            arrivals=outcome.arrives,
            encoding=encoding_of(submission.content).name,
            parts=parts_of(submission.content),
        )

    def _keep(self, message: Message) -> None:
        self._messages.append(message)
        self._by_number.setdefault(message.number, []).append(message)
        self._uuids.add(message.uuid)
        if message.arrivals:
            self._texts += message.arrivals
            self._arrived.add(message.uuid)
