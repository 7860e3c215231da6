"""Provisionings as the dispatcher hands them over."""

from __future__ import annotations

from datetime import timedelta

from builders import NOON, generated
from duebell.espf.envelope import Envelope
from duebell.espf.handler import Owed, SupersededBy


def owed(
    number: int = 1,
    *,
    stream: int | None = None,
    type_: str = "invoice.generated",
    replay: int = 0,
    superseded_by: SupersededBy | None = None,
) -> Owed:
    """Provisioning `number` of an event of its own; of a stream of its own unless one is given."""
    envelope = Envelope(happening=generated(number=f"INV-{number}"), epoch=1, sequence=number, recorded_at=NOON)
    return Owed(
        provisioning=number,
        stream=number if stream is None else stream,
        event_id=str(envelope.happening.id),
        replay=replay,
        type=type_,
        cloud_event=envelope.cloud_event(),
        epoch=1,
        notify_by=NOON + timedelta(hours=48),
        superseded_by=superseded_by,
    )
