"""The application: the HTTP API, and the pages beside it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from duebell.console import pages
from duebell.console.access.door import Door, control_socket
from duebell.console.api import PREFIX, ROUTERS
from duebell.errors import DuebellError, InvalidValue, StorageError

if TYPE_CHECKING:
    from duebell.instance import Instance

log = structlog.get_logger(__name__)


def create_app(instance: Instance, door: Door = control_socket) -> FastAPI:
    """The application over an open instance, for those who come through this door.

    Errors are RFC 9457 problems whose `detail` may be shown to anybody.
    """
    app = FastAPI(title="Duebell", docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.instance = instance
    app.state.door = door
    for router, needs in ROUTERS:
        app.include_router(router, prefix=PREFIX, dependencies=[Depends(needs)])
    pages.include(app)
    app.add_exception_handler(DuebellError, _known)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _misaddressed)
    app.add_exception_handler(Exception, _bug)
    return app


async def _known(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DuebellError)  # noqa: S101 - registered for it alone
    if isinstance(error, StorageError):
        log.error("storage failed", because=str(error))
    return _problem(error.http_status, error.slug, type(error).__name__, str(error))


async def _malformed(_: Request, error: Exception) -> JSONResponse:
    """The place and the reason of each wrong field, without what was sent: it may be a secret."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it alone
    wrong = [f"{'.'.join(str(part) for part in one['loc'][1:])}: {one['msg']}" for one in error.errors()]
    return _problem(InvalidValue.http_status, InvalidValue.slug, InvalidValue.__name__, "\n".join(wrong))


async def _misaddressed(request: Request, error: Exception) -> JSONResponse:
    """What the framework itself refuses: an unknown path, another method than the path's, a body that is no JSON."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it alone
    detail = f"{request.method} {request.url.path} can't be answered: {error.detail}."
    if error.status_code == HTTPStatus.NOT_FOUND:
        detail = f"There is nothing at {request.url.path}: ids and names are not empty and have no slash in them."
    return _problem(error.status_code, "misaddressed", str(error.detail), detail)


async def _bug(_: Request, error: Exception) -> JSONResponse:
    log.error("internal error", exc_info=error)
    return _problem(500, "internal", "Internal error", f"An internal error ({type(error).__name__}); the log tells more.")


def _problem(status_code: int, slug: str, title: str, detail: str) -> JSONResponse:
    content = {"type": f"urn:duebell:problem:{slug}", "title": title, "status": status_code, "detail": detail}
    return JSONResponse(content, status_code=status_code, media_type="application/problem+json")
