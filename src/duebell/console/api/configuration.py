"""The Configuration server over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from duebell.configuration.group import InvalidOptions
from duebell.configuration.server import ChangedMeanwhile, ConfigurationServer
from duebell.configuration.version import Version
from duebell.console.access.door import ThePrincipal
from duebell.console.access.trail import noted_within
from duebell.console.api.configuration_versions import IfMatch, seen, tag
from duebell.console.api.options import shown_options
from duebell.console.current import TheInstance
from duebell.console.problems import problems
from duebell.errors import Unknown

router = APIRouter()


@router.get("/configuration/{environment}/{group}", responses=problems(Unknown))
async def show(
    instance: TheInstance, asking: ThePrincipal, answer: Response, environment: str, group: str
) -> list[dict[str, Any]]:
    """Each option of the group as typed and as in force, secrets masked."""

    def look(server: ConfigurationServer) -> tuple[Version | None, list[dict[str, Any]]]:
        return server.current(), server.shown(environment, group)

    version, rows = await instance.configured(look)
    tag(answer, version)
    return shown_options(rows, asking)


@router.put(
    "/configuration/{environment}/{group}",
    dependencies=[Depends(noted_within)],
    responses=problems(Unknown, ChangedMeanwhile, InvalidOptions),
)
async def change(  # noqa: PLR0913 - what the framework hands over
    instance: TheInstance,
    asking: ThePrincipal,
    answer: Response,
    environment: str,
    group: str,
    values: dict[str, str],
    remark: Annotated[str | None, Query(max_length=500, description="Why.")] = None,
    if_match: IfMatch = None,
) -> list[dict[str, Any]]:
    """Keep what was typed, in the draft; Verify puts it in force. An empty text unsets an option."""
    await instance.configuration(
        lambda server: server.type(environment, group, values, seen=seen(if_match), remark=remark), asking.name
    )
    return await show(instance, asking, answer, environment, group)
