"""Users over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Depends, status
from pydantic import BaseModel, ConfigDict, SecretStr
from sqlalchemy import Connection

from duebell.console.access.door import ThePrincipal
from duebell.console.access.password import hashed
from duebell.console.access.principal import Principal, Role
from duebell.console.access.trail import noted_within
from duebell.console.current import TheInstance
from duebell.console.problems import problems
from duebell.errors import InvalidValue, NotPossible, Unknown
from duebell.instance import Instance
from duebell.storage import users
from duebell.storage.audit import note

router = APIRouter(prefix="/users", tags=["users"])
NOTED = [Depends(noted_within)]


class Asked(BaseModel):
    """Anything else than these fields is a mistake."""

    model_config = ConfigDict(extra="forbid")


class NewUser(Asked):
    """Who may log in. The password has 12 to 1000 characters."""

    name: str
    role: Role = Role.VIEWER
    password: SecretStr


class AskedRole(Asked):
    """What the user may do."""

    role: Role


class AskedPassword(Asked):
    """12 to 1000 characters."""

    password: SecretStr


class User(BaseModel):
    """A local user. `last_login_at`: none, never yet."""

    name: str
    role: Role
    enabled: bool
    created_at: datetime
    last_login_at: datetime | None


@router.get("", response_model=list[User])
async def list_users(instance: TheInstance) -> list[dict[str, Any]]:
    """All users, by name, those that are disabled too."""
    return await instance.read(users.all_users)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=NOTED,
    response_model=User,
    responses=problems(InvalidValue, NotPossible),
)
async def add_user(instance: TheInstance, asking: ThePrincipal, new: NewUser) -> dict[str, Any]:
    """Add a user, who can log in at once."""
    kept = await asyncio.to_thread(hashed, new.password.get_secret_value())

    def change(connection: Connection) -> str:
        return users.add(connection, new.name, new.role, kept, instance.now())

    return await _changed(instance, asking, change, "added a user", f"as {new.role}")


@router.post("/{name}/role", dependencies=NOTED, response_model=User, responses=problems(Unknown, NotPossible))
async def set_role(instance: TheInstance, asking: ThePrincipal, name: str, asked: AskedRole) -> dict[str, Any]:
    """Change what a user may do, at once. The last administrator stays one."""

    def change(connection: Connection) -> str:
        users.set_role(connection, name, asked.role)
        return name

    return await _changed(instance, asking, change, "changed a role", f"to {asked.role}")


@router.post("/{name}/password", dependencies=NOTED, response_model=User, responses=problems(Unknown, InvalidValue))
async def set_password(instance: TheInstance, asking: ThePrincipal, name: str, asked: AskedPassword) -> dict[str, Any]:
    """Give a user another password. Sessions under the old one end."""
    kept = await asyncio.to_thread(hashed, asked.password.get_secret_value())

    def change(connection: Connection) -> str:
        users.set_password(connection, name, kept)
        return name

    return await _changed(instance, asking, change, "changed a password")


@router.post("/{name}/enable", dependencies=NOTED, response_model=User, responses=problems(Unknown))
async def enable(instance: TheInstance, asking: ThePrincipal, name: str) -> dict[str, Any]:
    """Let a user log in again, with the password from before."""

    def change(connection: Connection) -> str:
        users.enable(connection, name)
        return name

    return await _changed(instance, asking, change, "enabled a user")


@router.post("/{name}/disable", dependencies=NOTED, response_model=User, responses=problems(Unknown, NotPossible))
async def disable(instance: TheInstance, asking: ThePrincipal, name: str) -> dict[str, Any]:
    """Let a user in no more, and end the sessions. The last administrator stays."""

    def change(connection: Connection) -> str:
        users.disable(connection, name)
        return name

    return await _changed(instance, asking, change, "disabled a user")


async def _changed(
    instance: Instance, asking: Principal, change: Callable[[Connection], str], action: str, detail: str | None = None
) -> dict[str, Any]:
    """Change and note it in one transaction; the user as he is then."""

    def unit(connection: Connection) -> dict[str, Any]:
        user = users.shown(connection, change(connection))
        note(connection, at=instance.now(), who=asking.name, action=action, subject=user["name"], detail=detail)
        return user

    return await instance.write(unit)
