"""The console's pages: rendered here, from the same operations that the API offers."""

from __future__ import annotations

from fastapi import APIRouter, Depends, FastAPI
from fastapi.staticfiles import StaticFiles

from duebell.console.access.door import ANYBODY, Needs, NotAuthenticated
from duebell.console.access.limits import MOST_BYTES
from duebell.console.access.principal import Scope
from duebell.console.overview import Overview
from duebell.console.pages import (
    alarms,
    audit,
    configuration,
    connections,
    customers,
    cut_over,
    events,
    handlers,
    login,
    manual,
    overview,
    portabilling,
    reference,
    replay,
    sandbox,
    start,
    subscriptions,
    telling,
    users,
    verify,
)
from duebell.console.pages.rendering import FOLDER, Templates

ROUTERS: tuple[tuple[APIRouter, Needs], ...] = (
    (login.router, ANYBODY),
    (login.own_router, Needs(Scope.VIEW)),
    (overview.router, Needs(Scope.VIEW)),
    (telling.router, Needs(Scope.VIEW, to_change=Scope.OPERATE)),
    (replay.router, Needs(Scope.OPERATE)),
    (events.router, Needs(Scope.VIEW, to_change=Scope.OPERATE)),
    (customers.router, Needs(Scope.VIEW, to_change=Scope.OPERATE)),
    (handlers.router, Needs(Scope.VIEW, to_change=Scope.OPERATE)),
    (portabilling.router, Needs(Scope.VIEW, to_change=Scope.OPERATE)),
    (cut_over.router, Needs(Scope.VIEW, to_change=Scope.OPERATE)),
    (sandbox.router, Needs(Scope.OPERATE)),
    (connections.router, Needs(Scope.VIEW, to_change=Scope.ADMINISTER)),
    (subscriptions.router, Needs(Scope.VIEW, to_change=Scope.OPERATE)),
    (alarms.router, Needs(Scope.VIEW, to_change=Scope.OPERATE)),
    (configuration.router, Needs(Scope.VIEW, to_change=Scope.ADMINISTER, sensitive=True)),
    (verify.router, Needs(Scope.VIEW, to_change=Scope.ADMINISTER, sensitive=True)),
    (start.router, Needs(Scope.VIEW)),
    (manual.router, Needs(Scope.VIEW)),
    (users.router, Needs(Scope.ADMINISTER, sensitive=True)),
    (audit.router, Needs(Scope.ADMINISTER)),
    (reference.router, Needs(Scope.VIEW)),
)
"""Each page's router, and what it takes to see it and to use it."""


def include(app: FastAPI) -> None:
    """Let the application serve the pages."""
    app.state.templates = Templates()
    app.state.overview = Overview(app.state.instance)
    for router, needs in ROUTERS:
        app.include_router(router, dependencies=[Depends(needs)], include_in_schema=False, max_body_size=MOST_BYTES)
    app.add_exception_handler(NotAuthenticated, login.lead_to_login)
    app.mount("/static", StaticFiles(directory=FOLDER / "static"))
