"""What is wrong, what was, and whether people were told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from duebell.console.access.door import ThePrincipal
from duebell.console.access.trail import noted_within
from duebell.console.api.alarms import shown
from duebell.console.api.status import masked_status
from duebell.console.current import TheInstance
from duebell.console.overview import TheOverview
from duebell.console.pages.rendering import Pages, ThePages
from duebell.console.pages.stream import Parts, streamed
from duebell.operations import switching
from duebell.storage.alarms import cleared

router = APIRouter()
CLEARED = 20
"""All-clears that are shown."""


@router.get("/alarms")
async def alarms(instance: TheInstance, asking: ThePrincipal, pages: ThePages) -> HTMLResponse:
    """Those that stand, those that are over lately, and the heartbeat."""
    status = masked_status(await instance.status(), asking)
    over = [shown(one, asking) for one in await instance.read(lambda connection: cleared(connection, CLEARED))]
    return pages.answer("alarms.html", alarms=status["alarms"], heartbeat=status["heartbeat"], cleared=over)


@router.get("/live/alarms")
async def live(looks: TheOverview, asking: ThePrincipal, pages: ThePages) -> StreamingResponse:
    """Those that stand, as that changes."""
    return streamed(looks.live, lambda seen: _parts(masked_status(dict(seen.status), asking), pages), lambda _: {})


@router.post("/alarms/acknowledge", dependencies=[Depends(noted_within)])
async def acknowledge(
    instance: TheInstance, looks: TheOverview, asking: ThePrincipal, pages: ThePages, cause: Annotated[str, Form()]
) -> Response:
    """A person has seen it."""
    await switching.acknowledge(instance, asking.name, cause)
    looks.live.outdate()
    return pages.done("That alarm is over.", "/alarms")


def _parts(status: Mapping[str, Any], pages: Pages) -> Parts:
    return {
        "standing": pages.html("alarms_standing.html", alarms=status["alarms"]),
        "heartbeat": pages.html("alarms_heartbeat.html", heartbeat=status["heartbeat"]),
    }
