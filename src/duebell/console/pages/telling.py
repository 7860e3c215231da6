"""The button that stops telling customers: a page of its own, and the part of it that the overview shows."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from duebell.console.access.door import ThePrincipal
from duebell.console.access.principal import Principal
from duebell.console.api.stops import NOTED, shown
from duebell.console.current import TheInstance
from duebell.console.pages.rendering import Pages, ThePages
from duebell.duties.telling import Telling

router = APIRouter(prefix="/telling")
HERE = "/telling"
PART = "telling_part.html"


@router.get("")
async def page(instance: TheInstance, asking: ThePrincipal, pages: ThePages) -> HTMLResponse:
    """Whether customers are told, and what is being done about it."""
    return pages.answer("telling_page.html", telling=shown(await instance.telling.now(), asking))


@router.get("/part")
async def part(instance: TheInstance, asking: ThePrincipal, pages: ThePages) -> HTMLResponse:
    """The part for other pages."""
    return pages.answer(PART, telling=shown(await instance.telling.now(), asking))


@router.post("/stop", dependencies=NOTED)
async def stop(
    instance: TheInstance, asking: ThePrincipal, pages: ThePages, because: Annotated[str, Form()] = ""
) -> Response:
    """Tell nobody from now on."""
    return _answer(await instance.telling.stop(because, asking.name), asking, pages, "Nobody is told anything now.")


@router.post("/start", dependencies=NOTED)
async def start(instance: TheInstance, asking: ThePrincipal, pages: ThePages) -> Response:
    """Tell customers again."""
    return _answer(await instance.telling.start(asking.name), asking, pages, "Customers are told again.")


def _answer(telling: Telling, asking: Principal, pages: Pages, words: str) -> Response:
    return pages.changed(words, PART, HERE, telling=shown(telling, asking))
