"""The connection of a handler with its target, over HTTP: the pair that they are, and the key."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Depends

from duebell.console.access.door import ThePrincipal
from duebell.console.access.trail import noted_within
from duebell.console.api.answers import Answer
from duebell.console.current import TheInstance
from duebell.console.problems import problems
from duebell.duties.pairings import Agreement, NotPairedYet
from duebell.errors import NotPossible, Unknown
from duebell.espf.queue import HandlerState

router = APIRouter()
NOTED = [Depends(noted_within)]
"""`Pairings` and `KeyRotations` note who did it, with the change."""


class Paired(Answer):
    """With which target a handler may tell customers. `database_uuid` none: nothing was agreed on yet, any target will do.

    `copied`: Duebell's own data was copied. `state` and `because` are the handler's, which is refused where the pair is none.
    """

    handler: str
    sender: str
    database_uuid: str | None
    address: str | None
    paired_at: datetime | None
    copied: bool
    state: HandlerState
    because: str | None


class KeyState(Answer):
    """When a handler's key was last changed from here. `former_is_good`: the key before it is still to be revoked."""

    handler: str
    rotated_at: datetime | None
    former_is_good: bool
    because: str | None = None


@router.get("/handlers/{name}/pairing", responses=problems(Unknown))
async def pairing(instance: TheInstance, name: str) -> Paired:
    """With which target the handler is paired."""
    return shown(await instance.pairings.agreement(name))


@router.post("/handlers/{name}/pair", dependencies=NOTED, responses=problems(Unknown, NotPairedYet))
async def pair(instance: TheInstance, asking: ThePrincipal, name: str) -> Paired:
    """Let the handler tell customers through the target that is configured now, and that one take nobody else's events."""
    return shown(await instance.pairings.pair(name, asking.name))


@router.get("/handlers/{name}/key", responses=problems(Unknown))
async def key(instance: TheInstance, name: str) -> KeyState:
    """When the handler's key was changed."""
    known = await instance.key_rotations.known(name)
    return KeyState(handler=name, rotated_at=known.rotated_at, former_is_good=known.former_key is not None)


@router.post("/handlers/{name}/rotate-key", dependencies=NOTED, responses=problems(Unknown, NotPossible))
async def rotate_key(instance: TheInstance, asking: ThePrincipal, name: str) -> KeyState:
    """Make another key in the target, verify with it, put it in force, and end the one before; `because`: why that is still good."""
    rotated = await instance.key_rotations.rotate(name, asking.name)
    return KeyState(
        handler=name, rotated_at=rotated.rotated_at, former_is_good=rotated.left is not None, because=rotated.left
    )


def shown(agreement: Agreement) -> Paired:
    """As the API tells it."""
    terms, row = agreement.terms, agreement.row
    return Paired(
        handler=row.name,
        sender=terms.sender,
        database_uuid=terms.pair.whom.database_uuid if terms.pair else None,
        address=terms.pair.whom.address if terms.pair else None,
        paired_at=terms.pair.paired_at if terms.pair else None,
        copied=terms.copied,
        state=row.state,
        because=row.because,
    )
