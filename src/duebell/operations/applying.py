"""Applying a version as a whole: what it changes is proven first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from duebell.configuration.check import Check, Result
from duebell.configuration.version import GroupPlace
from duebell.errors import NotPossible

if TYPE_CHECKING:
    from duebell.instance import Instance


class Application:
    """An inactive version on its way into force, for somebody; `seen` is the tag of what he has seen of it.

    `failed`: what Verify found wrong with the group at which it ended.
    """

    def __init__(self, instance: Instance, number: int, who: str, *, seen: str | None = None) -> None:
        self.number = number
        self.failed: list[Check] = []
        self._instance = instance
        self._who = who
        self._seen = seen

    async def checks(self) -> AsyncIterator[tuple[GroupPlace, Check]]:
        """Verify each group that has to be, up to the first that fails: each check as it finishes.

        Raises:
            Unknown: there is no version of this number.
            NotPossible: it was changed meanwhile.
        """
        for place in await self._instance.configured(lambda server: server.unverified(self.number)):
            verification = await self._instance.verifications.begin(*place, version=self.number, who=self._who)
            async for check in verification.checks():
                yield place, check
            self.failed = [check for check in verification.found if check.result is Result.FAILED]
            if self.failed:
                return
            values = verification.values
            await self._instance.configuration(
                lambda server, at=place, proven=values: server.mark(self.number, *at, proven),  # type: ignore[misc]
                self._who,
            )

    async def put_in_force(self) -> None:
        """The version is in force when this returns.

        Raises:
            NotPossible: it isn't inactive, or a group that it changes hasn't passed.
            ChangedMeanwhile: it was changed since it was seen.
        """
        if self.failed:
            raise NotPossible(f"Version {self.number} can't be applied: {self.failed[0].title} failed.")
        await self._instance.put_in_force(lambda server: server.apply_version(self.number, seen=self._seen), self._who)
