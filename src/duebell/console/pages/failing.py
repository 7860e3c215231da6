"""What a person sees whose request can't be done: the problem as a page, in place of the API's JSON."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from duebell.console.access.principal import Principal
from duebell.console.api import PREFIX
from duebell.console.pages.rendering import Pages, bare
from duebell.errors import DuebellError


def show_problems(app: FastAPI) -> None:
    """Let browsers be answered with pages where programs, and htmx, are answered with problems."""
    for error in (DuebellError, RequestValidationError, HTTPException):
        app.add_exception_handler(error, partial(_shown, app.exception_handlers[error]))


async def _shown(told: Any, request: Request, error: Exception) -> Response:
    return shown(request, await told(request, error))


def shown(request: Request, answer: Response) -> Response:
    """The problem that a request is answered with; as a page where a browser asks for one."""
    wants_page = "text/html" in request.headers.get("accept", "") and "hx-request" not in request.headers
    if request.url.path.startswith(PREFIX) or not wants_page:
        return answer
    problem = json.loads(bytes(answer.body))
    principal: Principal | None = getattr(request.state, "principal", None)
    if principal is None:
        return bare(request, "problem.html", status_code=answer.status_code, base="bare.html", problem=problem)
    pages = Pages(request, principal)
    return pages.answer("problem.html", status_code=answer.status_code, base="layout.html", problem=problem)
