"""What PortaBilling sends: how its sources are, what failed, what could not be read. Not below the inlet's own path."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response

from duebell.console.access.door import ThePrincipal
from duebell.console.access.trail import noted_within
from duebell.console.api.portabilling import Number, shown_body, shown_raw, shown_sources
from duebell.console.current import TheInstance
from duebell.console.pages.rendering import ThePages
from duebell.operations import raw
from duebell.storage.quarantine import list_quarantine
from duebell.storage.raw_events import list_failed, list_raw

router = APIRouter()
HERE = "/from-portabilling"
ROWS = 50
NOTED = [Depends(noted_within)]
"""`operations.raw` notes who did it, with the change."""
Because = Annotated[str, Form()]


@router.get(HERE)
async def portabilling(instance: TheInstance, asking: ThePrincipal, pages: ThePages) -> HTMLResponse:
    """The sources, and what of them waits for a person; what came last."""
    failed = await instance.read(lambda connection: list_failed(connection, limit=ROWS))
    strange = await instance.read(lambda connection: list_quarantine(connection, limit=ROWS))
    latest = await instance.read(lambda connection: list_raw(connection, limit=ROWS))
    return pages.answer(
        "portabilling.html",
        sources=await shown_sources(instance, asking),
        failed=[shown_raw(one, asking) for one in failed],
        quarantine=[shown_body(one, asking) for one in strange],
        latest=[shown_raw(one, asking) for one in latest],
        rows=ROWS,
    )


@router.post(f"{HERE}/sources/{{environment}}/pause", dependencies=NOTED)
async def pause(
    instance: TheInstance, asking: ThePrincipal, pages: ThePages, environment: str, because: Because = ""
) -> Response:
    await raw.pause(instance, asking.name, environment, because)
    return pages.done(f"Nothing of {environment}'s PortaBilling is read until you resume it; what comes is kept.", HERE)


@router.post(f"{HERE}/sources/{{environment}}/resume", dependencies=NOTED)
async def resume(instance: TheInstance, asking: ThePrincipal, pages: ThePages, environment: str) -> Response:
    await raw.resume(instance, asking.name, environment)
    return pages.done(f"{environment}'s PortaBilling is read again.", HERE)


@router.post(f"{HERE}/sources/{{environment}}/raw/retry", dependencies=NOTED)
async def retry_failed(instance: TheInstance, asking: ThePrincipal, pages: ThePages, environment: str) -> Response:
    retried = await raw.retry_all_failed(instance, asking.name, environment)
    return pages.done(f"{retried} are read again.", HERE)


@router.post(f"{HERE}/raw/{{number}}/retry", dependencies=NOTED)
async def retry(instance: TheInstance, asking: ThePrincipal, pages: ThePages, number: Number) -> Response:
    await raw.retry(instance, asking.name, number)
    return pages.done(f"Raw event {number} is read again.", HERE)


@router.post(f"{HERE}/raw/{{number}}/discard", dependencies=NOTED)
async def discard(
    instance: TheInstance, asking: ThePrincipal, pages: ThePages, number: Number, because: Because = ""
) -> Response:
    await raw.discard(instance, asking.name, number, because)
    return pages.done(f"Raw event {number} is discarded.", HERE)


@router.post(f"{HERE}/sources/{{environment}}/quarantine/retry", dependencies=NOTED)
async def take_all(instance: TheInstance, asking: ThePrincipal, pages: ThePages, environment: str) -> Response:
    result = await raw.take_all(instance, asking.name, environment)
    return pages.done(f"{result.taken} are raw events now, {result.left} are left.", HERE)


@router.post(f"{HERE}/sources/{{environment}}/quarantine/discard", dependencies=NOTED)
async def throw_all_away(
    instance: TheInstance, asking: ThePrincipal, pages: ThePages, environment: str, because: Because = ""
) -> Response:
    discarded = await raw.throw_all_away(instance, asking.name, environment, because)
    return pages.done(f"{discarded} are discarded.", HERE)


@router.post(f"{HERE}/quarantine/{{number}}/retry", dependencies=NOTED)
async def take(instance: TheInstance, asking: ThePrincipal, pages: ThePages, number: Number) -> Response:
    await raw.take(instance, asking.name, number)
    return pages.done(f"{number} is a raw event now.", HERE)


@router.post(f"{HERE}/quarantine/{{number}}/discard", dependencies=NOTED)
async def throw_away(
    instance: TheInstance, asking: ThePrincipal, pages: ThePages, number: Number, because: Because = ""
) -> Response:
    await raw.throw_away(instance, asking.name, number, because)
    return pages.done(f"{number} is discarded.", HERE)
