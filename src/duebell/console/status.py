"""What runs, what waits, what is wrong."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from duebell.console.current import TheInstance
from duebell.storage import alarms

router = APIRouter()


@router.get("/status")
async def status(instance: TheInstance) -> dict[str, Any]:
    """The handlers with their states and what they are owed, the alarms that stand, billing's clock."""
    return await instance.status()


@router.post("/alarms/acknowledge")
async def acknowledge(instance: TheInstance) -> dict[str, Any]:
    """End the alarms that end only when a person has seen them; a handler's ends with its cause."""
    await instance.write(lambda connection: alarms.acknowledge(connection, instance.now()))
    return await instance.status()
