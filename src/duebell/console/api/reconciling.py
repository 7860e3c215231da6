"""Reconciling with a target that was restored from a backup, over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from duebell.console.api.moment import moment
from duebell.console.api.telling import Tell, told
from duebell.console.current import TheInstance
from duebell.console.routes import STREAMED
from duebell.operations.reconciling import reconcile

router = APIRouter()


@router.post("/reconcile/odoo", responses=STREAMED)
async def odoo(instance: TheInstance, since: str, *, yes: bool = False) -> StreamingResponse:
    """Find out what Odoo lacks of all that it took since then; with `yes` owe it again. The last line is the report."""
    at = moment(since, instance.now())

    async def work(tell: Tell) -> dict[str, Any]:
        return {
            "since": at,
            "done": yes,
            "handlers": [asdict(one) for one in await reconcile(instance, "OdooCRM", at, tell, do=yes)],
        }

    return told(work)
