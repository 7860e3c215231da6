"""The configuration: its groups, their forms, its versions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from duebell.configuration.environment import GLOBAL
from duebell.configuration.group import Group, InvalidOptions
from duebell.configuration.server import ChangedMeanwhile, ConfigurationServer
from duebell.configuration.version import By, GroupPlace, State, Version
from duebell.console.access.door import ThePrincipal
from duebell.console.access.principal import Principal
from duebell.console.access.trail import noted_within
from duebell.console.api.options import shown_differences, shown_options
from duebell.console.current import TheInstance
from duebell.console.pages.checks import CUT, check_piece, piece, streamed, told
from duebell.console.pages.option_form import SEEN, fields, typed_in
from duebell.console.pages.rendering import HEADERS, Pages, ThePages
from duebell.errors import DuebellError, Unknown
from duebell.instance import Instance
from duebell.operations.applying import Application

router = APIRouter()
PATH = "/configuration"
VERSIONS = f"{PATH}/versions"
NOTED = [Depends(noted_within)]
Seen = Annotated[str | None, Form()]
Why = Annotated[str, Form(max_length=500)]
Typed = Annotated[str, Form()]


@router.get(PATH)
async def overview(instance: TheInstance, pages: ThePages, environment: str = GLOBAL) -> Response:
    """Each group of an environment, what was typed and isn't in force, and which version is."""
    if environment in instance.environments():
        return await _overview(instance, pages, environment)
    return await _overview(instance, pages, GLOBAL, Unknown(f"There is no environment {environment!r}."))


async def _overview(
    instance: Instance, pages: Pages, environment: str, wrong: DuebellError | None = None, typed: str = ""
) -> Response:
    """With what was wrong with an environment's name `typed`, if something was."""

    def look(server: ConfigurationServer) -> dict[str, Any]:
        groups = [one for one in server.overview() if one["environment"] == environment]
        return {"groups": groups, "versions": _by_state(server.versions())}

    shown = {"environment": environment, "environments": instance.environments(), "wrong": wrong, "typed": typed}
    status = wrong.http_status if wrong else HTTPStatus.OK
    return pages.answer("configuration.html", status_code=status, **shown, **await instance.configured(look))


@router.post(f"{PATH}/environments", dependencies=NOTED)
async def add_environment(instance: TheInstance, asking: ThePrincipal, pages: ThePages, name: Typed = "") -> Response:
    """Add an environment, and go to its groups."""
    try:
        added = await instance.add_environment(name, asking.name)
    except DuebellError as error:
        return await _overview(instance, pages, GLOBAL, error, name)
    return _go(f"{PATH}?environment={added}")


@router.post(f"{PATH}/environments/{{environment}}/remove", dependencies=NOTED)
async def remove_environment(instance: TheInstance, asking: ThePrincipal, pages: ThePages, environment: str) -> Response:
    """Remove an environment for which nothing was recorded."""
    try:
        await instance.remove_environment(environment, asking.name)
    except DuebellError as error:
        return await _overview(instance, pages, environment if environment in instance.environments() else GLOBAL, error)
    return _go(PATH)


def _by_state(versions: Sequence[Version]) -> dict[str, Version | None]:
    """The active version, the backup and the draft, as far as there are."""
    found = {one.state.value: one for one in versions if one.state is not State.INACTIVE}
    draft = next((one for one in versions if one.is_draft), None)
    return {"active": found.get("active"), "backup": found.get("backup"), "draft": draft}


# --- versions: before the groups, whose addresses theirs would be ----------------------------------------------------------


@router.get(VERSIONS)
async def versions(instance: TheInstance, pages: ThePages) -> Response:
    """All versions: who made and applied them, when and why."""
    return await _history(instance, pages)


async def _history(instance: Instance, pages: Pages, wrong: DuebellError | None = None) -> Response:
    found = await instance.configured(lambda server: server.versions())
    status = wrong.http_status if wrong else HTTPStatus.OK
    return pages.answer("configuration_versions.html", status_code=status, versions=found, wrong=wrong)


