"""Environments over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, status
from pydantic import BaseModel, ConfigDict, Field

from duebell.console.access.door import ThePrincipal
from duebell.console.access.trail import noted_within
from duebell.console.api.answers import Answer
from duebell.console.current import TheInstance
from duebell.console.problems import problems
from duebell.errors import InvalidValue, NotPossible, Unknown
from duebell.instance import Instance
from duebell.storage.environments import environments
from duebell.storage.handlers import all_handlers

router = APIRouter(prefix="/environments", tags=["environments"])
NOTED = [Depends(noted_within)]
"""The instance notes who did it, with the change."""


class NewEnvironment(BaseModel):
    """What it is called: letters, digits, - and _."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(examples=["berlin"])]


class Environment(Answer):
    """One billing with customer ids of its own, and the handlers that are told its events."""

    name: str
    handlers: list[str]


@router.get("", response_model=list[Environment])
async def list_(instance: TheInstance) -> list[dict[str, Any]]:
    """Each environment, `Global` first."""
    return await _listed(instance)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=list[Environment],
    responses=problems(InvalidValue, NotPossible),
    dependencies=NOTED,
)
async def add(instance: TheInstance, asking: ThePrincipal, asked: NewEnvironment) -> list[dict[str, Any]]:
    """Add one, with Global's configuration and handlers like Global's; all there are then."""
    await instance.add_environment(asked.name, asking.name)
    return await _listed(instance)


@router.delete(
    "/{environment}", status_code=status.HTTP_204_NO_CONTENT, responses=problems(Unknown, NotPossible), dependencies=NOTED
)
async def remove(instance: TheInstance, asking: ThePrincipal, environment: str) -> None:
    """Remove one with its handlers, if nothing was recorded for it and it has no options of its own."""
    await instance.remove_environment(environment, asking.name)


async def _listed(instance: Instance) -> list[dict[str, Any]]:
    names, rows = await instance.read(environments), await instance.read(all_handlers)
    return [{"name": name, "handlers": [row.name for row in rows if row.environment == name]} for name in names]
