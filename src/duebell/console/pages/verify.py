"""Verify: what is typed is proven, a check at a time; failures say first what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from starlette.datastructures import FormData

from duebell.configuration.check import Check, Result
from duebell.configuration.server import ConfigurationServer
from duebell.console.access.door import ThePrincipal
from duebell.console.access.principal import Principal
from duebell.console.api.options import shown_options
from duebell.console.api.verify import help_of, past_runs
from duebell.console.current import TheInstance
from duebell.console.pages.option_form import fields, typed_in
from duebell.console.pages.rendering import HEADERS, Pages, ThePages
from duebell.instance import Instance
from duebell.storage.verify_history import Run, runs
from duebell.verifications import Conclusion, Verification

log = structlog.get_logger(__name__)
router = APIRouter()

PATH = "/verify"
PHONES = "Test_Phones"
SHOWN = 20
"""Runs of the history."""
CUT = "<!-- checks -->"
"""Where the page is cut in two: the checks come between as they finish."""
PIECES = "X-Duebell-Pieces"
"""The header of our script, which wants the checks alone, a line each."""
STREAM_HEADERS = HEADERS | {"X-Accel-Buffering": "no"}


@router.get(PATH)
async def overview(instance: TheInstance, pages: ThePages) -> Response:
    """Each group, and how its last run ended."""

    def groups(server: ConfigurationServer) -> list[Mapping[str, Any]]:
        return list(server.overview())

    found = await instance.configured(groups)
    last = {one["group"]: (await past_runs(instance, one["environment"], one["group"], 1)) for one in found}
    return pages.answer("verify.html", groups=found, last={group: runs_[0] for group, runs_ in last.items() if runs_})


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

    def check(self, check: Check) -> str:
        """A check's piece of HTML, on one line."""
        html = self.pages.html("verify_check.html", check=check, help=help_of(self.group, check.slug))
        return " ".join(html.split()) + "\n"

    def end(self, conclusion: Conclusion, checks: Sequence[Check]) -> str:
        """The last piece."""
        html = self.pages.html(
            "verify_end.html",
            end=conclusion,
            failed=[check for check in checks if check.result is Result.FAILED],
            place=f"{self.environment}.{self.group}",
        )
        return " ".join(html.split()) + "\n"


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
    verification = await instance.verification(
        environment, group, typed, test_phone=_field(form, "test_phone"), who=asking.name
    )
    check_only, remark = _field(form, "then") == "check", _field(form, "remark")
    run = _Run(sheet, verification, check_only=check_only, keep="keep" in form, remark=remark)
    pieces = run.pieces() if PIECES in request.headers else run.page()
    return StreamingResponse(pieces, media_type="text/html; charset=utf-8", headers=STREAM_HEADERS)


@dataclass(slots=True)
class _Run:
    """A run of Verify, told as HTML."""

    sheet: Sheet
    verification: Verification
    check_only: bool
    keep: bool
    remark: str | None

    async def page(self) -> AsyncIterator[str]:
        """The whole page: its head at once, the checks as they finish, and the rest."""
        before, _, _ = (await self.sheet.html(self.verification.typed, running=True, end=None)).partition(CUT)
        yield before
        async for piece in self.pieces():
            yield piece
        _, _, after = (await self.sheet.html(self.verification.typed, running=True, end=None)).partition(CUT)
        yield after

    async def pieces(self) -> AsyncIterator[str]:
        """The checks, and how it ended; a line each."""
        checks: list[Check] = []
        try:
            async for check in self.verification.checks():
                checks.append(check)
                yield self.sheet.check(check)
            yield self.sheet.end(await self._concluded(), checks)
        except Exception as bug:  # the answer has begun: its last line is where a person sees it
            log.exception("internal error")
            said = f"Verify broke off with an internal error ({type(bug).__name__}); the log tells more."
            yield self.sheet.end(Conclusion(passed=False, detail=said), checks)

    async def _concluded(self) -> Conclusion:
        if self.check_only:
            return Conclusion(passed=self.verification.passed)
        who = self.sheet.asking.name
        return await self.sheet.instance.conclude(self.verification, keep=self.keep, who=who, remark=self.remark)


def _field(form: FormData, name: str) -> str | None:
    return str(form.get(name, "")).strip() or None
