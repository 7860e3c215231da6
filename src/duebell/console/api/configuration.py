"""The Configuration server over HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from duebell.console.current import TheInstance
from duebell.console.routes import STREAMED
from duebell.errors import DuebellError

router = APIRouter()


@router.get("/configuration/{environment}/{group}")
async def show(instance: TheInstance, environment: str, group: str) -> list[dict[str, Any]]:
    """Each option of the group, secrets masked."""
    return await instance.configuration(lambda server: server.shown(environment, group))


@router.put("/configuration/{environment}/{group}")
async def change(instance: TheInstance, environment: str, group: str, values: dict[str, str]) -> list[dict[str, Any]]:
    """Keep what was typed; Verify puts it in force."""
    await instance.configuration(lambda server: server.type(environment, group, values))
    return await show(instance, environment, group)


@router.post("/verify/{environment}/{group}", responses=STREAMED)
async def verify(instance: TheInstance, environment: str, group: str, *, check_only: bool = False) -> StreamingResponse:
    """The checks as they finish, a JSON object a line; the last line is `{"passed": …, "applied": …}`.

    When they passed but couldn't be applied, the last line has a `detail` that says why.
    """
    verification = await instance.verification(environment, group)

    async def lines() -> AsyncIterator[str]:
        async for check in verification.checks():
            yield json.dumps(asdict(check)) + "\n"
        end: dict[str, Any] = {"passed": verification.passed, "applied": False}
        if verification.passed and not check_only:
            try:
                await instance.apply(environment, group, verification.values)
                end["applied"] = True
            except DuebellError as error:
                end["detail"] = str(error)
        yield json.dumps(end) + "\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")
