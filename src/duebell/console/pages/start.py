"""First start: the steps to a first text."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from duebell.console.current import TheInstance
from duebell.console.pages.rendering import ThePages
from duebell.operations.first_steps import first_steps

router = APIRouter()


@router.get("/start")
async def start(instance: TheInstance, pages: ThePages) -> HTMLResponse:
    """Each step, what is missing, and where it is done."""
    return pages.answer("start.html", steps=await first_steps(instance))
