"""What an operator does about what came from PortaBilling. Who did it is noted in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection

from duebell.storage.audit import note
from duebell.storage.quarantine import (
    Quarantined,
    discard_quarantine,
    discard_quarantined,
    retry_quarantine,
    retry_quarantined,
)
from duebell.storage.raw_events import KeptRaw, discard_raw, retry_failed, retry_raw
from duebell.storage.sources import Source, pause_source, resume_source, source_of

if TYPE_CHECKING:
    from duebell.instance import Instance

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Taken:
    """How many bodies were taken out of quarantine, and how many are still in it."""

    taken: int
    left: int


async def pause(instance: Instance, who: str, environment: str, because: str) -> Source:
    """Read nothing of a PortaBilling until resumed; see `pause_source`.

    Raises:
        Unknown: there is no such source.
        InvalidValue: no reason.
    """
    unit = partial(pause_source, environment=environment, because=because, now=instance.now())
    return await _noted(instance, who, "paused PortaBilling", environment, unit)


async def resume(instance: Instance, who: str, environment: str) -> Source:
    """Go on; see `resume_source`.

    Raises:
        Unknown: there is no such source.
        NotPossible: it isn't paused.
    """
    return await _noted(instance, who, "resumed PortaBilling", environment, partial(resume_source, environment=environment))


async def retry(instance: Instance, who: str, number: int) -> KeptRaw:
    """Have a raw event read at once; see `retry_raw`.

    Raises:
        Unknown: there is none of this number.
        NotPossible: it is done.
    """
    unit = partial(retry_raw, number=number, now=instance.now())
    return await _noted(instance, who, "retried a raw event", str(number), unit)


async def retry_all_failed(instance: Instance, who: str, environment: str) -> int:
    """Have all of a source read anew that were refused or given up; how many that are.

    Raises:
        Unknown: there is no such source.
    """

    def some(connection: Connection) -> int:
        source_of(connection, environment)
        return retry_failed(connection, environment, instance.now())

    retried = 0
    while more := await _noted(instance, who, "retried raw events", environment, some):
        retried += more
    return retried


async def discard(instance: Instance, who: str, number: int, because: str) -> KeptRaw:
    """Give a raw event up; see `discard_raw`.

    Raises:
        Unknown: there is none of this number.
        NotPossible: it is done.
        InvalidValue: no reason.
    """
    unit = partial(discard_raw, number=number, because=because, now=instance.now())
    return await _noted(instance, who, "discarded a raw event", str(number), unit)


async def take(instance: Instance, who: str, id_: int) -> Quarantined:
    """Take a body out of quarantine; see `retry_quarantined`.

    Raises:
        Unknown: there is none of this number.
        NotPossible: it was taken already, or not kept whole.
        InvalidValue: it can't be read still.
    """
    unit = partial(retry_quarantined, id_=id_, read=instance.sources.read, now=instance.now())
    return await _noted(instance, who, "took a body out of quarantine", str(id_), unit)


async def take_all(instance: Instance, who: str, environment: str) -> Taken:
    """Take all out of quarantine that can be read by now.

    Raises:
        Unknown: there is no such source.
    """
    await instance.read(partial(source_of, environment=environment))
    taken, left, after = 0, 0, 0
    while True:
        unit = partial(
            retry_quarantine, environment=environment, read=instance.sources.read, now=instance.now(), after=after
        )
        retried = await _noted(instance, who, "took bodies out of quarantine", environment, unit)
        taken, left = taken + retried.taken, retried.left
        if retried.upto is None:
            return Taken(taken, left)
        after = retried.upto


async def throw_away(instance: Instance, who: str, id_: int, because: str) -> Quarantined:
    """Discard a body in quarantine; see `discard_quarantined`.

    Raises:
        Unknown: there is none of this number.
        NotPossible: it was taken already.
        InvalidValue: no reason.
    """
    unit = partial(discard_quarantined, id_=id_, because=because, now=instance.now())
    return await _noted(instance, who, "discarded a body in quarantine", str(id_), unit)


async def throw_all_away(instance: Instance, who: str, environment: str, because: str) -> int:
    """Discard all that is in quarantine; how many that were.

    Raises:
        Unknown: there is no such source.
        InvalidValue: no reason.
    """
    await instance.read(partial(source_of, environment=environment))
    unit = partial(discard_quarantine, environment=environment, because=because, now=instance.now())
    return await _noted(instance, who, "discarded all in quarantine", environment, unit)


async def _noted(instance: Instance, who: str, action: str, subject: str, change: Callable[[Connection], T]) -> T:
    def unit(connection: Connection) -> T:
        changed = change(connection)
        note(connection, at=instance.now(), who=who, action=action, subject=subject)
        return changed

    return await instance.write(unit)
