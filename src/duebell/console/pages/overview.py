"""Is it flowing?"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from duebell.console.current import TheInstance
from duebell.console.pages.rendering import ThePages

router = APIRouter()


@router.get("/")
async def overview(instance: TheInstance, pages: ThePages) -> HTMLResponse:
    """The handlers, what waits, what is wrong."""
    return pages.answer("overview.html", status=await instance.status())
