"""An event as sources hand it over, and as it stands recorded: a CloudEvent with its place in the customer's line."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID, uuid5

from pydantic import TypeAdapter
from pydantic_core import to_json

from duebell.events import FACTS, Fact

NAMESPACE = UUID("61ce4a92-ca5a-5d44-92ed-7f834c083e0b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What a source hands over to be recorded.

    `source_id` is the source's own id of the fact: the same (environment, source, source_id) is the same event, whenever it comes.
    `occurred_at` is aware. `company` is the CSP's company that the customer belongs to; None where there is one only.
    `told` false: it reaches the timeline, and tells nobody, now or ever.
    """

    environment: str
    source: str
    source_id: str
    company: str | None
    occurred_at: datetime
    fact: Fact
    told: bool = True

    @property
    def id(self) -> UUID:
        """The event's id, the same for the same fact also after a restore."""
        return uuid5(NAMESPACE, json.dumps([self.environment, self.source, self.source_id]))


@dataclass(frozen=True, slots=True)
class Content:
    """A happening's id and its `data` as JSON text, made once; `fingerprint` (SHA-256, hex) tells two contents of one id apart.

    When and under which number it was recorded is not content.
    """

    id: str
    data: str
    fingerprint: str

    @classmethod
    def of(cls, happening: Happening) -> Content:
        data = fact_json(happening.fact)
        return cls(str(happening.id), data, hashlib.sha256(f"{happening.fact.type} {data}".encode()).hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """An event in its place: `sequence` is gapless within the stream; `recorded_at` is the real clock's."""

    happening: Happening
    epoch: int
    sequence: int
    recorded_at: datetime

    def cloud_event(self, content: Content | None = None) -> str:
        """CloudEvents 1.0 in JSON mode, one line. `content` is the happening's, if it is known already."""
        happening, content = self.happening, content or Content.of(self.happening)
        attributes = {
            "specversion": "1.0",
            "id": content.id,
            "type": happening.fact.type,
            "source": f"/environments/{happening.environment}/{happening.source}",
            "subject": happening.fact.customer.external_id,
            "time": rfc3339(happening.occurred_at),
            "recordedtime": rfc3339(self.recorded_at),
            "sequence": f"{self.sequence:020d}",
            "environment": happening.environment,
            "datacontenttype": "application/json",
            "dataschema": f"urn:duebell:{happening.fact.type}:1",
        }
        if happening.company is not None:
            attributes["company"] = happening.company
        return f'{to_json(attributes).decode()[:-1]},"data":{content.data}}}'


def fact_json(fact: Fact) -> str:
    """The `data` of the CloudEvent."""
    return adapter(fact.type).dump_json(fact, exclude_none=True).decode()


def fact_from_json(type_: str, data: str | bytes) -> Fact:
    """Read `data` back.

    Raises:
        pydantic.ValidationError: the content doesn't fit the type's schema; it names each field.
    """
    return adapter(type_).validate_json(data)


def fact_schema(type_: str) -> dict[str, Any]:
    """JSON Schema (2020-12) of the type's `data`."""
    return adapter(type_).json_schema(mode="serialization")


@cache
def adapter(type_: str) -> TypeAdapter[Fact]:
    return TypeAdapter(FACTS[type_])


def rfc3339(moment: datetime) -> str:
    """UTC with `Z`; microseconds only where there are any."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone: times in events are aware")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
