"""A form made from the declaration of a group: its fields are named as the options are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.datastructures import FormData

REMOVE = "remove"
"""The field that names options to unset: an empty field of a secret keeps it."""
SEEN = "seen"
"""The field with the tag of the version that the form was filled in from."""


def typed_in(form: FormData, options: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What was typed that differs from what is kept; `options` are the group's as `Tree.shown` gives them.

    Fixed ones are no part of the form. What comes back masked was not typed.
    """
    removed = {str(key) for key in form.getlist(REMOVE)}
    typed: dict[str, str] = {}
    for option in options:
        key, text = option["key"], str(form.get(option["key"], "")).strip()
        if option["fixed_by"] or key not in form:
            continue
        if key in removed:
            typed[key] = text if option["secret"] else ""
        elif text != (option["value"] or "" if option["own"] and not option["secret"] else ""):
            typed[key] = text
    return typed


def fields(
    options: Sequence[Mapping[str, Any]], typed: Mapping[str, str] | None = None, wrong: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """The options with what stands in their fields, and what is wrong with it; of a secret nothing stands there, nor of Global's."""
    typed, wrong = typed or {}, wrong or {}
    return [
        {
            **option,
            "field": "" if option["secret"] else typed.get(option["key"], (option["own"] and option["value"]) or ""),
            "wrong": wrong.get(option["key"]),
        }
        for option in options
    ]
