"""Each handler's connection with its target: the pair that they are, and the key."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from duebell.console.access.door import ThePrincipal
from duebell.console.api.connections import NOTED, shown
from duebell.console.current import TheInstance
from duebell.console.pages.rendering import Pages, ThePages
from duebell.handlers import TYPES
from duebell.instance import Instance
from duebell.storage.handlers import all_handlers

router = APIRouter(prefix="/connections")
HERE = "/connections"
PART = "connection.html"


@router.get("")
async def page(instance: TheInstance, pages: ThePages) -> HTMLResponse:
    """All of them."""
    rows = await instance.read(all_handlers)
    return pages.answer("connections.html", connections=[await _connection(instance, row.name) for row in rows])


@router.post("/{name}/pair", dependencies=NOTED)
async def pair(instance: TheInstance, asking: ThePrincipal, pages: ThePages, name: str) -> Response:
    """Let the handler tell customers through the target that is configured now."""
    await instance.pairings.pair(name, asking.name)
    return await _answer(instance, pages, name, f"{name} is paired with the target that is configured now.")


@router.post("/{name}/rotate-key", dependencies=NOTED)
async def rotate_key(instance: TheInstance, asking: ThePrincipal, pages: ThePages, name: str) -> Response:
    """Change the key."""
    rotated = await instance.key_rotations.rotate(name, asking.name)
    words = f"{name} has a new key, verified and in force."
    return await _answer(instance, pages, name, f"{words} {rotated.left or 'The old one has ended.'}")


async def _answer(instance: Instance, pages: Pages, name: str, words: str) -> Response:
    return pages.changed(words, PART, HERE, connection=await _connection(instance, name))


async def _connection(instance: Instance, name: str) -> dict[str, Any]:
    agreement = await instance.pairings.agreement(name)
    handler_type = TYPES[agreement.row.type]
    return {
        "pair": shown(agreement),
        "type": agreement.row.type,
        "group": f"{agreement.row.environment}.{handler_type.group.name}",
        "key": await instance.key_rotations.known(name) if handler_type.key else None,
    }
