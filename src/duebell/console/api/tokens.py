"""API tokens over HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, status
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from duebell.console.access.door import ThePrincipal
from duebell.console.access.principal import Scope
from duebell.console.access.secret import digest, new_token
from duebell.console.access.trail import noted_within
from duebell.console.current import TheInstance
from duebell.console.problems import problems
from duebell.errors import InvalidValue, NotPossible, Unknown
from duebell.storage import tokens
from duebell.storage.audit import note

router = APIRouter(prefix="/tokens", tags=["tokens"])
NOTED = [Depends(noted_within)]


class NewToken(BaseModel):
    """Who will use it, what it may do, and for how many days."""

    model_config = ConfigDict(extra="forbid")
    label: str
    scopes: list[Scope]
    days: Annotated[int, Field(ge=1, le=3650)] = 365


class Token(BaseModel):
    """A token, without its secret. `used_at` is exact to the minute; none, never yet."""

    label: str
    scopes: list[Scope]
    created_at: datetime
    created_by: str
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


class MadeToken(Token):
    """A token with its secret, which is shown this once."""

    token: str


@router.get("", response_model=list[Token])
async def list_tokens(instance: TheInstance) -> list[dict[str, Any]]:
    """All tokens, the newest first, those that were revoked too."""
    return await instance.read(tokens.all_tokens)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=NOTED,
    response_model=MadeToken,
    responses=problems(InvalidValue, NotPossible),
)
async def add_token(instance: TheInstance, asking: ThePrincipal, new: NewToken) -> dict[str, Any]:
    """Make a token: `token` goes into the header `Authorization: Bearer …`, and is never shown again."""
    if Scope.LOCAL in new.scopes:
        raise InvalidValue("The scope local is for this machine's own user: no token has it.")
    secret = new_token()

    def unit(connection: Connection) -> dict[str, Any]:
        now = instance.now()
        expires_at = now + timedelta(days=new.days)
        made = tokens.add(
            connection, new.label, digest(secret), set(new.scopes), created_by=asking.name, now=now, expires_at=expires_at
        )
        detail = f"may {', '.join(made['scopes'])}; expires {expires_at:%Y-%m-%d}"
        note(connection, at=now, who=asking.name, action="made a token", subject=new.label, detail=detail)
        return made

    return {**await instance.write(unit), "token": secret}


@router.post("/{label}/revoke", dependencies=NOTED, response_model=list[Token], responses=problems(Unknown))
async def revoke_token(instance: TheInstance, asking: ThePrincipal, label: str) -> list[dict[str, Any]]:
    """End a token at once; all tokens as they are then."""

    def unit(connection: Connection) -> list[dict[str, Any]]:
        tokens.revoke(connection, label, instance.now())
        note(connection, at=instance.now(), who=asking.name, action="revoked a token", subject=label)
        return tokens.all_tokens(connection)

    return await instance.write(unit)
