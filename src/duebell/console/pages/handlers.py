"""The event handlers, and which events go to which of them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from duebell.console.access.door import ThePrincipal
from duebell.console.access.principal import Principal, Scope
from duebell.console.api.handlers import NOTED
from duebell.console.api.status import masked_status
from duebell.console.current import TheInstance
from duebell.console.overview import Seen, TheOverview
from duebell.console.pages.condition import condition
from duebell.console.pages.emission import EMISSIONS
from duebell.console.pages.parts import handlers_parts
from duebell.console.pages.rendering import ThePages
from duebell.console.pages.stream import streamed
from duebell.events import FACTS
from duebell.operations import switching
from duebell.operations.first_steps import saw_events
from duebell.storage.handlers import named
from duebell.storage.subscriptions import Subscription, subscriptions

router = APIRouter()
HERE = "/handlers"
Because = Annotated[str, Form()]


@router.get("/handlers")
async def handlers(instance: TheInstance, looks: TheOverview, asking: ThePrincipal, pages: ThePages) -> HTMLResponse:
    """The handlers' states, and the matrix of what goes where."""
    _, seen = await looks.live.next()
    if asking.may(Scope.OPERATE):
        await saw_events(instance)
    subscribed = await instance.read(subscriptions)
    return pages.answer("handlers.html", **_shown(seen, asking), types=_matrix(subscribed), emissions=EMISSIONS)


@router.get("/live/handlers")
async def live(looks: TheOverview, asking: ThePrincipal, pages: ThePages) -> StreamingResponse:
    """What changes of their states."""
    return streamed(looks.live, lambda seen: handlers_parts(seen, asking, pages, brief=False), lambda _: {})


@router.post("/handlers/{name}/enable", dependencies=NOTED)
async def enable(instance: TheInstance, looks: TheOverview, asking: ThePrincipal, pages: ThePages, name: str) -> Response:
    await switching.enable(instance, asking.name, name)
    looks.live.outdate()
    return pages.done(f"{name} is in use.", HERE)


@router.post("/handlers/{name}/disable", dependencies=NOTED)
async def disable(instance: TheInstance, looks: TheOverview, asking: ThePrincipal, pages: ThePages, name: str) -> Response:
    await switching.disable(instance, asking.name, name)
    looks.live.outdate()
    return pages.done(f"{name} is not in use: it is owed nothing new. What it is owed stays owed.", HERE)


@router.post("/handlers/{name}/pause", dependencies=NOTED)
async def pause(  # noqa: PLR0913 - the framework passes each by its name
    instance: TheInstance, looks: TheOverview, asking: ThePrincipal, pages: ThePages, name: str, because: Because = ""
) -> Response:
    await switching.pause(instance, asking.name, name, because)
    looks.live.outdate()
    return pages.done(f"{name} is paused.", HERE)


@router.post("/handlers/{name}/resume", dependencies=NOTED)
async def resume(instance: TheInstance, looks: TheOverview, asking: ThePrincipal, pages: ThePages, name: str) -> Response:
    await switching.resume(instance, asking.name, name)
    looks.live.outdate()
    return pages.done(f"{name} goes on.", HERE)


@router.post("/handlers/{name}/drain")
async def drain(  # noqa: PLR0913 - the framework passes each by its name
    instance: TheInstance, looks: TheOverview, asking: ThePrincipal, pages: ThePages, name: str, because: Because = ""
) -> Response:
    row = await instance.read(lambda connection: named(connection, name))
    looks.drains.start(asking.name, row.name, because)
    looks.live.outdate()
    return pages.done(f"{name} is being drained.", HERE)


@router.post("/handlers/{name}/drain/cancel")
async def cancel_drain(looks: TheOverview, pages: ThePages, name: str) -> Response:
    await looks.drains.cancel(name)
    looks.live.outdate()
    return pages.done(f"{name} goes on as before.", HERE)


def _shown(seen: Seen, asking: Principal) -> dict[str, Any]:
    status = masked_status(dict(seen.status), asking)
    return {
        "status": status,
        "conditions": {handler["id"]: condition(handler) for handler in status["handlers"]},
        "drains": seen.drains,
    }


def _matrix(found: list[Subscription]) -> dict[str, dict[str, Subscription]]:
    """For each event type, in the order of the language, the subscription of each handler that has one, by its name."""
    matrix: dict[str, dict[str, Subscription]] = {type_: {} for type_ in FACTS}
    for one in found:
        matrix.setdefault(one.event_type, {})[one.handler] = one
    return matrix
