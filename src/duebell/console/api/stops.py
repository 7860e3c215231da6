"""Whether customers are told at all, over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from duebell.console.access.door import ThePrincipal
from duebell.console.access.masking import masked_sentence
from duebell.console.access.principal import Principal
from duebell.console.access.trail import noted_within
from duebell.console.api.answers import Answer
from duebell.console.current import TheInstance
from duebell.console.problems import problems
from duebell.duties.telling import Telling
from duebell.errors import NotPossible

router = APIRouter(prefix="/telling")
NOTED = [Depends(noted_within)]
"""`Tellings` notes who did it, with the change."""


class Why(BaseModel):
    """A reason, which is shown."""

    model_config = ConfigDict(extra="forbid")

    because: Annotated[str, Field(examples=["Wrong amounts in the texts"])]


class Held(Answer):
    """What a handler's target was asked: to hold messages back, or to send again. Without `done_at` it is owed; `said`: what it answered."""

    handler: str
    wanted: bool
    since: datetime
    done_at: datetime | None
    said: str | None


class WhetherTold(Answer):
    """`told`: customers are told. If they aren't: since when, because of what, by whose order."""

    told: bool
    since: datetime | None
    because: str | None
    who: str | None
    targets: list[Held]


@router.get("")
async def show(instance: TheInstance, asking: ThePrincipal) -> WhetherTold:
    """Whether customers are told, and what targets hold back."""
    return shown(await instance.telling.now(), asking)


@router.post("/stop", dependencies=NOTED)
async def stop(instance: TheInstance, asking: ThePrincipal, why: Why) -> WhetherTold:
    """Tell nobody from now on, nor send what is in the targets' queues. Events still reach the timeline in Odoo.

    It answers when the targets have, or after 5 seconds; what is owed then is done by itself.
    """
    return shown(await instance.telling.stop(why.because, asking.name), asking)


@router.post("/start", dependencies=NOTED, responses=problems(NotPossible))
async def start(instance: TheInstance, asking: ThePrincipal) -> WhetherTold:
    """Tell customers again: of what was held, what is still true and not too late."""
    return shown(await instance.telling.start(asking.name), asking)


def shown(telling: Telling, asking: Principal) -> WhetherTold:
    """What somebody may see of it: reasons may name customers."""
    stop = telling.stop

    def masked(sentence: str | None) -> str | None:
        return sentence if asking.sees_personal_data else masked_sentence(sentence)

    return WhetherTold(
        told=stop is None,
        since=stop.began_at if stop else None,
        because=masked(stop.because) if stop else None,
        who=stop.who if stop else None,
        targets=[
            Held(handler=one.handler, wanted=one.wanted, since=one.since, done_at=one.done_at, said=masked(one.said))
            for one in telling.holds
        ],
    )
