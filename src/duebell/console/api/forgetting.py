"""Forgetting a customer over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from duebell.configuration.server import GLOBAL
from duebell.console.current import TheInstance

router = APIRouter()


@router.post("/customers/{customer}/forget")
async def forget(instance: TheInstance, customer: str, environment: str = GLOBAL, *, anyway: bool = False) -> dict[str, Any]:
    """Erase who he is, here and in each handler's target: how many waiting events were `skipped`, and what became of it in the targets."""
    skipped, elsewhere = await instance.erasures.forget(environment, customer, anyway=anyway)
    return {"skipped": skipped, "elsewhere": [asdict(one) for one in elsewhere]}
