"""What is posted: CloudEvents as recorded, with what travels beside them as extension attributes. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid5

from duebell.espf.envelope import NAMESPACE, rfc3339
from duebell.espf.handler import Owed
from duebell.handlers.webhook.group import Fields
from duebell.handlers.webhook.minimal import minimal

EVENT = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
_BATCHES = uuid5(NAMESPACE, "batches")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One call's content; `id` is its `webhook-id`, the same each time the same is sent."""

    id: str
    content_type: str
    body: bytes


def message(batch: Sequence[Owed], fields: Fields, *, batched: bool) -> Message:
    """Return the call for these, in their order. Not `batched`: `batch` is one event, and the call's id is that event's key."""
    texts = [_event(owed, fields) for owed in batch]
    if batched:
        return _batch(str(uuid5(_BATCHES, " ".join(owed.key for owed in batch))), texts)
    (owed,), (text,) = batch, texts
    return Message(id=owed.key, content_type=EVENT, body=text.encode())


def trial(type_: str, id_: str, now: datetime, *, batched: bool) -> Message:
    """Return a call with a test event in it, which is about no customer: `duebell.ping`, `duebell.verify`."""
    text = json.dumps(
        {
            "specversion": "1.0",
            "id": id_,
            "type": type_,
            "source": "/duebell",
            "time": rfc3339(now),
            "datacontenttype": "application/json",
            "data": {},
        }
    )
    return _batch(id_, [text]) if batched else Message(id=id_, content_type=EVENT, body=text.encode())


def _batch(id_: str, texts: Sequence[str]) -> Message:
    return Message(id=id_, content_type=BATCH, body=f"[{', '.join(texts)}]".encode())


def _event(owed: Owed, fields: Fields) -> str:
    text = owed.cloud_event if fields is Fields.FULL else minimal(owed.cloud_event)
    return f"{text[:-1]}, {json.dumps(_beside(owed))[1:-1]}}}"


def _beside(owed: Owed) -> dict[str, Any]:
    beside: dict[str, Any] = {"epoch": owed.epoch, "replay": owed.replay, "notifyby": rfc3339(owed.notify_by)}
    if owed.superseded_by is not None:
        beside["supersededby"] = owed.superseded_by.event_id
    return beside
