"""Requests that another site's page makes in the name of whoever is logged in here: they are refused."""

from __future__ import annotations

from fastapi import Request

from duebell.console.access.door import NotAllowed
from duebell.console.access.secret import same

FIELD = "csrf"
HEADER = "X-CSRF-Token"
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Forged(NotAllowed):
    """The request comes from elsewhere, or without the token of the session's pages."""

    slug = "forged"


async def refuse_forged(request: Request, csrf: str) -> None:
    """Let a change pass only if it brings the token of the session, as header or form field, and comes from a page of ours.

    Raises:
        Forged: it doesn't.
    """
    if request.headers.get("origin") is not None:
        refuse_foreign(request)
    if not same(await _brought(request), csrf):
        raise Forged("This page is from an earlier login: load it again, then repeat what you did.")


def refuse_foreign(request: Request) -> None:
    """Let pass only what a page of ours sent, by what the browser says; each one says it where something is changed.

    Raises:
        Forged: it comes from elsewhere, or doesn't say.
    """
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    if request.headers.get("origin") != own:
        raise Forged(
            f"This was not sent by a page of {own}: open Duebell there and repeat it. Behind a proxy, let that pass on Host and "
            "X-Forwarded-Proto, and name it with --behind-proxy."
        )


async def _brought(request: Request) -> str:
    header = request.headers.get(HEADER)
    if header is not None or not request.headers.get("content-type", "").startswith(_FORMS):
        return header or ""
    field = (await request.form()).get(FIELD)
    return field if isinstance(field, str) else ""
