"""What runs, what waits, what is wrong."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from duebell.console.current import TheInstance

router = APIRouter()


@router.get("/status")
async def status(instance: TheInstance) -> dict[str, Any]:
    """The handlers with their states and what they are owed, the alarms that stand, the heartbeat."""
    return await instance.status()
