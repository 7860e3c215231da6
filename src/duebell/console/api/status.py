"""What runs, what waits, what is wrong."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from duebell.console.access.door import ThePrincipal
from duebell.console.access.principal import Principal
from duebell.console.api import answers
from duebell.console.api.alarms import shown
from duebell.console.api.handlers import masked_handler
from duebell.console.current import TheInstance

router = APIRouter()


@router.get("/status", response_model=answers.Status)
async def status(instance: TheInstance, asking: ThePrincipal) -> dict[str, Any]:
    """The handlers with their states and what they are owed, the alarms that stand, the heartbeat."""
    return masked_status(await instance.status(), asking)


def masked_status(status: dict[str, Any], asking: Principal) -> dict[str, Any]:
    """The status as whoever asks may see it."""
    return status | {
        "handlers": [masked_handler(one, asking) for one in status["handlers"]],
        "alarms": [shown(one, asking) for one in status["alarms"]],
    }
