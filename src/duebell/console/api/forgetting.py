"""Forgetting a customer over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from duebell.configuration.server import GLOBAL
from duebell.console.api import answers
from duebell.console.current import TheInstance
from duebell.console.problems import problems
from duebell.errors import NotPossible, Unknown

router = APIRouter()


@router.post("/customers/{customer}/forget", response_model=answers.Forgotten, responses=problems(Unknown, NotPossible))
async def forget(instance: TheInstance, customer: str, environment: str = GLOBAL, *, anyway: bool = False) -> dict[str, Any]:
    """Erase who he is, here and in each handler's target: how many waiting events were `skipped`, and what became of it in the targets."""
    skipped, elsewhere = await instance.erasures.forget(environment, customer, anyway=anyway)
    return {"skipped": skipped, "elsewhere": [asdict(one) for one in elsewhere]}
