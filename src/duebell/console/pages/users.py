"""Who may log in, and which programs have tokens."""

from __future__ import annotations

from collections.abc import Awaitable
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import RedirectResponse, Response
from pydantic import SecretStr

from duebell.console.access.door import ThePrincipal
from duebell.console.access.principal import Role, Scope
from duebell.console.access.trail import noted_within
from duebell.console.api import tokens, users
from duebell.console.current import TheInstance
from duebell.console.pages.rendering import Pages, ThePages
from duebell.errors import DuebellError
from duebell.instance import Instance

router = APIRouter()
PATH = "/users"
NOTED = [Depends(noted_within)]
TOKEN_SCOPES = (Scope.RECORD, Scope.MEASURE, Scope.VIEW, Scope.OPERATE, Scope.ADMINISTER)
"""In the order in which they are offered."""
Text = Annotated[str, Form()]


@router.get(PATH)
async def show(instance: TheInstance, pages: ThePages) -> Response:
    """Users and tokens, with what can be done."""
    return await _page(instance, pages)


@router.post(PATH, dependencies=NOTED)
async def add_user(  # noqa: PLR0913 - the form's fields
    instance: TheInstance, asking: ThePrincipal, pages: ThePages, name: Text, role: Annotated[Role, Form()], password: Text
) -> Response:
    """See the API's `add_user`."""
    new = users.NewUser(name=name, role=role, password=SecretStr(password))
    return await _then_shown(instance, pages, users.add_user(instance, asking, new))


@router.post(PATH + "/{name}/role", dependencies=NOTED)
async def set_role(
    instance: TheInstance, asking: ThePrincipal, pages: ThePages, name: str, role: Annotated[Role, Form()]
) -> Response:
    """See the API's `set_role`."""
    return await _then_shown(instance, pages, users.set_role(instance, asking, name, users.AskedRole(role=role)))


@router.post(PATH + "/{name}/password", dependencies=NOTED)
async def set_password(instance: TheInstance, asking: ThePrincipal, pages: ThePages, name: str, password: Text) -> Response:
    """See the API's `set_password`."""
    asked = users.AskedPassword(password=SecretStr(password))
    return await _then_shown(instance, pages, users.set_password(instance, asking, name, asked))


@router.post(PATH + "/{name}/enable", dependencies=NOTED)
async def enable(instance: TheInstance, asking: ThePrincipal, pages: ThePages, name: str) -> Response:
    """See the API's `enable`."""
    return await _then_shown(instance, pages, users.enable(instance, asking, name))


@router.post(PATH + "/{name}/disable", dependencies=NOTED)
async def disable(instance: TheInstance, asking: ThePrincipal, pages: ThePages, name: str) -> Response:
    """See the API's `disable`."""
    return await _then_shown(instance, pages, users.disable(instance, asking, name))


@router.post(PATH + "/tokens", dependencies=NOTED)
async def add_token(  # noqa: PLR0913 - the form's fields
    instance: TheInstance,
    asking: ThePrincipal,
    pages: ThePages,
    label: Text,
    days: Annotated[int, Form(ge=1, le=3650)],
    scopes: Annotated[list[Scope] | None, Form()] = None,
) -> Response:
    """The page with the new token on it, this once; see the API's `add_token`."""
    new = tokens.NewToken(label=label, scopes=scopes or [], days=days)
    try:
        made = await tokens.add_token(instance, asking, new)
    except DuebellError as error:
        return await _page(instance, pages, wrong=error)
    return await _page(instance, pages, made=made)


@router.post(PATH + "/tokens/{label}/revoke", dependencies=NOTED)
async def revoke_token(instance: TheInstance, asking: ThePrincipal, pages: ThePages, label: str) -> Response:
    """See the API's `revoke_token`."""
    return await _then_shown(instance, pages, tokens.revoke_token(instance, asking, label))


async def _then_shown(instance: Instance, pages: Pages, change: Awaitable[object]) -> Response:
    """The page anew; with what was wrong on it, if something was."""
    try:
        await change
    except DuebellError as error:
        return await _page(instance, pages, wrong=error)
    return RedirectResponse(PATH, HTTPStatus.SEE_OTHER)


async def _page(
    instance: Instance, pages: Pages, *, wrong: DuebellError | None = None, made: dict[str, object] | None = None
) -> Response:
    return pages.answer(
        "users.html",
        status_code=wrong.http_status if wrong else HTTPStatus.OK,
        wrong=str(wrong) if wrong else "",
        made=made,
        users=await users.list_users(instance),
        tokens=await tokens.list_tokens(instance),
        now=instance.now(),
        roles=list(Role),
        scopes=TOKEN_SCOPES,
    )
