"""After Odoo was restored from a backup: what it lacks is owed to it again, in its place, and tells nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from duebell.errors import NotPossible
from duebell.espf.handler import ProvisioningError
from duebell.espf.queue import HandlerRow
from duebell.espf.upkeep import Knowing
from duebell.storage import forgetting, reconciling
from duebell.storage.handlers import all_handlers

if TYPE_CHECKING:
    from duebell.instance import Instance

STEP = 100
"""Provisionings that one unit of work lets wait again: others don't wait for it longer than 50 ms."""


@dataclass(slots=True, kw_only=True)
class Reconciled:
    """What one handler's target was asked for, and what it lacks, by event type; `owed` of it again, and customers to forget anew."""

    handler: str
    asked: int = 0
    lacking: dict[str, int] = field(default_factory=dict)
    owed: int = 0
    forgotten_again: int = 0


async def reconcile(
    instance: Instance, type_: str, since: datetime, tell: Callable[[int, int], None], *, do: bool
) -> list[Reconciled]:
    """Ask the targets of the enabled handlers of this type what they have of all that they took since then; owe the rest if `do`.

    Raises:
        NotConfigured: a handler has no configuration in force.
        NotPossible: there is no such handler, or a target can't be asked now.
    """
    rows = [row for row in await instance.read(all_handlers) if row.type == type_ and row.enabled]
    if not rows:
        raise NotPossible(f"No event handler of the type {type_} is in use: `duebell handlers list` shows them.")
    return [await _reconcile(instance, row, since, tell, do=do) for row in rows]


async def _reconcile(
    instance: Instance, row: HandlerRow, since: datetime, tell: Callable[[int, int], None], *, do: bool
) -> Reconciled:
    found = Reconciled(handler=row.name)
    lacking: list[int] = []
    types: Counter[str] = Counter()
    of = await instance.read(partial(reconciling.count_since, handler_id=row.id, since=since))
    after = 0
    async with instance.target(row) as target:
        if not isinstance(target, Knowing):
            raise NotPossible(f"{row.name} can't be asked which events it has.")
        while page := await instance.read(
            partial(reconciling.provisioned_since, handler_id=row.id, since=since, after=after)
        ):
            known = await _known(target, row, [f"{one.event_id}/{one.replay}" for one in page])
            lacked = [one for one in page if f"{one.event_id}/{one.replay}" not in known]
            lacking += [one.id for one in lacked]
            types.update(one.type for one in lacked)
            found.asked += len(page)
            after = page[-1].id
            tell(found.asked, of)
    found.lacking = dict(types)
    if do:
        await _owe(instance, row, lacking, found, since)
    return found


async def _known(target: Knowing, row: HandlerRow, keys: Sequence[str]) -> set[str]:
    try:
        return set(await target.known(keys))
    except ProvisioningError as error:
        raise NotPossible(f"{row.name} can't be asked now. {error}") from None


async def _owe(instance: Instance, row: HandlerRow, lacking: Sequence[int], found: Reconciled, since: datetime) -> None:
    now = instance.now()
    for start in range(0, len(lacking), STEP):
        step = lacking[start : start + STEP]
        found.owed += await instance.write(partial(reconciling.owe_again, handler_id=row.id, ids=step, now=now))
    found.forgotten_again = await instance.write(partial(forgetting.owe_again, handler_id=row.id, since=since, now=now))
