"""What an operator switches: handlers, subscriptions, alarms. Who did it is noted in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from duebell.espf.queue import HandlerRow
from duebell.storage import alarms, switches
from duebell.storage.audit import note
from duebell.storage.subscriptions import Change, Subscription, change_subscriptions

if TYPE_CHECKING:
    from duebell.instance import Instance


async def enable(instance: Instance, who: str, name: str) -> HandlerRow:
    """Use a handler; see `switches.enable`.

    Raises:
        Unknown: there is no such handler.
    """
    return await _switched(instance, who, "enabled a handler", partial(switches.enable, name=name))


async def disable(instance: Instance, who: str, name: str) -> HandlerRow:
    """Use a handler no more; see `switches.disable`.

    Raises:
        Unknown: there is no such handler.
    """
    return await _switched(instance, who, "disabled a handler", partial(switches.disable, name=name, now=instance.now()))


async def pause(instance: Instance, who: str, name: str, because: str) -> HandlerRow:
    """Tell a handler nothing until resumed; see `switches.pause`.

    Raises:
        Unknown: there is no such handler.
        InvalidValue: no reason.
    """
    unit = partial(switches.pause, name=name, because=because, now=instance.now())
    return await _switched(instance, who, "paused a handler", unit)


async def resume(instance: Instance, who: str, name: str) -> HandlerRow:
    """Let leave what gathered; see `switches.resume`.

    Raises:
        Unknown: there is no such handler.
        NotPossible: it isn't paused.
    """
    return await _switched(instance, who, "resumed a handler", partial(switches.resume, name=name))


async def subscribe(instance: Instance, who: str, handler: str, event_types: str, change: Change) -> list[Subscription]:
    """Change the subscriptions whose types are meant; see `change_subscriptions`.

    Raises:
        Unknown: no such handler, or no such type.
        InvalidValue: a filter that would want nothing.
    """

    def unit(connection: Connection) -> list[Subscription]:
        changed = change_subscriptions(connection, handler, event_types, change)
        note(connection, at=instance.now(), who=who, action="changed subscriptions", subject=f"{handler}: {event_types}")
        return changed

    return await instance.write(unit)


async def acknowledge(instance: Instance, who: str, cause: str | None) -> None:
    """End the alarm of this cause, or all that a person may end.

    Raises:
        Unknown: that alarm doesn't stand.
        NotPossible: it ends with its cause only.
    """

    def unit(connection: Connection) -> None:
        alarms.acknowledge(connection, instance.now(), cause)
        note(connection, at=instance.now(), who=who, action="acknowledged alarms", subject=cause or "all")

    await instance.write(unit)


async def _switched(instance: Instance, who: str, action: str, switch: Callable[[Connection], HandlerRow]) -> HandlerRow:
    def unit(connection: Connection) -> HandlerRow:
        row = switch(connection)
        note(connection, at=instance.now(), who=who, action=action, subject=row.name)
        return row

    row = await instance.write(unit)
    await instance.refresh()
    return row
