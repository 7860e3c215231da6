"""Keys of handlers changed without anybody at work: a new one in the target, verified, put in force, and an end for the old one.

Whatever fails, and wherever the process ends, the key in force is a good one: the old one is revoked last of all.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

import structlog
from sqlalchemy import Connection

from duebell.alarms.causes import KEY
from duebell.configuration.check import Result
from duebell.configuration.environment import GLOBAL
from duebell.configuration.secrets import UnreadableSecret
from duebell.configuration.server import ConfigurationServer
from duebell.duties.verifications import Verifications
from duebell.errors import DuebellError, NotConfigured, NotPossible
from duebell.espf.agreement import Rotating
from duebell.espf.handler import EventHandler, ProvisioningError
from duebell.espf.queue import HandlerRow
from duebell.handlers import TYPES
from duebell.storage import alarms
from duebell.storage.audit import note
from duebell.storage.handlers import all_handlers, named
from duebell.storage.key_rotations import KeyRotation, keep_key_rotation, key_rotation_of

log = structlog.get_logger(__name__)
T = TypeVar("T")

LOOK = 600.0
"""Seconds between two looks whether a key is due."""
TRY_AGAIN = timedelta(hours=1)
"""After a change by schedule that failed."""
SCHEDULE = "schedule"
"""Who changes keys by itself."""
EVERY = "Rotate_Key_Every"
"""The option, in days, of every group whose key can be changed."""


class Place(Protocol):
    """What is needed of the instance: its store, its Configuration server, its secrets, its targets."""

    now: Callable[[], datetime]

    @property
    def leads(self) -> bool: ...
    async def read(self, query: Callable[[Connection], T]) -> T: ...
    async def write(self, unit: Callable[[Connection], T]) -> T: ...
    async def configuration(self, use: Callable[[ConfigurationServer], T], who: str = ...) -> T: ...
    def target(
        self, row: HandlerRow, values: Mapping[str, str] | None = None
    ) -> AbstractAsyncContextManager[EventHandler]: ...
    def sealed(self, text: str, place: str) -> str: ...
    def opened(self, sealed: str, place: str) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """What is known of a handler's key after a change. `left`: why the former key is still good; None: it has ended."""

    handler: str
    rotated_at: datetime | None
    left: str | None


class KeyRotations:
    """Changes keys when asked and, in `run()`, by schedule until cancelled."""

    def __init__(self, here: Place, verifications: Verifications) -> None:
        self._here = here
        self._verifications = verifications
        self._one_at_a_time = asyncio.Lock()

    async def known(self, name: str) -> KeyRotation:
        """What is known of a handler's key.

        Raises:
            Unknown: there is no such handler.
        """
        return await self._here.read(lambda connection: key_rotation_of(connection, named(connection, name).id))

    async def rotate(self, name: str, who: str) -> Rotated:
        """Change the handler's key.

        Raises:
            Unknown: there is no such handler.
            NotConfigured: nothing is in force for it.
            NotPossible: it can't be done now, or not from here; the old key is in force. The sentence says how to go on.
        """
        async with self._one_at_a_time:
            row = await self._here.read(partial(named, name=name))
            return await _Change(self._here, self._verifications, row, who).carry_out()

    async def run(self) -> None:
        """Change what is due, and revoke what was left."""
        while True:
            if self._here.leads:
                for row in await self._here.read(all_handlers):
                    if row.enabled and TYPES[row.type].key:
                        await self.look_after(row)
            await asyncio.sleep(LOOK)

    async def look_after(self, row: HandlerRow) -> None:
        """Change the handler's key if that is due; a person is told when it fails."""
        known = await self._here.read(partial(key_rotation_of, handler_id=row.id))
        try:
            if await self._is_due(row, known):
                await self.rotate(row.name, SCHEDULE)
            elif known.former_key:
                async with self._one_at_a_time:
                    await _Change(self._here, self._verifications, row, SCHEDULE).revoke_former()
        except NotConfigured:
            return
        except DuebellError as error:
            await self._here.write(partial(_failed, row=row, because=str(error), now=self._here.now()))

    async def _is_due(self, row: HandlerRow, known: KeyRotation) -> bool:
        group = TYPES[row.type].group.name
        values = await self._here.configuration(lambda server: server.applied(row.environment, group))
        if await self._here.configuration(lambda server: is_globals(server, row.environment, group, TYPES[row.type].key)):
            return False
        every, now = timedelta(days=int(values.get(EVERY, "0"))), self._here.now()
        if not every or (known.next_at and now < known.next_at):
            return False
        return known.rotated_at is None or now - known.rotated_at >= every


