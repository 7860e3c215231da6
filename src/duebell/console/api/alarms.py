"""Alarms over HTTP: list and acknowledge."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from duebell.console.current import TheInstance
from duebell.storage import alarms

router = APIRouter(prefix="/alarms")


@router.get("")
async def list_(instance: TheInstance) -> list[dict[str, Any]]:
    """Those that stand, the oldest first, with how people were told of them."""
    return await instance.read(instance.standing_alarms)


@router.post("/acknowledge")
async def acknowledge(instance: TheInstance, cause: str | None = None) -> dict[str, Any]:
    """End the alarm of this cause, or all those that end only when a person has seen them; the others end with their cause."""
    await instance.write(lambda connection: alarms.acknowledge(connection, instance.now(), cause))
    return await instance.status()