@router.get(f"{VERSIONS}/compare")
async def compare(  # noqa: PLR0913 - who asks, and for what
    instance: TheInstance, asking: ThePrincipal, pages: ThePages, left: int, right: int, *, everything: bool = False
) -> Response:
    """Two versions side by side."""

    def look(server: ConfigurationServer) -> dict[str, Any]:
        return {
            "rows": shown_differences(server.compare(left, right), asking),
            "left": server.version(left),
            "right": server.version(right),
            "titles": {name: group.title for name, group in server.tree.groups.items()},
        }

    return pages.answer("configuration_compare.html", everything=everything, **await instance.configured(look))


@router.get(f"{VERSIONS}/{{number}}")
async def version(instance: TheInstance, asking: ThePrincipal, pages: ThePages, number: int) -> Response:
    """What a version has, group by group."""
    shown = await instance.configured(partial(_one_version, number=number, asking=asking))
    return pages.answer("configuration_version.html", **shown)


def _one_version(server: ConfigurationServer, number: int, asking: Principal) -> dict[str, Any]:
    tree, verified = server.tree, server.verified(number)
    groups = [_group_in(server, number, place, tree.groups[place[1]], verified) for place in tree.places()]
    for group in groups:
        group["set"] = shown_options(group["set"], asking)
    return {"version": server.version(number), "groups": groups, "unverified": server.unverified(number)}


def _group_in(
    server: ConfigurationServer, number: int, place: GroupPlace, group: Group, verified: Mapping[GroupPlace, By]
) -> dict[str, Any]:
    options = [one for one in server.shown_in(number, *place) if one["own"] and not one["fixed_by"]]
    return {"environment": place[0], "name": place[1], "title": group.title, "set": options, "verified": verified.get(place)}


@router.post(f"{VERSIONS}/{{number}}/clone", dependencies=NOTED)
async def clone(instance: TheInstance, asking: ThePrincipal, number: int, remark: Why = "") -> Response:
    """Make a version like this one, and go there."""
    made = await instance.configuration(lambda server: server.clone(number, remark or None), asking.name)
    return _go(f"{VERSIONS}/{made.number}")


@router.post(f"{VERSIONS}/{{number}}/remark", dependencies=NOTED)
async def describe(  # noqa: PLR0913 - the form's fields
    instance: TheInstance, asking: ThePrincipal, pages: ThePages, number: int, remark: Why = "", seen: Seen = None
) -> Response:
    """Say why it is there."""
    change = instance.configuration(lambda server: server.describe(number, remark, seen=seen), asking.name)
    return await _then(instance, pages, change, f"{VERSIONS}/{number}")


@router.post(f"{VERSIONS}/{{number}}/delete", dependencies=NOTED)
async def delete(instance: TheInstance, asking: ThePrincipal, pages: ThePages, number: int, seen: Seen = None) -> Response:
    """Delete an inactive one."""
    change = instance.configuration(lambda server: server.delete(number, seen=seen), asking.name)
    return await _then(instance, pages, change, VERSIONS)


@router.post(f"{VERSIONS}/{{number}}/apply", dependencies=NOTED)
async def apply(  # noqa: PLR0913 - the form's fields
    request: Request, instance: TheInstance, asking: ThePrincipal, pages: ThePages, number: int, seen: Seen = None
) -> Response:
    """Verify what it changes, told as it goes on; if all passes, put it in force."""
    await instance.configured(lambda server: server.version(number))
    application = Application(instance, number, asking.name, seen=seen)

    def end(because: str | None) -> str:
        return piece(pages, "configuration_apply_end.html", number=number, failed=application.failed, because=because)

    async def page() -> str:
        found = await instance.configured(lambda server: server.version(number))
        return pages.html("configuration_apply.html", version=found, cut=CUT)

    return streamed(request, page, told(_applied(application, pages, end), end))


async def _applied(application: Application, pages: Pages, end: Callable[[str | None], str]) -> AsyncIterator[str]:
    """Its checks, group by group, and whether it is in force."""
    proven: GroupPlace | None = None
    try:
        async for place, check in application.checks():
            if place != proven:
                yield piece(pages, "configuration_apply_group.html", place=place)
                proven = place
            yield check_piece(pages, place[1], check)
        if not application.failed:
            await application.put_in_force()
    except DuebellError as error:
        yield end(str(error))
    else:
        yield end(None)


@router.post(f"{PATH}/rollback", dependencies=NOTED)
async def roll_back(instance: TheInstance, asking: ThePrincipal, pages: ThePages) -> Response:
    """Let the backup be in force again."""
    change = instance.put_in_force(lambda server: server.roll_back(), asking.name)
    return await _then(instance, pages, change, PATH)


