"""What was sent of an event: its messages in their words, asked of the targets while somebody looks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from duebell.errors import NotConfigured
from duebell.espf.handler import ProvisioningError
from duebell.espf.queue import HandlerRow
from duebell.espf.told import Quoting, Told
from duebell.espf.upkeep import KEYS
from duebell.storage.event_log import tried
from duebell.storage.handlers import named

if TYPE_CHECKING:
    from duebell.instance import Instance

AT_MOST = 10.0
"""Seconds that somebody who looks waits for a target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """What one handler's target says; `because` is why it can't be asked now, `told` by replay number what it has of the event."""

    handler: str
    handler_type: str
    because: str | None = None
    told: Mapping[int, Told] = field(default_factory=dict)


async def quoted(instance: Instance, event_id: str) -> list[Quoted]:
    """Ask every target that was tried with the event, all at once; one that quotes nothing isn't among the answers.

    Also what was given up is asked for: the answer to a try may have been lost.

    Raises:
        Unknown: no such event.
    """

    def query(connection: Connection) -> list[tuple[HandlerRow, dict[str, int]]]:
        return [(named(connection, handler), keys) for handler, keys in tried(connection, event_id).items()]

    asked = await instance.read(query)
    answers = await asyncio.gather(*(_quoted(instance, row, keys) for row, keys in asked))
    return [answer for answer in answers if answer]


async def _quoted(instance: Instance, row: HandlerRow, keys: Mapping[str, int]) -> Quoted | None:
    answer = partial(Quoted, handler=row.name, handler_type=row.type)
    try:
        async with asyncio.timeout(AT_MOST), instance.target(row) as target:
            if not isinstance(target, Quoting):
                return None
            told = await target.told([*keys][-KEYS:])
    except TimeoutError:
        return answer(because=f"{row.name} did not answer within {AT_MOST:.0f} seconds.")
    except (ProvisioningError, NotConfigured) as error:
        return answer(because=str(error))
    return answer(told={replay: told[key] for key, replay in keys.items() if key in told})
