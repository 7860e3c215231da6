"""The application: the HTTP API, and the pages beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Depends, FastAPI

from duebell.console import monitoring, pages, problems
from duebell.console.access.door import Door, control_socket
from duebell.console.access.first_run import FirstRun
from duebell.console.access.limits import MOST_BYTES
from duebell.console.access.logins import Logins
from duebell.console.access.trail import Trail
from duebell.console.api import PREFIX, ROUTERS
from duebell.console.idempotency import KeptAnswers
from duebell.console.inlet import Inlet
from duebell.console.openapi import describe, operation_id
from duebell.console.pages.failing import show_problems
from duebell.console.readiness import Readiness
from duebell.console.requests import Requests
from duebell.console.routes import streaming, templates
from duebell.console.too_large import TooLarge

if TYPE_CHECKING:
    from duebell.instance import Instance


def create_app(instance: Instance, door: Door = control_socket) -> FastAPI:
    """The application over an open instance, for those who come through this door.

    Errors are RFC 9457 problems whose `detail` may be shown to anybody.
    """
    app = FastAPI(openapi_url=None, redirect_slashes=False, generate_unique_id_function=operation_id)
    app.state.instance = instance
    app.state.door = door
    app.state.logins = Logins(instance)
    app.state.first_run = FirstRun(instance)
    app.state.readiness = Readiness(instance)
    for router, needs in ROUTERS:
        app.include_router(router, prefix=PREFIX, dependencies=[Depends(needs)], max_body_size=MOST_BYTES)
    for router, needs in monitoring.ROUTERS:
        app.include_router(router, dependencies=[Depends(needs)], include_in_schema=False, max_body_size=MOST_BYTES)
    pages.include(app)
    problems.handle(app)
    show_problems(app)
    describe(app)
    app.add_middleware(TooLarge)
    app.add_middleware(KeptAnswers, instance=instance, prefix=f"{PREFIX}/", streams=streaming(app))
    app.add_middleware(Trail, instance=instance, route=templates(app))
    app.add_middleware(Requests, counted=instance.metrics.counted, route=templates(app))
    app.add_middleware(Inlet, instance=instance)  # the last one is the first to see a request
    return app
