"""The console's pages: rendered here, from the same operations that the API offers."""

from __future__ import annotations

from fastapi import APIRouter, Depends, FastAPI
from fastapi.staticfiles import StaticFiles

from duebell.console.access.door import Needs
from duebell.console.access.principal import Scope
from duebell.console.pages import overview
from duebell.console.pages.rendering import FOLDER, Templates

ROUTERS: tuple[tuple[APIRouter, Needs], ...] = ((overview.router, Needs(Scope.VIEW)),)
"""Each page's router, and what it takes to see it and to use it."""


def include(app: FastAPI) -> None:
    """Let the application serve the pages."""
    app.state.templates = Templates()
    for router, needs in ROUTERS:
        app.include_router(router, dependencies=[Depends(needs)], include_in_schema=False)
    app.mount("/static", StaticFiles(directory=FOLDER / "static"))
