"""The storage over HTTP: a backup while everything runs."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from duebell.console.api import answers
from duebell.console.api.telling import Tell, told
from duebell.console.current import TheInstance
from duebell.console.routes import STREAMED
from duebell.errors import InvalidValue
from duebell.storage.backup import back_up, begin_epoch

router = APIRouter(prefix="/storage")


@router.post("/backup", responses=STREAMED)
async def backup(instance: TheInstance, file: Path) -> StreamingResponse:
    """Copy what is committed now into a new file of this user's; the last line tells its size in bytes and how many events it holds."""
    if not file.is_absolute() or "\0" in str(file):
        raise InvalidValue(f"{file} is no whole path: begin it with /.")
    database = instance.database

    async def work(tell: Tell) -> dict[str, Any]:
        return asdict(await asyncio.to_thread(back_up, database, file, tell))

    return told(work)


@router.post("/epoch", response_model=answers.Epoch)
async def epoch(instance: TheInstance) -> dict[str, int]:
    """The data was put back from a copy: what is told from now on is newer than all that a target has seen."""
    return {"epoch": await instance.write(lambda connection: begin_epoch(connection, instance.now()))}
