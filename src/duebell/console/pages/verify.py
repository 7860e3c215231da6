"""Verify: what is typed is proven, a check at a time; failures say first what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from starlette.datastructures import FormData

from duebell.configuration.check import Check, Result
from duebell.configuration.environment import GLOBAL
from duebell.configuration.server import ConfigurationServer
from duebell.configuration.version import GroupPlace
from duebell.console.access.door import ThePrincipal
from duebell.console.access.principal import Principal
from duebell.console.api.options import shown_options
from duebell.console.api.verify import help_of, past_runs
from duebell.console.current import TheInstance
from duebell.console.pages.checks import CUT, check_piece, piece, streamed, told
from duebell.console.pages.option_form import fields, typed_in
from duebell.console.pages.rendering import HEADERS, Pages, ThePages
from duebell.duties.verifications import Conclusion, Verification
from duebell.instance import Instance
from duebell.storage.verify_history import Run, runs

router = APIRouter()

PATH = "/verify"
PHONES = "Test_Phones"
SHOWN = 20
"""Runs of the history."""


@router.get(PATH)
async def overview(instance: TheInstance, pages: ThePages) -> Response:
    """Each group of Global, each that another environment overrides something of, and how its last run ended."""

    def groups(server: ConfigurationServer) -> list[Mapping[str, Any]]:
        return [one for one in server.overview() if one["environment"] == GLOBAL or one["options_set"] or one["changed"]]

    found = await instance.configured(groups)
    places: list[GroupPlace] = [(one["environment"], one["group"]) for one in found]
    last = {place: (await past_runs(instance, *place, 1)) for place in places}
    return pages.answer("verify.html", groups=found, last={place: runs_[0] for place, runs_ in last.items() if runs_})


@dataclass(frozen=True, slots=True)
class Sheet:
    """A group's form, its history, and who looks at it."""

    instance: Instance
    pages: Pages
    environment: str
    group: str
    asking: Principal

    async def html(self, typed: Mapping[str, str] | None = None, **shown: object) -> str:
        """The page; `typed` stands in the fields again."""
        sheet = await self.read()
        options = [
            {**one, "shown_first": one["required"] or bool(one["value"] or one["field"])}
            for one in fields(sheet.pop("options"), typed)
        ]
        if not any(one["shown_first"] for one in options):
            options = [{**one, "shown_first": True} for one in options]
        return self.pages.html("verify_group.html", options=options, cut=CUT, help_of=help_of, **sheet, **shown)

    async def read(self) -> dict[str, Any]:
        """What it shows."""

        def look(server: ConfigurationServer) -> dict[str, Any]:
            options = shown_options(server.shown(self.environment, self.group), self.asking)
            phones = next((one["value"] for one in options if one["key"] == PHONES), None)
            return {"group": server.group(self.environment, self.group), "options": options, "phones": phones}

        return {
            **await self.instance.configured(look),
            "environment": self.environment,
            "runs": await self.runs(),
        }

    async def runs(self) -> list[Run]:
        """The last ones."""
        return await self.instance.read(lambda connection: runs(connection, self.environment, self.group, SHOWN))

    def end(self, conclusion: Conclusion, checks: Sequence[Check]) -> str:
        """The last piece."""
        failed = [check for check in checks if check.result is Result.FAILED]
        return piece(self.pages, "verify_end.html", end=conclusion, failed=failed, place=f"{self.environment}.{self.group}")


@router.get(f"{PATH}/{{environment}}/{{group}}")
async def show(instance: TheInstance, asking: ThePrincipal, pages: ThePages, environment: str, group: str) -> Response:
    """The group's form and its history."""
    await past_runs(instance, environment, group, 1)
    html = await Sheet(instance, pages, environment, group, asking).html(running=False, end=None)
    return Response(html, media_type="text/html", headers=HEADERS)


@router.get(f"{PATH}/{{environment}}/{{group}}/history")
async def history(instance: TheInstance, pages: ThePages, environment: str, group: str) -> Response:
    """The history alone, for a page that is open."""
    found = await past_runs(instance, environment, group, SHOWN)
    return pages.answer("verify_history.html", runs=found, help_of=help_of)


@router.post(f"{PATH}/{{environment}}/{{group}}")
async def verify(  # noqa: PLR0913 - what the framework hands over
    request: Request, instance: TheInstance, asking: ThePrincipal, pages: ThePages, environment: str, group: str
) -> StreamingResponse:
    """Prove what was typed over what is kept; the checks arrive as they finish, within the page or, for our script, alone."""
    form = await request.form()
    sheet = Sheet(instance, pages, environment, group, asking)
    typed = typed_in(form, (await sheet.read())["options"])
    verification = await instance.verifications.begin(
        environment, group, typed, test_phone=_field(form, "test_phone"), who=asking.name
    )
    check_only, remark = _field(form, "then") == "check", _field(form, "remark")
    run = _Run(sheet, verification, check_only=check_only, keep="keep" in form, remark=remark)
    pieces = told(run.pieces(), lambda said: sheet.end(Conclusion(passed=False, detail=said), verification.found))
    return streamed(request, partial(sheet.html, typed, running=True, end=None), pieces)


@dataclass(slots=True)
class _Run:
    """A run of Verify, told as HTML."""

    sheet: Sheet
    verification: Verification
    check_only: bool
    keep: bool
    remark: str | None

    async def pieces(self) -> AsyncIterator[str]:
        """The checks, and how it ended."""
        async for check in self.verification.checks():
            yield check_piece(self.sheet.pages, self.sheet.group, check)
        yield self.sheet.end(await self._concluded(), self.verification.found)

    async def _concluded(self) -> Conclusion:
        if self.check_only:
            return Conclusion(passed=self.verification.passed)
        who = self.sheet.asking.name
        return await self.sheet.instance.verifications.conclude(
            self.verification, keep=self.keep, who=who, remark=self.remark
        )


def _field(form: FormData, name: str) -> str | None:
    return str(form.get(name, "")).strip() or None
