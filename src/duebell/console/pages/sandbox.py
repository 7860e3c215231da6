"""The sandbox that runs beside this Duebell: its phones, its mailbox, and billing's clock."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from duebell.billing.billing import Clock
from duebell.console.api import billing
from duebell.console.current import TheInstance
from duebell.console.pages.rendering import HEADERS, ThePages
from duebell.errors import NotPossible, Unknown
from duebell.instance import Instance
from duebell.sandbox.beside import SHOWN, SandboxBeside, SandboxSilent, Seen

HERE = "/sandbox"
router = APIRouter(prefix=HERE)


def _beside(instance: TheInstance) -> SandboxBeside:
    if instance.sandbox is None:
        raise Unknown("No sandbox runs beside this Duebell: DUEBELL_SANDBOX would say where.")
    return instance.sandbox


TheSandbox = Annotated[SandboxBeside, Depends(_beside)]


@router.get("")
async def show(instance: TheInstance, sandbox: TheSandbox, pages: ThePages, seen: str = "") -> Response:
    """What came in; nothing (204) for who has `seen` it all."""
    found, wrong = await _looked(sandbox)
    mark = found.mark if found else "silent"
    if seen == mark:
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=HEADERS)
    return pages.answer(
        "sandbox.html",
        sandbox=sandbox,
        found=found,
        wrong=wrong,
        mark=mark,
        most=SHOWN,
        clock=await _clock(instance),
    )


@router.post("/advance")
async def advance(instance: TheInstance, sandbox: TheSandbox, pages: ThePages) -> Response:  # noqa: ARG001 - it must be there
    """Let a day pass in billing; see the API's `advance`."""
    if instance.sources.is_used:
        raise NotPossible("This Duebell bills nobody itself: let a day pass where it is billed.")
    await billing.advance(instance, billing.Ahead(days=1))
    return RedirectResponse(HERE, HTTPStatus.SEE_OTHER, headers=HEADERS)


async def _clock(instance: Instance) -> Clock | None:
    """Billing's; None: another billing, which has a clock of its own, tells what is shown."""
    return None if instance.sources.is_used else await instance.billing(lambda billing: billing.clock())


async def _looked(sandbox: SandboxBeside) -> tuple[Seen | None, str]:
    try:
        return await sandbox.look(), ""
    except SandboxSilent as silent:
        return None, str(silent)
