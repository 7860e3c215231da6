"""The session's secret in the browser: a cookie that no script reads and no other site sends along with a change."""

from __future__ import annotations

from fastapi import Request, Response

from duebell.console.current import the_instance


def secret_of(request: Request) -> str | None:
    """What the browser brought."""
    return request.cookies.get(_name(request))


def hand_out(request: Request, response: Response, secret: str) -> None:
    """Let the browser keep it for as long as the session may last."""
    response.set_cookie(
        _name(request),
        secret,
        max_age=int(the_instance(request).session_limits.longest.total_seconds()),
        secure=_is_secure(request),
        httponly=True,
        samesite="lax",
    )


def take_back(request: Request, response: Response) -> None:
    """Let the browser forget it."""
    response.delete_cookie(_name(request), secure=_is_secure(request), httponly=True, samesite="lax")


def _name(request: Request) -> str:
    """With TLS a name that browsers take only from this very host, by TLS: no neighbour can plant one."""
    return "__Host-duebell" if _is_secure(request) else "duebell"


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"
