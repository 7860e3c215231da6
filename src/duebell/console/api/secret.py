"""The key of the secrets, for this machine's own user."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from duebell.console.access.door import ThePrincipal
from duebell.console.access.trail import noted_within
from duebell.console.current import TheInstance
from duebell.console.problems import problems
from duebell.errors import NotPossible

router = APIRouter(prefix="/secret", tags=["configuration"])


class Replaced(BaseModel):
    """What came of it. `left_over`: where the old key still stands, for a person to remove."""

    secrets: int = Field(description="How many secrets are sealed with the new key now.")
    left_over: str | None


@router.post("/rotate-key", dependencies=[Depends(noted_within)], responses=problems(NotPossible))
async def replace_key(instance: TheInstance, asking: ThePrincipal) -> Replaced:
    """Seal all secrets under a new key, and give up the old one."""
    done = await instance.replace_key(asking.name)
    return Replaced(secrets=done.secrets, left_over=done.left_over)
