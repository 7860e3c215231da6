"""Alarms over HTTP: list and acknowledge."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from duebell.alarms.news import Alarm
from duebell.alarms.wording import told_sentence
from duebell.console.access.door import ThePrincipal
from duebell.console.access.masking import masked_sentence
from duebell.console.access.principal import Principal
from duebell.console.access.trail import noted_within
from duebell.console.api import answers
from duebell.console.current import TheInstance
from duebell.console.problems import problems
from duebell.errors import NotPossible, Unknown
from duebell.operations import switching
from duebell.storage.alarms import cleared

router = APIRouter(prefix="/alarms")


@router.get("", response_model=list[answers.Alarm])
async def list_(instance: TheInstance, asking: ThePrincipal) -> list[dict[str, Any]]:
    """Those that stand, the oldest first, with how people were told of them."""
    return [shown(one, asking) for one in await instance.read(instance.standing_alarms)]


@router.get("/cleared", response_model=list[answers.Alarm])
async def list_cleared(
    instance: TheInstance, asking: ThePrincipal, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> list[dict[str, Any]]:
    """Those that are over, the latest all-clear first."""
    return [shown(one, asking) for one in await instance.read(lambda connection: cleared(connection, limit))]


@router.post(
    "/acknowledge",
    response_model=answers.Status,
    responses=problems(Unknown, NotPossible),
    dependencies=[Depends(noted_within)],
)
async def acknowledge(instance: TheInstance, asking: ThePrincipal, cause: str | None = None) -> dict[str, Any]:
    """End the alarm of this cause, or all those that end only when a person has seen them; the others end with their cause."""
    await switching.acknowledge(instance, asking.name, cause)
    return await instance.status()


def shown(alarm: dict[str, Any], asking: Principal) -> dict[str, Any]:
    """An alarm as whoever asks may see it: its own sentence may name a customer."""
    if asking.sees_personal_data:
        return alarm
    plain = told_sentence(Alarm(**{field.name: alarm[field.name] for field in fields(Alarm)}))
    return alarm | {"sentence": masked_sentence(plain)}
