"""What machines ask about this process: does it live, is it ready, and its metrics."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from duebell.console.access.door import ANYBODY, Needs
from duebell.console.access.principal import Scope
from duebell.console.current import TheInstance
from duebell.console.readiness import Readiness
from duebell.metrics.exposition import CONTENT_TYPE

probes = APIRouter()
measures = APIRouter()


def _readiness(request: Request) -> Readiness:
    found: Readiness = request.app.state.readiness
    return found


@probes.get("/livez")
async def livez() -> dict[str, str]:
    """The process answers."""
    return {"livez": "ok"}


@probes.get("/readyz")
async def readyz(readiness: Annotated[Readiness, Depends(_readiness)]) -> dict[str, str]:
    """Each part that is needed works; a 503 says which doesn't, and why."""
    return dict(await readiness.parts())


@measures.get("/metrics")
async def metrics(instance: TheInstance) -> Response:
    """All metrics, in Prometheus' text format; docs/metrics.md tells what they mean."""
    return Response(await instance.metrics.text(), media_type=CONTENT_TYPE)


ROUTERS: tuple[tuple[APIRouter, Needs], ...] = ((probes, ANYBODY), (measures, Needs(Scope.MEASURE)))
