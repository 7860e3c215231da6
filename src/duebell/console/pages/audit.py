"""Who did what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from duebell.console.api.audit import LARGEST_NUMBER, audit
from duebell.console.current import TheInstance
from duebell.console.pages.rendering import ThePages

router = APIRouter()
ROWS = 100


@router.get("/audit")
async def show(
    request: Request,
    instance: TheInstance,
    pages: ThePages,
    before: Annotated[int | None, Query(ge=0, le=LARGEST_NUMBER)] = None,
) -> HTMLResponse:
    """The audit trail, the newest first."""
    return pages.answer("audit.html", trail=await audit(request, instance, before, ROWS), is_newest=before is None)
