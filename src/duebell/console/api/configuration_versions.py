"""The configuration's versions over HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Response, status
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from duebell.configuration.comparison import Difference
from duebell.configuration.group import InvalidOptions
from duebell.configuration.server import ChangedMeanwhile, ConfigurationServer
from duebell.configuration.version import State, Version
from duebell.console.access.door import ThePrincipal
from duebell.console.access.trail import noted_within
from duebell.console.api.options import shown_differences, shown_options
from duebell.console.current import TheInstance
from duebell.console.problems import problems
from duebell.console.routes import STREAMED
from duebell.errors import DuebellError, NotPossible, Unknown

router = APIRouter(prefix="/configuration", tags=["configuration"])
NOTED = [Depends(noted_within)]

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
IfMatch = Annotated[
    str | None,
    Header(description="The ETag of what was seen: if it was changed since, nothing is done (412).", examples=['"3-1"']),
]


class Asked(BaseModel):
    """Anything else than these fields is a mistake."""

    model_config = ConfigDict(extra="forbid")


class NewVersion(Asked):
    """What to make. `clone`: the version that it begins as; none: it is empty."""

    clone: int | None = Field(default=None, ge=1, le=2**63 - 1, examples=[3])
    remark: str | None = Field(default=None, max_length=500, examples=["A second Odoo, for the new region."])


class Remark(Asked):
    """Why the version is there."""

    remark: str | None = Field(max_length=500)


class AVersion(BaseModel):
    """A whole configuration. `is_draft`: the one that is typed into where none is named; `edition` grows with each change."""

    number: int
    state: State
    is_draft: bool
    edition: int
    remark: str | None
    cloned_from: int | None
    made_at: datetime
    made_by: str
    edited_at: datetime | None
    edited_by: str | None
    applied_at: datetime | None
    applied_by: str | None

    @classmethod
    def of(cls, version: Version) -> AVersion:
        return cls(**asdict(version))


class Mark(BaseModel):
    """When a group passed Verify with the values that it has."""

    at: datetime
    by: str = Field(validation_alias="who")


class AGroup(BaseModel):
    """A group of an environment. `changed`: something was typed that isn't in force yet."""

    environment: str
    group: str
    title: str
    configured: bool
    options_set: int
    changed: bool
    verified: Mark | None


@router.get("")
async def overview(instance: TheInstance) -> list[AGroup]:
    """Each group of each environment."""
    return [
        AGroup.model_validate(row, from_attributes=True)
        for row in await instance.configured(lambda server: server.overview())
    ]


@router.get("/versions")
async def list_versions(instance: TheInstance) -> list[AVersion]:
    """The newest first."""
    return [AVersion.of(version) for version in await instance.configured(lambda server: server.versions())]


@router.post("/versions", status_code=status.HTTP_201_CREATED, dependencies=NOTED, responses=problems(Unknown))
async def make_version(instance: TheInstance, asking: ThePrincipal, answer: Response, new: NewVersion) -> AVersion:
    """An inactive version, to be edited."""

    def make(server: ConfigurationServer) -> Version:
        return server.create(new.remark) if new.clone is None else server.clone(new.clone, new.remark)

    return _tagged(answer, await instance.configuration(make, asking.name))


@router.get("/versions/{left}/compare/{right}", responses=problems(Unknown))
async def compare(instance: TheInstance, asking: ThePrincipal, left: Number, right: Number) -> list[Difference]:
    """Two versions side by side: every option that one of them has. Of secrets only whether both have the same."""
    return shown_differences(await instance.configured(lambda server: server.compare(left, right)), asking)


@router.get("/versions/{number}", responses=problems(Unknown))
async def show_version(instance: TheInstance, answer: Response, number: Number) -> AVersion:
    """One version."""
    return _tagged(answer, await instance.configured(lambda server: server.version(number)))


@router.put("/versions/{number}", dependencies=NOTED, responses=problems(Unknown, NotPossible, ChangedMeanwhile))
async def describe_version(  # noqa: PLR0913 - what the framework hands over
    instance: TheInstance, asking: ThePrincipal, answer: Response, number: Number, new: Remark, if_match: IfMatch = None
) -> AVersion:
    """Say why an inactive version is there."""
    version = await instance.configuration(
        lambda server: server.describe(number, new.remark, seen=seen(if_match)), asking.name
    )
    return _tagged(answer, version)


