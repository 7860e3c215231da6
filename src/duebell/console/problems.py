"""Errors as RFC 9457 problems. Their `detail` may be shown to anybody."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from duebell.errors import DuebellError, InvalidValue, StorageError
from duebell.trace import CURRENT

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:duebell:problem:"


class Problem(BaseModel):
    """What every error is answered with."""

    type: str = Field(description="Which error it is, and what a program goes by.", examples=[f"{TYPE}unknown"])
    title: str = Field(description="The same in words.", examples=["Unknown"])
    status: int = Field(description="The HTTP status.", examples=[404])
    detail: str = Field(
        description="What is wrong and what to do about it, for people.",
        examples=["There is no handler 'Odo': `duebell handlers list` shows them; verifying its configuration adds one."],
    )


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: the `type`'s last part, the HTTP status, and what it means."""

    slug: str
    status: int
    title: str
    meaning: str


MISADDRESSED = "misaddressed"
INTERNAL = "internal"


def kinds() -> list[Kind]:
    """All that there are, by slug."""
    own = [
        Kind(
            MISADDRESSED,
            HTTPStatus.NOT_FOUND,
            "Misaddressed",
            "Nothing is at that path, or (405) it isn't asked by that method.",
        ),
        Kind(INTERNAL, HTTPStatus.INTERNAL_SERVER_ERROR, "Internal error", "A bug of ours; the log tells more."),
    ]
    known = [
        Kind(error.slug, int(error.http_status), title(error), (error.__doc__ or "").split("\n")[0])
        for error in _errors(DuebellError)
    ]
    return sorted({kind.slug: kind for kind in (*known, *own)}.values(), key=lambda kind: kind.slug)


def _errors(root: type[DuebellError]) -> Iterator[type[DuebellError]]:
    for error in root.__subclasses__():
        if "slug" in vars(error):
            yield error
        yield from _errors(error)


def title(error: type[DuebellError]) -> str:
    """An error's name in words: `Not possible`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", error.__name__).capitalize()


def problems(*errors: type[DuebellError]) -> dict[int | str, dict[str, Any]]:
    """The answers that a route gives when it raises these: its `responses`."""
    found: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        told = found.setdefault(int(error.http_status), {"description": "", "content": {MEDIA_TYPE: {"examples": {}}}})
        meaning = (error.__doc__ or "").split("\n")[0]
        told["description"] = " ".join(filter(None, (told["description"], f"`{error.slug}`: {meaning}")))
        content = told["content"][MEDIA_TYPE]
        content["schema"] = {"$ref": "#/components/schemas/Problem"}
        content["examples"][error.slug] = {"value": _content(int(error.http_status), error.slug, title(error), meaning)}
    return found


def answer(error: DuebellError) -> JSONResponse:
    """The answer to a request that failed so."""
    return _problem(error.http_status, error.slug, title(type(error)), str(error))


def handle(app: FastAPI) -> None:
    """Let the application answer errors so."""
    app.add_exception_handler(DuebellError, _known)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _misaddressed)
    app.add_exception_handler(Exception, _bug)


async def _known(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DuebellError)  # noqa: S101 - registered for it alone
    if isinstance(error, StorageError):
        log.error("storage failed", because=str(error))
    return answer(error)


async def _malformed(_: Request, error: Exception) -> JSONResponse:
    """The place and the reason of each wrong field, without what was sent: it may be a secret."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it alone
    wrong = [f"{'.'.join(str(part) for part in one['loc'][1:])}: {one['msg']}" for one in error.errors()]
    return answer(InvalidValue("\n".join(wrong)))


async def _misaddressed(request: Request, error: Exception) -> JSONResponse:
    """What the framework itself refuses: an unknown path, another method than the path's, a body that is no JSON."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it alone
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return answer(InvalidValue("The body can't be read: send what its Content-Type says, text in UTF-8."))
    detail = f"{request.method} {request.url.path} can't be answered: {error.detail}."
    if error.status_code == HTTPStatus.NOT_FOUND:
        detail = f"There is nothing at {request.url.path}: ids and names are not empty and have no slash in them."
    return _problem(error.status_code, MISADDRESSED, str(error.detail), detail, headers=error.headers)


async def _bug(_: Request, error: Exception) -> JSONResponse:
    log.error("internal error", exc_info=error)
    trace = CURRENT.get()  # this answer is made outside of where others get theirs
    headers = {"traceparent": str(trace)} if trace else None
    detail = f"An internal error ({type(error).__name__}); the log tells more."
    return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, INTERNAL, "Internal error", detail, headers=headers)


def _problem(
    status_code: int, slug: str, title: str, detail: str, *, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    content = _content(status_code, slug, title, detail)
    return JSONResponse(content, status_code=status_code, media_type=MEDIA_TYPE, headers=dict(headers or {}))


def _content(status_code: int, slug: str, title: str, detail: str) -> dict[str, Any]:
    return {"type": f"{TYPE}{slug}", "title": title, "status": int(status_code), "detail": detail}
