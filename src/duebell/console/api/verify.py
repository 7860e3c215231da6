"""Verify over HTTP: what is kept or typed is proven, and put in force."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from duebell.configuration.check import Check
from duebell.console.access.door import ThePrincipal
from duebell.console.current import TheInstance
from duebell.console.problems import problems
from duebell.console.routes import STREAMED
from duebell.errors import InvalidValue, Unknown
from duebell.storage.verify_history import KEPT, Run, runs

router = APIRouter()

PAGES: Mapping[str, str] = {
    "OdooCRM": "verify",
    "Webhook": "webhook",
    "PortaBilling": "portabilling-verify",
    "Alarms": "alarms",
}
"""The page of help on which each check of a group has its heading."""


class Proposal(BaseModel):
    """What is to be proven, beside what is kept."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    typed: dict[str, str] = Field(
        default_factory=dict,
        description="Options typed but not saved; an empty text unsets one.",
        examples=[{"Database": ""}],
    )
    test_phone: str | None = Field(
        default=None, description="One of `Test_Phones`, to be sent a test text if all passes.", examples=["+12025550123"]
    )


@router.get("/verify/{environment}/{group}", responses=problems(Unknown))
async def history(
    instance: TheInstance,
    environment: str,
    group: str,
    limit: Annotated[int, Query(ge=1, le=KEPT, description="Runs.")] = 20,
) -> list[dict[str, Any]]:
    """The last runs, the newest first: when, who, whether it passed and was put in force, and what was found; no option's value."""
    return [shown_run(run) for run in await past_runs(instance, environment, group, limit)]


@router.post("/verify/{environment}/{group}", responses={**STREAMED, **problems(Unknown, InvalidValue)})
async def verify(  # noqa: PLR0913 - what the framework hands over
    instance: TheInstance,
    asking: ThePrincipal,
    environment: str,
    group: str,
    proposal: Proposal | None = None,
    *,
    check_only: Annotated[bool, Query(description="Keep and apply nothing.")] = False,
    keep: Annotated[bool, Query(description="If it fails, keep what was typed as a draft.")] = False,
) -> StreamingResponse:
    """The checks as they finish, a JSON object a line; the last line is `{"passed": …, "applied": …, "kept": …}`.

    When they passed but couldn't be applied, the last line has a `detail` that says why.
    """
    asked = proposal or Proposal()
    verification = await instance.verifications.begin(
        environment, group, asked.typed, test_phone=asked.test_phone, who=asking.name
    )

    async def lines() -> AsyncIterator[str]:
        async for check in verification.checks():
            yield json.dumps(shown_check(group, check)) + "\n"
        if check_only:
            yield json.dumps({"passed": verification.passed, "applied": False, "kept": False}) + "\n"
            return
        end = asdict(await instance.verifications.conclude(verification, keep=keep, who=asking.name))
        yield json.dumps({key: value for key, value in end.items() if value is not None}) + "\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")


async def past_runs(instance: TheInstance, environment: str, group: str, limit: int) -> list[Run]:
    """The last runs, the newest first.

    Raises:
        Unknown: no such environment or group.
    """
    await instance.configured(lambda server: server.group(environment, group))
    return await instance.read(lambda connection: runs(connection, environment, group, limit))


def shown_run(run: Run) -> dict[str, Any]:
    """A run as it is told."""
    return {
        "at": run.began_at,
        "who": run.who,
        "passed": run.passed,
        "applied": run.applied,
        "checks": [shown_check(run.group, check) for check in run.checks],
    }


def shown_check(group: str, check: Check) -> dict[str, Any]:
    """A check as it is told; `help` is where it is explained, on the console."""
    return {**asdict(check), "help": help_of(group, check.slug)}


def help_of(group: str, slug: str) -> str | None:
    """Where a check is explained, on the console; None: its sentences say all."""
    page = PAGES.get(group)
    return f"/help/{page}#{slug}" if page else None