@router.delete(
    "/versions/{number}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=NOTED,
    responses=problems(Unknown, NotPossible, ChangedMeanwhile),
)
async def delete_version(instance: TheInstance, asking: ThePrincipal, number: Number, if_match: IfMatch = None) -> None:
    """Delete an inactive version."""
    await instance.configuration(lambda server: server.delete(number, seen=seen(if_match)), asking.name)


@router.get("/versions/{number}/export", responses=problems(Unknown))
async def export(instance: TheInstance, asking: ThePrincipal, number: Number) -> dict[str, dict[str, dict[str, str]]]:
    """What a version has set, by environment, group and option, without secrets; personal data for those only who may see it."""
    return await instance.configured(lambda server: server.export(number, personal=asking.sees_personal_data))


@router.get("/versions/{number}/unverified", responses=problems(Unknown))
async def unverified(instance: TheInstance, number: Number) -> list[tuple[str, str]]:
    """The groups (environment and name) that have to pass Verify in it before a version may be applied."""
    return await instance.configured(lambda server: server.unverified(number))


@router.get("/versions/{number}/{environment}/{group}", responses=problems(Unknown))
async def show_group(  # noqa: PLR0913 - what the framework hands over
    instance: TheInstance, asking: ThePrincipal, answer: Response, number: Number, environment: str, group: str
) -> list[dict[str, Any]]:
    """Each option of the group as it is in a version, secrets masked."""

    def look(server: ConfigurationServer) -> tuple[Version, list[dict[str, Any]]]:
        return server.version(number), server.shown_in(number, environment, group)

    version, rows = await instance.configured(look)
    _tagged(answer, version)
    return shown_options(rows, asking)


@router.put(
    "/versions/{number}/{environment}/{group}",
    dependencies=NOTED,
    responses=problems(Unknown, NotPossible, ChangedMeanwhile, InvalidOptions),
)
async def edit_version(  # noqa: PLR0913 - what the framework hands over
    instance: TheInstance,
    asking: ThePrincipal,
    answer: Response,
    number: Number,
    environment: str,
    group: str,
    values: dict[str, str],
    if_match: IfMatch = None,
) -> AVersion:
    """Change options of an inactive version; an empty text unsets one."""
    version = await instance.configuration(
        lambda server: server.edit(number, environment, group, values, seen=seen(if_match)), asking.name
    )
    return _tagged(answer, version)


@router.post("/versions/{number}/verify/{environment}/{group}", responses={**STREAMED, **problems(Unknown)})
async def verify_group(
    instance: TheInstance, asking: ThePrincipal, number: Number, environment: str, group: str
) -> StreamingResponse:
    """Verify of a group as it is in a version: the checks as they finish; passed, it is marked as verified there."""
    verification = await instance.verifications.begin(environment, group, version=number, who=asking.name)

    async def lines() -> AsyncIterator[str]:
        async for check in verification.checks():
            yield json.dumps(asdict(check)) + "\n"
        end: dict[str, Any] = {"passed": verification.passed, "applied": False}
        if verification.passed:
            try:
                await instance.configuration(
                    lambda server: server.mark(number, environment, group, verification.values), asking.name
                )
            except DuebellError as error:
                end["detail"] = str(error)
        yield json.dumps(end) + "\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")


@router.post("/versions/{number}/apply", dependencies=NOTED, responses=problems(Unknown, NotPossible, ChangedMeanwhile))
async def apply_version(
    instance: TheInstance, asking: ThePrincipal, answer: Response, number: Number, if_match: IfMatch = None
) -> AVersion:
    """Put an inactive version in force as a whole; each group that it changes has passed Verify in it."""
    await instance.put_in_force(lambda server: server.apply_version(number, seen=seen(if_match)), asking.name)
    return await show_version(instance, answer, number)


@router.post("/rollback", dependencies=NOTED, responses=problems(NotPossible))
async def roll_back(instance: TheInstance, asking: ThePrincipal, answer: Response) -> AVersion:
    """Let the backup and the active version change places; what is in force now."""
    await instance.put_in_force(lambda server: server.roll_back(), asking.name)
    return _tagged(answer, await instance.configured(lambda server: server.active()))


def seen(if_match: str | None) -> str | None:
    """The tag that a request has seen; none: it doesn't say, or takes any."""
    return None if if_match is None or if_match == "*" else if_match.removeprefix("W/").strip('"')


def tag(answer: Response, version: Version | None) -> None:
    """Let the answer say which state it is of."""
    if version is not None:
        answer.headers["ETag"] = f'"{version.tag}"'


def _tagged(answer: Response, version: Version) -> AVersion:
    tag(answer, version)
    return AVersion.of(version)
