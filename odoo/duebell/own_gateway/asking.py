# SPDX-License-Identifier: LGPL-3.0-only
"""From a person's templates and a text to what is posted. Values are put into parsed JSON and fields, never into their
source: no text can break out of its place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
PLACEHOLDERS = ("number", "digits", "text", "uuid", "sender", "secret", "report_url")
"""What templates may name: the number as +12025550123, the same without the plus, the text, under which uuid it goes,
the sender's name, the secret, and where its delivery is reported to."""


class Unusable(ValueError):
    """A template can't be used; says why."""


class Text(NamedTuple):
    """An SMS to be sent: the number in E.164, 32 hexadecimal digits that name it."""

    uuid: str
    number: str
    content: str


def placeholders_in(template: str) -> set[str]:
    return set(_PLACEHOLDER.findall(template))


def filled(template: str, values: dict[str, str], quoted: Callable[[str], str] = str) -> str:
    """The template with its placeholders replaced; other braces stay."""
    return _PLACEHOLDER.sub(
        lambda found: quoted(values[found[1]]) if found[1] in values else found[0],
        template,
    )


def json_of(template: str) -> Any:
    """The JSON that a template is.

    Raises:
        Unusable: it is none.

    """
    try:
        return json.loads(template)
    except json.JSONDecodeError as error:
        raise Unusable(f"line {error.lineno}: {error.msg}") from None


def fields_of(template: str) -> list[tuple[str, str]]:
    """The fields of a template with a `name=value` on each line.

    Raises:
        Unusable: a line is none.

    """
    return _pairs(template, "=")


def headers_of(template: str) -> list[tuple[str, str]]:
    """The headers of a template with a `Name: value` on each line.

    Raises:
        Unusable: a line is none.

    """
    return _pairs(template, ":")


def filled_json(value: Any, values: dict[str, str]) -> Any:
    """The JSON with the placeholders in its texts replaced."""
    if isinstance(value, str):
        return filled(value, values)
    if isinstance(value, list):
        return [filled_json(one, values) for one in value]
    if isinstance(value, dict):
        return {name: filled_json(one, values) for name, one in value.items()}
    return value


def _pairs(template: str, separator: str) -> list[tuple[str, str]]:
    pairs = []
    for number, line in enumerate(template.splitlines(), start=1):
        name, found, value = line.partition(separator)
        if not line.strip():
            continue
        if not found or not name.strip():
            raise Unusable(f"line {number}: must be like name{separator}value")
        pairs.append((name.strip(), value.strip()))
    return pairs
