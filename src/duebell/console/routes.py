"""What the application answers: the template of each path, as a person reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.types import Scope

STATIC = "/static"
NOWHERE = "(none)"
"""The template of a request that no route is for."""


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
