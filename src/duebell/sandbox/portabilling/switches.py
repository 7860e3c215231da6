"""The switches of the nuisances: which are on now, for good or for a while."""

from __future__ import annotations

import asyncio

from duebell.sandbox.portabilling.nuisances import Nuisances


class Switches:
    """`on` are the nuisances of this moment."""

    def __init__(self, on: Nuisances) -> None:
        self.on = on
        self._ending: asyncio.TimerHandle | None = None

    def now(self) -> Nuisances:
        """Those of this moment."""
        return self.on

    def switch(self, on: Nuisances, seconds: float | None = None) -> None:
        """Have these and no others; with `seconds` for so long, then again those that were there for good."""
        before = self._for_good
        if self._ending is not None:
            self._ending.cancel()
        self.on, self._ending = on, None
        if seconds is not None:
            self._ending = asyncio.get_running_loop().call_later(seconds, self.switch, before)
            self._before = before

    @property
    def _for_good(self) -> Nuisances:
        return self._before if self._ending is not None else self.on
