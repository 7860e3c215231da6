"""PortaBilling's API over HTTP: `POST /rest/<Service>/<method>`, with what may go wrong on the way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from random import Random
from secrets import token_hex

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, StreamingResponse

from duebell.sandbox.portabilling.call import read_call
from duebell.sandbox.portabilling.faults import Fault
from duebell.sandbox.portabilling.methods import Answer, Methods
from duebell.sandbox.portabilling.nuisances import Nuisances
from duebell.sandbox.portabilling.switches import Switches

LONGEST_SILENCE = 600.0
"""Seconds after which a call that isn't answered is hung up on."""
TRICKLE = 0.1
"""Seconds between the pieces of an answer that trickles."""
_FAILURE = Fault("The stand-in fails now and then, as it was asked to.")
_DOWN = "<html><head><title>503 Service Temporarily Unavailable</title></head><body>The stand-in is down.</body></html>"


def api_routes(methods: Methods, switches: Switches, random: Random) -> APIRouter:
    """The routes of the API."""
    router = APIRouter()

    @router.post("/rest/{service}/{method}")
    async def call(request: Request, service: str, method: str) -> Response:
        on = switches.on
        body = await request.body()
        await asyncio.sleep(on.latency)
        if on.down:
            return HTMLResponse(_DOWN, status_code=503)
        fails = random.random() < on.fault_rate
        status, answer = (500, _FAILURE.answer()) if fails else _answer(methods, request, f"{service}/{method}", body, on)
        if random.random() < on.silence_rate:
            await _hang_up(request)
        return _response(status, answer, on.slow)

    return router


def _answer(methods: Methods, request: Request, name: str, body: bytes, on: Nuisances) -> tuple[int, Answer]:
    """The answer's HTTP status and body."""
    content_type, authorization = request.headers.get("Content-Type", ""), request.headers.get("Authorization", "")
    try:
        return 200, methods.answer(name, read_call(content_type, authorization, body, on.style))
    except Fault as fault:
        return 500, fault.answer()


async def _hang_up(request: Request) -> None:
    """Say nothing until the caller has gone, or for very long."""
    waited = 0.0
    while waited < LONGEST_SILENCE and not await request.is_disconnected():
        await asyncio.sleep(TRICKLE)
        waited += TRICKLE


def _response(status: int, answer: Answer, slow: int | None) -> Response:
    headers = {"X-trace-id": token_hex(8)}
    body = json.dumps(answer).encode()
    if slow is None:
        return Response(body, status, headers, "application/json")
    return StreamingResponse(_trickling(body, slow), status, headers, "application/json")


async def _trickling(body: bytes, slow: int) -> AsyncIterator[bytes]:
    piece = max(1, round(slow * TRICKLE))
    for begin in range(0, len(body), piece):
        yield body[begin : begin + piece]
        await asyncio.sleep(TRICKLE)