async def _then(instance: Instance, pages: Pages, change: Awaitable[object], path: str) -> Response:
    try:
        await change
    except DuebellError as error:
        return await _history(instance, pages, error)
    return _go(path)


def _go(path: str) -> Response:
    return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER, headers=HEADERS)


# --- one group --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sheet:
    """A group's options as they are in the draft, or in the version of that number, for who asks."""

    place: GroupPlace
    asking: Principal
    number: int | None = None

    @property
    def path(self) -> str:
        return "/".join([PATH if self.number is None else f"{VERSIONS}/{self.number}", *self.place])

    def read(self, server: ConfigurationServer) -> dict[str, Any]:
        """What the template shows of it."""
        version = server.current() if self.number is None else server.version(self.number)
        options = server.shown(*self.place) if self.number is None else server.shown_in(self.number, *self.place)
        return {"group": server.group(*self.place), "version": version, "options": shown_options(options, self.asking)}

    def keep(self, server: ConfigurationServer, typed: Mapping[str, str], seen: str | None, remark: str | None) -> None:
        """Keep what was typed."""
        if self.number is None:
            server.type(*self.place, typed, seen=seen, remark=remark)
        else:
            server.edit(self.number, *self.place, typed, seen=seen)


@router.get(f"{VERSIONS}/{{number}}/{{environment}}/{{group}}")
async def sheet_of_version(  # noqa: PLR0913 - the path's parts
    instance: TheInstance, asking: ThePrincipal, pages: ThePages, number: int, environment: str, group: str
) -> Response:
    """A group as it is in a version."""
    return await _sheet(instance, pages, Sheet((environment, group), asking, number))


@router.post(f"{VERSIONS}/{{number}}/{{environment}}/{{group}}", dependencies=NOTED)
async def keep_in_version(  # noqa: PLR0913 - the path's parts
    request: Request, instance: TheInstance, asking: ThePrincipal, pages: ThePages, number: int, environment: str, group: str
) -> Response:
    """Keep what was typed, in an inactive version."""
    return await _keep(request, instance, pages, Sheet((environment, group), asking, number))


@router.get(f"{PATH}/{{environment}}/{{group}}")
async def sheet(instance: TheInstance, asking: ThePrincipal, pages: ThePages, environment: str, group: str) -> Response:
    """A group as it is in the draft."""
    return await _sheet(instance, pages, Sheet((environment, group), asking))


@router.post(f"{PATH}/{{environment}}/{{group}}", dependencies=NOTED)
async def keep(  # noqa: PLR0913 - the path's parts
    request: Request, instance: TheInstance, asking: ThePrincipal, pages: ThePages, environment: str, group: str
) -> Response:
    """Keep what was typed, in the draft; it is not in force."""
    return await _keep(request, instance, pages, Sheet((environment, group), asking))


async def _keep(request: Request, instance: Instance, pages: Pages, sheet: Sheet) -> Response:
    form = await request.form()
    options = (await instance.configured(sheet.read))["options"]
    typed = typed_in(form, options)
    seen, remark = str(form.get(SEEN, "")) or None, str(form.get("remark", "")).strip() or None
    try:
        if typed or remark:
            await instance.configuration(lambda server: sheet.keep(server, typed, seen, remark), sheet.asking.name)
    except InvalidOptions as error:
        return await _sheet(instance, pages, sheet, typed, error.by_option, error)
    except ChangedMeanwhile as error:
        return await _sheet(instance, pages, sheet, typed, wrong=error)
    return _go(f"{PATH}?environment={sheet.place[0]}" if sheet.number is None else f"{VERSIONS}/{sheet.number}")


async def _sheet(  # noqa: PLR0913 - what the page shows
    instance: Instance,
    pages: Pages,
    sheet: Sheet,
    typed: Mapping[str, str] | None = None,
    by_option: Mapping[str, str] | None = None,
    wrong: DuebellError | None = None,
) -> Response:
    shown = await instance.configured(sheet.read)
    options = fields(shown.pop("options"), typed, by_option)
    status = wrong.http_status if wrong else HTTPStatus.OK
    return pages.answer("configuration_group.html", status_code=status, sheet=sheet, options=options, wrong=wrong, **shown)
