"""Becoming known: the first administrator, login, logout, one's own password."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from duebell.console import problems
from duebell.console.access import session
from duebell.console.access.door import NotAuthenticated, ThePrincipal
from duebell.console.access.first_run import FirstRun
from duebell.console.access.forgery import refuse_foreign
from duebell.console.access.logins import Logins
from duebell.console.access.trail import noted_within
from duebell.console.api import PREFIX
from duebell.console.pages.rendering import ThePages, bare
from duebell.errors import DuebellError, InvalidValue

router = APIRouter()
"""For anybody."""
own_router = APIRouter()
"""For whoever has logged in."""

LOGIN = "/login"
FIRST_RUN = "/first-run"
_SPACE_OR_SLASH = frozenset("\\\x7f") | {chr(code) for code in range(33)}
"""What browsers take for a slash, or leave out, in an address."""

Text = Annotated[str, Form()]


def _logins(request: Request) -> Logins:
    found: Logins = request.app.state.logins
    return found


def _first_run(request: Request) -> FirstRun:
    found: FirstRun = request.app.state.first_run
    return found


TheLogins = Annotated[Logins, Depends(_logins)]
TheFirstRun = Annotated[FirstRun, Depends(_first_run)]


async def lead_to_login(request: Request, error: Exception) -> Response:
    """Answer to whoever isn't known: a person gets the login, a program the problem."""
    assert isinstance(error, NotAuthenticated)  # noqa: S101 - registered for it alone
    answer = problems.answer(error)
    answer.headers["WWW-Authenticate"] = "Bearer"
    if request.url.path.startswith(PREFIX) or "text/html" not in request.headers.get("accept", ""):
        if "hx-request" in request.headers:
            answer.headers["HX-Redirect"] = f"{LOGIN}?next={quote(_shown_page(request))}"
        return answer
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    after = f"?next={quote(here)}" if request.method == "GET" and here != "/" else ""
    return RedirectResponse(f"{LOGIN}{after}", HTTPStatus.SEE_OTHER)


def local_path(wanted: str) -> str:
    """A page of ours; the overview in place of anything else."""
    is_local = wanted.startswith("/") and not wanted.startswith("//") and not _SPACE_OR_SLASH.intersection(wanted)
    return wanted if is_local else "/"


@router.get(LOGIN)
async def show_login(request: Request, first_run: TheFirstRun, next: str = "/") -> HTMLResponse:  # noqa: A002 - as browsers ask
    """The form; before there is any user, where to find the address that makes the first."""
    return bare(request, "login.html", next=local_path(next), name="", wrong="", first=not await first_run.is_over())


@router.post(LOGIN)
async def log_in(
    request: Request,
    logins: TheLogins,
    name: Text,
    password: Text,
    next: Text = "/",  # noqa: A002 - as browsers ask
) -> Response:
    """To the page that was asked for; or the form again, and why."""
    refuse_foreign(request)
    after = local_path(next)
    try:
        secret = await logins.begin(name, password, _address(request), instead_of=session.secret_of(request))
    except DuebellError as error:
        shown = {"next": after, "name": name, "wrong": str(error), "first": False}
        return bare(request, "login.html", status_code=error.http_status, **shown)
    answer = RedirectResponse(after, HTTPStatus.SEE_OTHER)
    session.hand_out(request, answer, secret)
    return answer


@router.get(FIRST_RUN)
async def show_first_run(request: Request, first_run: TheFirstRun, token: str = "") -> Response:
    """The form for the first administrator, for whoever has the address that `duebell serve` wrote."""
    if await first_run.is_over():
        return RedirectResponse(LOGIN, HTTPStatus.SEE_OTHER)
    first_run.refuse_other(token)
    return bare(request, "first-run.html", token=token, name="", wrong="")


@router.post(FIRST_RUN)
async def make_administrator(  # noqa: PLR0913 - the form's fields
    request: Request,
    logins: TheLogins,
    first_run: TheFirstRun,
    token: Text,
    name: Text,
    password: Text,
    again: Text,
) -> Response:
    """Logged in as the first administrator; or the form again, and why."""
    refuse_foreign(request)
    try:
        _refuse_mistyped(password, again)
        added = await first_run.make_administrator(token, name, password)
    except InvalidValue as error:
        shown = {"token": token, "name": name, "wrong": str(error)}
        return bare(request, "first-run.html", status_code=error.http_status, **shown)
    answer = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    session.hand_out(request, answer, await logins.begin(added, password, _address(request)))
    return answer


@own_router.post("/logout", dependencies=[Depends(noted_within)])
async def log_out(request: Request, logins: TheLogins, asking: ThePrincipal) -> Response:
    """To the login."""
    answer = RedirectResponse(LOGIN, HTTPStatus.SEE_OTHER)
    if secret := session.secret_of(request):
        await logins.end(asking.name, secret)
        session.take_back(request, answer)
    return answer


@own_router.get("/account")
async def show_account(pages: ThePages, changed: str = "") -> HTMLResponse:
    """One's own name, role and password."""
    return pages.answer("account.html", wrong="", changed=bool(changed))


@own_router.post("/account/password", dependencies=[Depends(noted_within)])
async def change_password(  # noqa: PLR0913 - the form's fields
    request: Request,
    logins: TheLogins,
    asking: ThePrincipal,
    pages: ThePages,
    password: Text,
    new: Text,
    again: Text,
) -> Response:
    """Another password: every other session ends."""
    try:
        _refuse_mistyped(new, again)
        secret = await logins.change_password(asking.name, password, new, _address(request))
    except DuebellError as error:
        return pages.answer("account.html", status_code=error.http_status, wrong=str(error), changed=False)
    answer = RedirectResponse("/account?changed=1", HTTPStatus.SEE_OTHER)
    session.hand_out(request, answer, secret)
    return answer


def _refuse_mistyped(password: str, again: str) -> None:
    if password != again:
        raise InvalidValue("The two passwords differ: type the same one twice.")


def _address(request: Request) -> str:
    return request.client.host if request.client else "this machine"


def _shown_page(request: Request) -> str:
    """The page that htmx asked from."""
    try:
        parts = urlsplit(request.headers.get("hx-current-url", "/"))
    except ValueError:
        return "/"
    return local_path((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
