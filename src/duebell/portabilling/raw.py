"""A raw event: what PortaBilling's webhook brought, before its meaning is known; and reading it from its body."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from duebell.errors import InvalidValue
from duebell.espf.handler import Owed

LARGEST_BODY = 1_000_000
"""Bytes that a body may have; PortaBilling's own are of 0.2 to 1.5 kB, and of 1 MB at most."""
LONGEST_TYPE = 200
LONGEST_ID = 100
"""Characters."""
DEEPEST = 32
"""Levels of nesting: far fewer than Python's parser bears, so that what is read once can be read again from anywhere."""
NEWER_NAMES: Mapping[str, str] = {
    "Customer/Status/Suspend": "Customer/Status/Suspended",
    "Customer/Status/Unsuspend": "Customer/Status/SuspensionRemoved",
}
"""What older releases call a type, to its name of today."""
_KEYS = ("i_customer", "i_invoice", "i_account")
"""Whose events keep their order among each other: of the first of these that came."""
_TIME = "%Y-%m-%d %H:%M:%S"
_WHOLE = re.compile(r"(-?\d+)\.0+")


class UnreadableBody(InvalidValue):
    """A body that is no raw event; the sentence doesn't repeat what was in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEvent:
    """One, read from its body. Ids are text, however they came; `variables` has each that came, empty ones left out.

    `i_event` is unique per environment; `type` is today's name; `at` is PortaBilling's own `event_time` (UTC) where it came,
    else when we received it.
    """

    environment: str
    i_event: str
    type: str
    variables: Mapping[str, str]
    at: datetime

    @property
    def key(self) -> str:
        """What it is about, for example `customer:5`; without an id that we know it is about nothing but itself."""
        for name in _KEYS:
            if found := self.variables.get(name):
                return f"{name.removeprefix('i_')}:{found}"
        return f"event:{self.i_event}"


def read_raw(body: bytes, *, environment: str, received_at: datetime) -> RawEvent:
    """Read what came, of any version that is known; `received_at` is aware.

    Raises:
        UnreadableBody: it is no JSON in UTF-8 of the known form, or holds what can't be kept.
    """
    try:
        content = _json(body)
    except RecursionError:
        raise UnreadableBody("It is nested too deeply.") from None
    _refuse_deep(content)
    return _read(content, body, environment, received_at)


def to_owe(raw: RawEvent) -> str:
    """What the queue hands over in `Owed.cloud_event`: JSON text."""
    return json.dumps(
        {
            "environment": raw.environment,
            "i_event": raw.i_event,
            "type": raw.type,
            "variables": dict(raw.variables),
            "at": raw.at.isoformat(),
        }
    )


def owed_raw(owed: Owed) -> RawEvent:
    """Return the raw event that a queue of them owes."""
    content = json.loads(owed.cloud_event)
    return RawEvent(**{**content, "at": datetime.fromisoformat(content["at"])})


def _read(content: Mapping[str, Any], body: bytes, environment: str, received_at: datetime) -> RawEvent:
    type_, variables = content.get("event_type"), content.get("variables")
    if not isinstance(type_, str) or not 0 < len(type_.strip()) <= LONGEST_TYPE:
        raise UnreadableBody("It has no event_type.")
    if not isinstance(variables, dict):
        raise UnreadableBody("Its variables are no object.")
    beside = {name: content[name] for name in ("i_event", "i_env", "event_time") if name in content}
    told = {_kept(name): text for name, value in (beside | variables).items() if (text := _text(value))}
    name = _kept(type_.strip())
    return RawEvent(
        environment=environment,
        i_event=_id(told, body, received_at),
        type=named_today(name),
        variables=told,
        at=_time(told.get("event_time")) or received_at,
    )


def named_today(raw_type: str) -> str:
    """A type by its name of today."""
    return NEWER_NAMES.get(raw_type, raw_type)


def _json(body: bytes) -> Mapping[str, Any]:
    if len(body) > LARGEST_BODY:
        raise UnreadableBody(f"It has more than {LARGEST_BODY:,} bytes.")
    try:
        content = json.loads(
            body.decode("utf-8-sig"),
            parse_int=str,  # ids are text, and no digit of a long one gets lost
            parse_float=_without_zeros,
            parse_constant=_refuse_constant,
            object_pairs_hook=_without_repeats,
        )
    except UnicodeDecodeError:
        raise UnreadableBody("It isn't UTF-8.") from None
    except json.JSONDecodeError as error:
        raise UnreadableBody(f"It isn't JSON: {error.msg} at character {error.pos}.") from None
    if not isinstance(content, dict):
        raise UnreadableBody("It is JSON, but no object.")
    return content


def _refuse_deep(content: Mapping[str, Any]) -> None:
    level: list[Any] = [content]
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one)]
        level = [inner for inner in level if isinstance(inner, dict | list)]
    if level:
        raise UnreadableBody("It is nested too deeply.")


def _refuse_constant(constant: str) -> str:
    raise UnreadableBody(f"It isn't JSON: {constant} is no number there.")


def _without_zeros(number: str) -> str:
    """`7.0` is the id 7."""
    found = _WHOLE.fullmatch(number)
    return found[1] if found else number


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        raise UnreadableBody("It has a name twice, with perhaps two values.")
    return content


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return _kept(value.strip())
        case bool():
            return "Y" if value else "N"  # as PortaBilling writes flags
        case _:
            return _kept(json.dumps(value))


def _kept(text: str) -> str:
    """The text, if every engine can keep it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UnreadableBody("It has half of a character (a lone surrogate).") from None
    if "\0" in text:
        raise UnreadableBody("It has a character of code 0.")
    return text


def _id(variables: Mapping[str, str], body: bytes, received_at: datetime) -> str:
    """Its `i_event`. One that came without is an event of its own whenever it comes: that costs a reading, and swallows no fact."""
    given = variables.get("i_event")
    if given is None:
        return f"unnumbered-{hashlib.sha256(received_at.isoformat().encode() + body).hexdigest()[:32]}"
    if len(given) > LONGEST_ID:
        raise UnreadableBody(f"Its i_event has more than {LONGEST_ID} characters.")
    return given


def _time(text: str | None) -> datetime | None:
    try:
        return datetime.strptime(text or "", _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
