"""The HTTP API's reference, rendered from its description."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from duebell.console.pages.rendering import ThePages

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked for; `fields` of its body and `answers` by status, each as it is written there."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    scope: str | None
    parameters: list[dict[str, Any]]
    body: str | None
    fields: list[tuple[str, str, bool]]
    answers: list[tuple[str, str]]


@router.get("/api")
async def reference(request: Request, pages: ThePages) -> HTMLResponse:
    """Each operation by what it is about."""
    described: dict[str, Any] = request.app.openapi()
    operations = list(_operations(described))
    groups = [
        (tag["name"], tag["description"], [one for one in operations if one.path.split("/")[3] == tag["name"]])
        for tag in described["tags"]
    ]
    return pages.answer("reference.html", groups=groups, count=len(operations), version=described["info"]["version"])


def _operations(described: Mapping[str, Any]) -> Iterator[Operation]:
    for path, methods in described["paths"].items():
        for method, one in methods.items():
            body = one.get("requestBody", {}).get("content", {}).get("application/json", {})
            scopes = [scope for way in one.get("security", ()) for scope in way["token"]]
            yield Operation(
                id=one["operationId"],
                method=method.upper(),
                path=path,
                summary=one["summary"],
                text=re.sub(r"(?<!\n)\n(?!\n)", " ", one.get("description", "")),
                scope=scopes[0] if scopes else None,
                parameters=one.get("parameters", []),
                body=json.dumps(body["example"], indent=2) if "example" in body else None,
                fields=list(_fields(body.get("schema", {}), described)),
                answers=[(status, answer["description"]) for status, answer in one["responses"].items()],
            )


def _fields(schema: Mapping[str, Any], described: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """Each field of a body: its name, its type, whether it has to be there."""
    name = schema.get("$ref", "").rpartition("/")[2]
    model = described["components"]["schemas"].get(name, {})
    for field, one in model.get("properties", {}).items():
        yield field, _type(one), field in model.get("required", ())


def _type(schema: Mapping[str, Any]) -> str:
    """A field's type in a few words."""
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "anything")
