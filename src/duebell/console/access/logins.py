"""Logging in and out: throttled, noted, and as slow for a name that nobody has as for one that somebody has."""

from __future__ import annotations

import asyncio
import math
from datetime import timedelta
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from duebell.console.access import password as passwords
from duebell.console.access.secret import digest, new_secret
from duebell.errors import DuebellError
from duebell.storage import audit, sessions, tries, users

if TYPE_CHECKING:
    from duebell.instance import Instance

AT_ONCE = 2
"""So many passwords are compared at once: each takes 64 MB."""
LONGEST_BY_NAME = timedelta(minutes=1)
"""Short: whoever fails on purpose under another's name keeps him out for so long."""
LONGEST_BY_ADDRESS = timedelta(minutes=15)


class WrongLogin(DuebellError):
    """No enabled user has this name and this password."""

    slug = "wrong-login"
    http_status = HTTPStatus.UNAUTHORIZED


class TooManyTries(DuebellError):
    """Logins by this name, or from this address, have to wait."""

    slug = "too-many-tries"
    http_status = HTTPStatus.TOO_MANY_REQUESTS


class Logins:
    """By name and password into a session, and out of it."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def begin(self, name: str, password: str, address: str, *, instead_of: str | None = None) -> str:
        """Log in; gives the new session's secret. The session that the browser had before ends.

        Raises:
            TooManyTries: after several that failed.
            WrongLogin: no enabled user has this name and this password.
        """
        proven = await self._prove(name, password, address)
        return await self._instance.write(lambda connection: self._begin(connection, name, proven, address, instead_of))

    async def change_password(self, name: str, password: str, new: str, address: str) -> str:
        """A user's own change: all his sessions end; gives the secret of a new one.

        Raises:
            TooManyTries, WrongLogin: as `begin`.
            InvalidValue: the new one can't be a password.
        """
        proven = await self._prove(name, password, address)
        kept = await asyncio.to_thread(passwords.hashed, new)

        def unit(connection: Connection) -> str:
            _refuse_outdated(connection, name, proven)
            users.set_password(connection, name, kept)
            audit.note(connection, at=self._instance.now(), who=name, action="changed the password", subject=name)
            return self._begin(connection, name, kept, address, None)

        return await self._instance.write(unit)

    async def end(self, name: str, secret: str) -> None:
        """Log out."""

        def unit(connection: Connection) -> None:
            sessions.end(connection, digest(secret))
            audit.note(connection, at=self._instance.now(), who=name, action="logged out")

        await self._instance.write(unit)

    async def _prove(self, name: str, password: str, address: str) -> str:
        """The hash that the password was found to match."""
        by_name, by_address = f"name {digest(name.strip().lower())}", f"address {_of_one_host(address)}"
        longest = {by_name: LONGEST_BY_NAME, by_address: LONGEST_BY_ADDRESS}

        def count(connection: Connection) -> tuple[timedelta | None, str | None]:
            return tries.begin(connection, longest, self._instance.now()), users.password_of(connection, name)

        wait, kept = await self._instance.write(count)
        if wait is not None:
            raise TooManyTries(f"Too many logins failed: try again in {math.ceil(wait.total_seconds())} s.")
        async with self._turns:
            matches = await asyncio.to_thread(passwords.matches, kept, password)
        if kept is None or not matches:
            await self._instance.write(lambda connection: self._note_failure(connection, name, address))
            raise WrongLogin("That is not the name and the password of a user here: check both, or ask an administrator.")
        await self._instance.write(lambda connection: tries.succeeded(connection, by_name, by_address, self._instance.now()))
        return kept

    def _begin(self, connection: Connection, name: str, proven: str, address: str, instead_of: str | None) -> str:
        _refuse_outdated(connection, name, proven)
        now, secret, user = self._instance.now(), new_secret(), users.shown(connection, name.strip())["name"]
        if instead_of is not None:
            sessions.end(connection, digest(instead_of))
        sessions.begin(connection, user, digest(secret), now, self._instance.session_limits)
        audit.note(connection, at=now, who=user, action="logged in", detail=f"from {address}")
        return secret

    def _note_failure(self, connection: Connection, name: str, address: str) -> None:
        """By the name only if somebody has it: people type passwords there too."""
        known = users.password_of(connection, name) is not None
        who = name.strip().lower() if known else "nobody"
        detail = f"from {address}" if known else f"from {address}; no enabled user has the name"
        audit.note(connection, at=self._instance.now(), who=who, action="login failed", detail=detail)


def _refuse_outdated(connection: Connection, name: str, proven: str) -> None:
    if users.password_of(connection, name) != proven:
        raise WrongLogin("The password was changed, or the user disabled, a moment ago: log in anew.")


def _of_one_host(address: str) -> str:
    """An IPv6 host has a whole network of addresses to come from."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else str(parsed)
