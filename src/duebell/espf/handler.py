"""What an event handler is to the ESPF: the port, and how a delivery can end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class SupersededBy:
    """The later event that made this one untrue."""

    event_id: str
    type: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One provisioning as a handler gets it: the recorded event, and what travels beside it.

    `cloud_event` is the JSON text of the event as recorded, and `recorded_at` when; `stream` tells customers apart; `fence` is the
    number of the lease under which it was taken.
    """

    provisioning: int
    stream: int
    event_id: str
    replay: int
    type: str
    cloud_event: str
    epoch: int
    notify_by: datetime
    superseded_by: SupersededBy | None = None
    attempts: int = 0
    first_attempt_at: datetime | None = None
    fence: int = 0
    recorded_at: datetime | None = None

    @property
    def key(self) -> str:
        """What the target deduplicates by."""
        return f"{self.event_id}/{self.replay}"


class RefusalKind(StrEnum):
    """Who has to act on a refusal."""

    EVENT = "event"
    """The event's data: final for this event, the line goes on."""
    INTERNAL = "internal"
    """A bug of ours or of the target's: final for this event, the line goes on."""


@dataclass(frozen=True, slots=True)
class Provisioned:
    """The target has it. `reference` is its record there, `link` where a person sees it, `remark` why nobody was told, if so."""

    reference: str
    link: str | None = None
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Not now: the same event may pass later, not before `not_before` if given."""

    because: str
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Never: a person has to act."""

    because: str
    kind: RefusalKind


@dataclass(frozen=True, slots=True)
class NotAttempted:
    """Not tried, because an earlier one of its stream did not end, or the target doesn't know its type yet."""

    because: str


Outcome = Provisioned | TryAgain | Refused | NotAttempted


class ProvisioningError(Exception):
    """A whole call failed; none of its events has an outcome. Its text is a sentence for people, free of secrets and customers' data."""

    def __init__(self, because: str, *, status: int | None = None) -> None:
        super().__init__(because)
        self.because = because
        self.status = status


class TargetDown(ProvisioningError):
    """The target doesn't answer, or answers that it can't now: the handler waits and probes; nobody's attempts are counted.

    The call may have taken effect all the same: it is repeated with the same keys.
    """

    def __init__(self, because: str, *, status: int | None = None, not_before: datetime | None = None) -> None:
        super().__init__(because, status=status)
        self.not_before = not_before


class ConfigurationRefused(ProvisioningError):
    """The target refuses us, not the events: a revoked key, a missing addon. The handler waits for Verify, alarmed once."""


class TargetGone(ConfigurationRefused):
    """The target says that it is gone for good and wants no more calls: the handler is disabled, what is owed is kept."""


class BatchRefused(ProvisioningError):
    """The target refused the call as a whole and kept nothing: smaller calls find the culprit."""


class EventHandler(Protocol):
    """Provisions events to one external system."""

    max_batch: int
    """How many events a call may carry."""

    async def provision(self, batch: Sequence[Owed]) -> Mapping[int, Outcome]:
        """Provision a batch, each stream in the order given; an outcome for each provisioning, none missing.

        Raises:
            TargetDown, ConfigurationRefused (TargetGone), BatchRefused: the call as a whole.
        """

    async def probe(self) -> None:
        """Ask cheaply whether the target would take a call now.

        Raises:
            TargetDown, ConfigurationRefused (TargetGone): not yet.
        """

    async def close(self) -> None:
        """Give connections back."""
