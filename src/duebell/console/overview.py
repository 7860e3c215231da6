"""What the overview and the handlers' page show, for all who look at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request

from duebell.console.live import Live
from duebell.duties.telling import Telling
from duebell.operations.draining import Draining, Drains
from duebell.operations.flow import Flow
from duebell.storage.flow import Minute

if TYPE_CHECKING:
    from duebell.instance import Instance


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One look: the status as `Instance.status` gives it, unmasked; whether customers are told; the last hour's minutes.

    `drains`: those that pages began, by the handler's name. A handler in the status has a field more, `unconfigured`: None, or the
    sentence that says that nothing is in force for it.
    """

    at: datetime
    status: Mapping[str, Any]
    telling: Telling
    minutes: Sequence[Minute]
    drains: Mapping[str, Draining]


class Overview:
    """Looks at an instance; see `Live`. The drains that pages began are kept here too."""

    def __init__(self, instance: Instance) -> None:
        self.drains = Drains(instance)
        self.live = Live(self._look)
        self._instance = instance
        self.flow = Flow(instance)

    def end(self) -> None:
        """Let those go who look: what follows it would hold up the end of the process."""
        self.live.is_over = True

    async def close(self) -> None:
        """End what pages began."""
        await self.drains.cancel_all()

    async def _look(self) -> Seen:
        status = await self._instance.status()
        unconfigured = self._instance.unconfigured()
        handlers = [{**handler, "unconfigured": unconfigured.get(handler["name"])} for handler in status["handlers"]]
        names = [handler["name"] for handler in handlers]
        return Seen(
            at=self._instance.now(),
            status={**status, "handlers": handlers},
            telling=await self._instance.telling.now(),
            minutes=await self.flow.last_hour(),
            drains={name: drain for name in names if (drain := self.drains.of(name))},
        )


def _overview(request: Request) -> Overview:
    found: Overview = request.app.state.overview
    return found


TheOverview = Annotated[Overview, Depends(_overview)]
