"""The shape of answers: what is empty is left out, and the one record or list is found. Pure; nothing else is guessed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NoReturn


def parsed(body: bytes) -> Any:
    """JSON as PortaBilling means it: amounts are exact, and a field that is empty or null isn't there.

    Raises:
        ValueError: it is no JSON.
    """
    try:
        return _without_empty(json.loads(body, parse_float=Decimal, parse_constant=_refuse))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def record(answer: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The one record of an answer such as `{"customer_info": {…}}`; None: there is none, as of what doesn't exist."""
    found = [value for value in answer.values() if isinstance(value, Mapping)]
    return found[0] if len(found) == 1 else None


def records(answer: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The one list of records of an answer such as `{"invoice_list": […], "total": 7}`; an empty one where there is none."""
    found = [value for value in answer.values() if isinstance(value, list)]
    return [row for row in found[0] if isinstance(row, Mapping)] if len(found) == 1 else []


def _without_empty(value: Any) -> Any:
    match value:
        case dict():
            return {key: _without_empty(inner) for key, inner in value.items() if inner is not None and inner != ""}
        case list():
            return [_without_empty(inner) for inner in value]
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
