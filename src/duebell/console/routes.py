"""What the application answers: the template of each path, as a person reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.types import Scope

STATIC = "/static"
NOWHERE = "(none)"
"""The template of a request that no route is for."""
JSON_LINES = "application/x-ndjson"
STREAMED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": 'JSON lines, as they come; the last one is what came of it, or `{"failed": …}` with a sentence.',
        "content": {
            JSON_LINES: {"schema": {"type": "string"}, "example": '{"done": 50, "of": 100}\n{"done": 100, "of": 100}\n'}
        },
    }
}
"""How a route declares that its answer is streamed."""


def templates(app: FastAPI) -> Callable[[Scope], str]:
    """Give, for a request that was routed, the template of its path: `/api/v1/events/{event_id}`."""
    by_endpoint: dict[Any, str] = {}

    def template(scope: Scope) -> str:
        if not by_endpoint:
            by_endpoint.update(
                {route.endpoint: route.path or "" for route in iter_route_contexts(app.routes) if route.endpoint}
            )
        return by_endpoint.get(scope.get("endpoint"), STATIC if scope["path"].startswith(f"{STATIC}/") else NOWHERE)

    return template


def streaming(app: FastAPI) -> Callable[[Scope], bool]:
    """Say of a request whether its answer comes piece by piece: JSON lines, as its route declares."""
    streamed: list[Any] = []

    def streams(scope: Scope) -> bool:
        if not streamed:
            streamed.extend(one for one in iter_route_contexts(app.routes) if is_streamed(getattr(one, "responses", None)))
        return any(scope["method"] in route.methods and route.path_regex.match(scope["path"]) for route in streamed)

    return streams


def is_streamed(responses: Mapping[int | str, Mapping[str, Any]] | None) -> bool:
    """Whether a route's declared answers say so."""
    return JSON_LINES in (responses or {}).get(HTTPStatus.OK, {}).get("content", {})
