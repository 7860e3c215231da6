"""The API's description (OpenAPI 3.1), made from its routes: what each needs, takes and answers, errors too."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from duebell.console.access.door import READING, Needs, NotAllowed, NotAuthenticated
from duebell.console.api.glossary import BODIES, PARAMETERS, TAGS
from duebell.console.idempotency import KeyOfAnother, NotKept, OutcomeUnknown, UnderWay
from duebell.console.problems import Problem, problems
from duebell.console.routes import JSON_LINES
from duebell.console.too_large import BodyTooLarge
from duebell.errors import DuebellError, InvalidValue, StorageError

DESCRIPTION = """
Everything that `duebell`'s commands and pages can do.

- **Who asks.** `Authorization: Bearer` with an API token that has the scope which an operation names; the console's own pages come
  with a session and its CSRF token.
- **Errors** are problem details (RFC 9457). Programs go by `type`, which stays; people read `detail`, which says what to do.
- **Lists** that grow come in pages: `next` is the address of the next one, null on the last. What arrives meanwhile shifts no page.
- **Again.** A change that comes with an `Idempotency-Key` is made once: sent again with the same key within 24 hours it gets the
  first one's answer, with `Idempotency-Replayed: true`.
- **Traces.** A `traceparent` (W3C Trace Context) goes on: it names the trace in our log, in the answer, and in calls to Odoo that the
  request makes. Events leave in calls of their own, each with a trace of its own.
- **Amounts** are decimal strings with their currency, **times** RFC 3339 in UTC.
"""
_NEEDED = (NotAuthenticated, NotAllowed, StorageError)
_KEYED = (KeyOfAnother, UnderWay, OutcomeUnknown)
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A text of your own, such as a UUID: the change is made once, however often it is sent with the same key.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!#-+\\--\\[\\]-~]+$"},
    "example": "8e03978e-40d5-43dd-bc93-6894a57f9324",
}
_TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API token: `duebell tokens add` makes one, with its scopes.",
}


def operation_id(route: APIRoute) -> str:
    """A name that stays: the module of the route and its function, `events_show`."""
    return f"{inspect.unwrap(route.endpoint).__module__.rpartition('.')[2]}_{route.name.strip('_')}"


def describe(app: FastAPI) -> None:
    """Let the application describe itself."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _described(app: FastAPI) -> dict[str, Any]:
    found = get_openapi(
        title="Duebell",
        version=version("duebell"),
        summary="Tells Odoo CRM what happens in billing.",
        description=DESCRIPTION.strip(),
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        routes=app.routes,
    )
    for route in iter_route_contexts(app.routes):
        for method in route.methods or ():
            if operation := found["paths"].get(route.path_format, {}).get(method.lower()):
                _complete(operation, method, route)
    components = found.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
    for replaced in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(replaced, None)
    components["securitySchemes"] = {"token": _TOKEN}
    used = sorted({tag for methods in found["paths"].values() for one in methods.values() for tag in one["tags"]})
    found["tags"] = [{"name": tag, "description": TAGS.get(tag, "")} for tag in used]
    return found


def _complete(operation: dict[str, Any], method: str, route: RouteContext) -> None:
    """Add what is alike for all routes, so that none has to say it."""
    text = operation.get("description", "")
    operation["tags"] = [str(route.path_format).split("/")[3]]
    operation["summary"] = text.split("\n")[0].split(": ")[0].rstrip(".")
    raised: list[type[DuebellError]] = [*_NEEDED, InvalidValue] if _may_be_wrong(operation) else [*_NEEDED]
    if method not in READING:
        streamed = JSON_LINES in operation["responses"].get("200", {}).get("content", {})
        raised += [InvalidValue, BodyTooLarge, *((NotKept,) if streamed else _KEYED)]
        if not streamed:
            operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
    operation["responses"] = _responses(operation["responses"], problems(*dict.fromkeys(raised)))
    for parameter in operation.get("parameters", ()):
        _explain(parameter)
    _exemplify(operation)
    _secure(operation, method, route)


def _may_be_wrong(operation: Mapping[str, Any]) -> bool:
    """Whether something may be sent that is refused before it is looked at: not every text is a number."""
    kinds = [option for one in operation.get("parameters", ()) for option in one["schema"].get("anyOf", [one["schema"]])]
    return "requestBody" in operation or any(_is_bound(kind) for kind in kinds)


def _is_bound(kind: Mapping[str, Any]) -> bool:
    return kind.get("type") not in {"string", "null"} or bool(kind.keys() & {"pattern", "minLength", "maxLength", "format"})


def _responses(declared: dict[str, Any], common: Mapping[int | str, Mapping[str, Any]]) -> dict[str, Any]:
    """Both, where a route's own errors and the common ones have a status in common."""
    if "HTTPValidationError" in str(declared.get("422", "")):
        del declared["422"]  # the framework's own, which we never answer
    for status, told in common.items():
        own = declared.setdefault(str(status), {"description": "", "content": {}})
        if told["description"] not in own["description"]:
            own["description"] = "\n\n".join(filter(None, (own["description"], told["description"])))
        for kind, content in told["content"].items():
            mine = own["content"].setdefault(kind, {"schema": content["schema"]})
            mine["examples"] = {**content["examples"], **mine.get("examples", {})}
    return dict(sorted(declared.items()))


def _explain(parameter: dict[str, Any]) -> None:
    """Say what a parameter is that is called the same everywhere."""
    explained = PARAMETERS.get(parameter["name"])
    if explained and not parameter.get("description"):
        parameter["description"], parameter["example"] = explained


def _exemplify(operation: dict[str, Any]) -> None:
    example = BODIES.get(operation["operationId"])
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        if example is not None and kind == "application/json":
            content["example"] = example


def _secure(operation: dict[str, Any], method: str, route: RouteContext) -> None:
    """Say which scope it takes."""
    needs = next((one.dependency for one in route.dependencies if isinstance(one.dependency, Needs)), None)
    scope = needs.for_method(method) if needs else None
    if scope is not None:
        operation["security"] = [{"token": [scope.value]}]
