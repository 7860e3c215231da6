"""The audit trail over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from duebell.console.api.paging import next_page
from duebell.console.current import TheInstance
from duebell.storage.audit import list_audit

router = APIRouter(tags=["audit"])
LARGEST_NUMBER = 2**63 - 1
"""What a database's integer holds."""


class Entry(BaseModel):
    """Who did what to what."""

    id: int
    at: datetime
    who: str
    action: str
    subject: str | None
    detail: str | None


class Page(BaseModel):
    """Entries, the newest first. `next` is the address of older ones, and `before` their cursor; none: that was all."""

    entries: list[Entry]
    before: int | None
    next: str | None


@router.get("/audit", response_model=Page)
async def audit(
    request: Request,
    instance: TheInstance,
    before: Annotated[
        int | None, Query(ge=0, le=LARGEST_NUMBER, description="Entries older than the one with this id.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many.")] = 50,
) -> dict[str, Any]:
    """Who changed, replayed or looked at what, logged in or failed to; nothing is ever removed."""
    page = await instance.read(lambda connection: list_audit(connection, before, limit))
    return {**asdict(page), "next": next_page(request, before=page.before)}
