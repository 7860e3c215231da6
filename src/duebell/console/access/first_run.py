"""Who was at the machine when Duebell was first started makes the first administrator: a one-time token shows that he was."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from duebell.console.access import password as passwords
from duebell.console.access.door import NotAllowed
from duebell.console.access.principal import Role
from duebell.console.access.secret import new_secret, same
from duebell.storage import audit, users

if TYPE_CHECKING:
    from duebell.instance import Instance


class FirstRun:
    """The token is this process's own: valid until there is a user, kept nowhere. The next start makes another one."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self.token = new_secret()

    async def is_over(self) -> bool:
        """Whether somebody can log in already."""
        return await self._instance.read(users.is_any)

    def refuse_other(self, token: str) -> None:
        """Let nobody pass but whoever has the token.

        Raises:
            NotAllowed: it is another one.
        """
        if not same(token, self.token):
            raise NotAllowed("That is not the address of this start: it is in the newest lines that `duebell serve` wrote.")

    async def make_administrator(self, token: str, name: str, password: str) -> str:
        """Add the first user; gives the name as it is kept.

        Raises:
            NotAllowed: it is another token, or there is a user already.
            InvalidValue: it can't be a name or a password.
        """
        self.refuse_other(token)
        return await self._instance.write(
            partial(self._add, name=name, kept=await asyncio.to_thread(passwords.hashed, password))
        )

    def _add(self, connection: Connection, *, name: str, kept: str) -> str:
        if users.is_any(connection):
            raise NotAllowed("There is a user already: log in. An administrator adds others.")
        now = self._instance.now()
        added = users.add(connection, name, Role.ADMINISTRATOR, kept, now)
        audit.note(connection, at=now, who=added, action="became the first administrator", subject=added)
        return added