class _Change:
    """One change of one handler's key."""

    def __init__(self, here: Place, verifications: Verifications, row: HandlerRow, who: str) -> None:
        handler_type = TYPES[row.type]
        if handler_type.key is None:
            raise NotPossible(
                f"{row.name} has no key that its target could change: set another one with `duebell configure`."
            )
        self._here, self._verifications, self._row, self._who = here, verifications, row, who
        self._group, self._key = handler_type.group.name, handler_type.key
        self._name = f"{row.environment}.{self._group}"

    async def carry_out(self) -> Rotated:
        await self.revoke_former()
        old = await self._in_force()
        await self._here.configuration(self._refuse_fixed)
        await self._here.configuration(self._refuse_globals)
        await self._refuse_unverified(old)
        new = {**old, self._key: await self._made()}
        try:
            await self._put_in_force(new[self._key], self._sealed(old))
        except BaseException:
            await asyncio.shield(self._undo(new))
            raise
        await self._here.write(self._done)
        return Rotated(handler=self._row.name, rotated_at=self._here.now(), left=await self.revoke_former())

    async def revoke_former(self) -> str | None:
        """End the key that was in force before; why it is still good, if so."""
        known = await self._here.read(partial(key_rotation_of, handler_id=self._row.id))
        if known.former_key is None:
            return None
        values, left = await self._in_force(), None
        try:
            former = self._here.opened(known.former_key, self._place)
            if former != values[self._key]:  # else it never came to a change
                await self._here.configuration(partial(self._let_go, former=former), self._who)
                left = await self._here.configuration(partial(self._used_elsewhere, former=former))
                if left is None:
                    async with self._target(values | {self._key: former}) as target:
                        await target.revoke_key()
        except UnreadableSecret:
            log.warning("a former key can't be read, and is not revoked", handler=self._row.name)
        except ProvisioningError as error:
            return f"The former key could not be revoked yet, which is tried again: {error}"
        await self._here.write(partial(keep_key_rotation, handler_id=self._row.id, former_key=None))
        return left

    def _used_elsewhere(self, server: ConfigurationServer, *, former: str) -> str | None:
        """The same key may have been typed for another environment: it ends with the last that uses it."""
        for name in server.tree.environments:
            own = name != self._row.environment and self._key in server.own(name, self._group)
            if own and server.in_force(name, self._group)[self._key] == former:
                return f"The former key is in force for {name} too, and ends when that one is changed."
        return None

    def _let_go(self, server: ConfigurationServer, *, former: str) -> None:
        """No version keeps it, so that rolling back brings back no key that has ended."""
        server.replace_secret(self._row.environment, self._group, self._key, former)

    async def _in_force(self) -> dict[str, str]:
        def read(server: ConfigurationServer) -> dict[str, str]:
            server.applied(self._row.environment, self._group)  # or else it isn't configured
            return server.in_force(self._row.environment, self._group)

        return await self._here.configuration(read)

    def _refuse_fixed(self, server: ConfigurationServer) -> None:
        if variable := server.tree.fixed_by(self._group, self._key):
            raise NotPossible(
                f"{self._name}.{self._key} is fixed by the environment variable {variable} of Duebell's process: make a key in the "
                "target by hand, set the variable to it and start Duebell anew, then revoke the old key there."
            )

    def _refuse_globals(self, server: ConfigurationServer) -> None:
        if is_globals(server, self._row.environment, self._group, self._key):
            raise NotPossible(
                f"{self._row.name} uses the key of {GLOBAL}.{self._group}: change that one, `duebell rotate-key {self._row.type}`; "
                "it is in force here at once."
            )

    async def _refuse_unverified(self, in_force: Mapping[str, str]) -> None:
        """What somebody typed besides isn't put in force by the way."""
        typed = await self._here.configuration(lambda server: server.draft(self._row.environment, self._group))
        if {**typed, self._key: ""} != {**in_force, self._key: ""}:
            raise NotPossible(
                f"{self._name} has changes that were typed but are not in force: run `duebell verify {self._name}`, or type "
                "back what is in force; then change the key."
            )

    async def _made(self) -> str:
        async with self._target(None) as target:
            try:
                return await target.new_key()
            except ProvisioningError as error:
                raise NotPossible(
                    f"{self._row.name} got no new key: {error} The old one is in force. By hand: make a key of the same user "
                    f"in the target, `duebell configure {self._name} {self._key}`, `duebell verify {self._name}`, then "
                    "revoke the old key there."
                ) from error

    async def _put_in_force(self, key: str, former: str) -> None:
        """Verified, and only with what is needed to end the former one kept before."""
        verification = await self._verifications.begin(self._row.environment, self._group, {self._key: key}, who=self._who)
        failed = [check async for check in verification.checks() if check.result is Result.FAILED]
        if failed:
            because = f"with the new one this failed: {failed[0].title}: {failed[0].found}"
            raise NotPossible(f"{self._row.name} keeps its old key: {because}")
        await self._here.write(partial(keep_key_rotation, handler_id=self._row.id, former_key=former))
        conclusion = await self._verifications.conclude(verification, keep=False, who=self._who)
        if not conclusion.applied:
            raise NotPossible(f"{self._row.name} keeps its old key: {conclusion.detail}")

    async def _undo(self, new: Mapping[str, str]) -> None:
        """End the new key unless it came into force; if that fails too, it ends with the next change."""
        if (await self._in_force()).get(self._key) == new[self._key]:
            return
        try:
            async with self._target(new) as target:
                await target.revoke_key()
        except ProvisioningError as error:
            log.warning("a new key is left over", handler=self._row.name, because=str(error))

    def _done(self, connection: Connection) -> None:
        now = self._here.now()
        keep_key_rotation(connection, self._row.id, rotated_at=now, next_at=None)
        alarms.clear(connection, KEY + self._row.name, now)
        note(connection, at=now, who=self._who, action="changed a key", subject=f"{self._name}.{self._key}")

    def _sealed(self, values: Mapping[str, str]) -> str:
        return self._here.sealed(values[self._key], self._place)

    @property
    def _place(self) -> str:
        return f"{self._name}.{self._key} (former)"

    @asynccontextmanager
    async def _target(self, values: Mapping[str, str] | None) -> AsyncIterator[Rotating]:
        async with self._here.target(self._row, values) as target:
            if not isinstance(target, Rotating):
                raise NotPossible(f"{self._row.name} has no key that its target could change.")
            yield target


def is_globals(server: ConfigurationServer, environment: str, group: str, key: str | None) -> bool:
    """Whether the key that is in force for an environment is Global's: it is changed there, once for all who use it."""
    return environment != GLOBAL and key not in server.own(environment, group)


def _failed(connection: Connection, *, row: HandlerRow, because: str, now: datetime) -> None:
    keep_key_rotation(connection, row.id, next_at=now + TRY_AGAIN)
    alarms.stand(connection, KEY + row.name, because, now)
