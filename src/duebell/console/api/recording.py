"""Recording over HTTP: CloudEvents from any billing, kept when they are answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from pydantic_core import from_json, to_json

from duebell.configuration.environment import GLOBAL
from duebell.console.api import answers
from duebell.console.current import TheInstance
from duebell.console.problems import problems
from duebell.errors import ConflictingEvent, InvalidValue
from duebell.espf.envelope import Happening, fact_from_json
from duebell.events import FACTS

router = APIRouter()

MOST_EVENTS = 1000
MOST_BYTES = 10_000_000
LARGEST_BODY = 2 * MOST_BYTES
"""Bytes that are read at most: what is a little too large is told so in our words."""
_CLOUD_EVENT = {
    "title": "CloudEvent",
    "type": "object",
    "required": ["specversion", "id", "source", "type", "time", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "description": "The source's own: the same fact has the same id."},
        "source": {"type": "string", "description": "The billing that tells it."},
        "type": {"enum": list(FACTS)},
        "time": {"type": "string", "format": "date-time", "description": "When it happened, with its zone."},
        "environment": {
            "type": "string",
            "default": GLOBAL,
            "description": "Whose customer it is: `duebell environments list`.",
        },
        "company": {"type": ["string", "null"], "description": "The customer's company, by its name in Odoo."},
        "data": {"type": "object", "description": "By type: docs/schemas has the schema of each."},
    },
}
BODY = {"oneOf": [_CLOUD_EVENT, {"type": "array", "minItems": 1, "maxItems": MOST_EVENTS, "items": _CLOUD_EVENT}]}
"""What a client sends, for the API's description."""


@router.post(
    "/events",
    max_body_size=LARGEST_BODY,
    response_model=answers.RecordedEvents,
    responses=problems(ConflictingEvent),
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": BODY}}}},
)
async def record(instance: TheInstance, request: Request) -> Response:
    """Record a CloudEvent 1.0 in JSON, or an array of them, each customer's in the order in which they happened; all or none.

    The answer comes after the commit: each event's `id` here, and whether it is `new`. The same `source` and `id` again are
    the same event; with other content they are refused, as is an environment that isn't here.
    """
    happenings = read_events(await request.body())
    recorded = [{"id": one.id, "new": one.new} for one in await instance.record(happenings)]
    return Response(to_json({"recorded": recorded}), media_type="application/json")


def read_events(body: bytes) -> list[Happening]:
    """Read a CloudEvent in JSON, or an array of them.

    Raises:
        InvalidValue: what is wrong, by event and field, without the values.
    """
    if len(body) > MOST_BYTES:
        raise InvalidValue(f"A request may have {MOST_BYTES} bytes: send fewer events at once.")
    try:
        given = from_json(body)
    except ValueError:
        raise InvalidValue("The body isn't JSON: send a CloudEvent, or an array of CloudEvents.") from None
    events = given if isinstance(given, list) else [given]
    if not 1 <= len(events) <= MOST_EVENTS:
        raise InvalidValue(f"A request may have 1 to {MOST_EVENTS} events.")
    return [_read(one, f"events[{place}]") for place, one in enumerate(events)]


def _read(given: Any, place: str) -> Happening:
    if not isinstance(given, dict):
        raise InvalidValue(f"{place} is not an object: send CloudEvents in JSON.")
    if given.get("specversion") != "1.0":
        raise InvalidValue(f'{place}.specversion must be "1.0".')
    type_, environment = _text(given, "type", place), given.get("environment", GLOBAL)
    if type_ not in FACTS:
        raise InvalidValue(f"{place}.type is not a type of event: use one of {', '.join(FACTS)}.")
    if not isinstance(environment, str):
        raise InvalidValue(f"{place}.environment must be the name of an environment, or left out.")
    company = given.get("company")
    if company is not None and not isinstance(company, str):
        raise InvalidValue(f"{place}.company must be a text, or left out.")
    try:
        fact = fact_from_json(type_, to_json(given.get("data")))
    except ValidationError as error:
        raise InvalidValue("\n".join(_wrong(one, place) for one in error.errors())) from None
    return Happening(
        environment=environment,
        source=_text(given, "source", place).strip("/"),
        source_id=_text(given, "id", place),
        company=company,
        occurred_at=_moment(given, place),
        fact=fact,
    )


def _text(given: dict[str, Any], key: str, place: str) -> str:
    value = given.get(key)
    if not isinstance(value, str) or not value.strip("/ "):
        raise InvalidValue(f"{place}.{key} is missing: it must be a text.")
    return value


def _moment(given: dict[str, Any], place: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(given, "time", place))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidValue(f"{place}.time must say when it happened, with its zone: 2026-11-01T09:00:00Z.")
    return moment


def _wrong(one: Any, place: str) -> str:
    """The field and the reason, without the value: it may be personal."""
    field = ".".join(str(part) for part in ("data", *one["loc"]))
    return f"{place}.{field}: {one['msg']}"
