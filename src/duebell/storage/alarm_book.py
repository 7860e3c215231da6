"""`alarms.book.Book` over a store: each process on a database may keep watch, and each thing is told by one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select, update

from duebell.alarms.conditions import Here, Limits, ended, findings
from duebell.alarms.news import CLAIM, EPISODES_WITHIN, Alarm, News, Telling, Told, What, news
from duebell.storage.alarm_facts import facts
from duebell.storage.alarms import clear, stand
from duebell.storage.insertion import insert_into
from duebell.storage.store import Store
from duebell.storage.tables import alarm, instance, telling

_BEAT = "beat"


class SqlAlarmBook:
    """`alarms.book.Book`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def observe(self, limits: Limits, here: Here, now: datetime) -> None:
        await self._write(lambda connection: _observe(connection, limits, here, now))

    async def claim(self, channels: Collection[str], now: datetime, grace: timedelta) -> Sequence[News]:
        claimed: Sequence[News] = await self._write(lambda connection: _claim(connection, channels, now, grace))
        return claimed

    async def told(self, news: News, now: datetime) -> None:
        values: dict[str, Any] = {"told_at": now, "told_since": news.alarm.since, "told_count": news.alarm.count}
        if news.what is What.OVER:
            values = {**dict.fromkeys(values), "episodes": telling.c.episodes + 1}
        change = update(telling).where(*_place(news)).values(**values, next_at=now, tries=0, because=None)
        await self._write(lambda connection: connection.execute(change))

    async def failed(self, news: News, because: str, next_at: datetime) -> None:
        change = update(telling).where(*_place(news)).values(tries=news.tries + 1, because=because, next_at=next_at)
        await self._write(lambda connection: connection.execute(change))

    async def beat(self, now: datetime) -> None:
        await self._write(lambda connection: _beat(connection, now))

    async def _write(self, unit: Any) -> Any:
        return await asyncio.wrap_future(self._store.write(unit))


def _observe(connection: Connection, limits: Limits, here: Here, now: datetime) -> None:
    found = facts(connection, here)
    sentences = findings(found, limits, now)
    for cause, sentence in sentences.items():
        if sentence:
            stand(connection, cause, sentence, now)
    over = ended(found) | {cause for cause, sentence in sentences.items() if not sentence}
    standing = connection.execute(select(alarm.c.cause).where(alarm.c.cleared_at.is_(None))).scalars()
    for cause in sorted(over.intersection(standing)):  # sorted, so that two processes lock the rows in one order
        clear(connection, cause, now)


def _claim(connection: Connection, channels: Collection[str], now: datetime, grace: timedelta) -> list[News]:
    told_of = select(telling.c.cause)
    rows = connection.execute(select(alarm).where(alarm.c.cleared_at.is_(None) | alarm.c.cause.in_(told_of))).mappings()
    alarms = [Alarm(**row) for row in rows]
    tellings = {(row.channel, row.cause): _telling(row) for row in connection.execute(select(telling))} if alarms else {}
    _forget(connection, now)
    found = [
        one
        for alarm_ in alarms
        for channel in channels
        if (one := news(channel, alarm_, tellings.get((channel, alarm_.cause)), now, grace))
    ]
    return [one for one in found if _is_mine(connection, one, tellings.get((one.channel, one.alarm.cause)), now)]


def _forget(connection: Connection, now: datetime) -> None:
    """What ended before anybody could be told of it is told to nobody; what hasn't come back for long is no longer known."""
    over = select(alarm.c.cause).where(alarm.c.cleared_at.is_not(None))
    settled = (telling.c.episodes == 0) & (telling.c.next_at <= now)
    lately = telling.c.next_at > now - EPISODES_WITHIN
    connection.execute(delete(telling).where(telling.c.told_at.is_(None), settled | ~lately, telling.c.cause.in_(over)))


def _is_mine(connection: Connection, news: News, before: Telling | None, now: datetime) -> bool:
    """Whether this process tells it: of several that have seen the same row, one can change it."""
    if before is None:
        insert = insert_into(connection, telling)
        row = {"channel": news.channel, "cause": news.alarm.cause, "next_at": now + CLAIM}
        taken = connection.execute(insert.values(row).on_conflict_do_nothing().returning(telling.c.cause))
    else:
        taken = connection.execute(
            update(telling)
            .where(*_place(news), telling.c.next_at == before.next_at)
            .values(next_at=now + CLAIM)
            .returning(telling.c.cause)
        )
    return taken.first() is not None


def _place(news: News) -> tuple[Any, ...]:
    return (telling.c.channel == news.channel, telling.c.cause == news.alarm.cause)


def _telling(row: Any) -> Telling:
    told = Told(at=row.told_at, since=row.told_since, count=row.told_count) if row.told_at else None
    return Telling(told=told, episodes=row.episodes, tries=row.tries, next_at=row.next_at)


def _beat(connection: Connection, now: datetime) -> None:
    insert = insert_into(connection, instance)
    connection.execute(
        insert.values(key=_BEAT, value=now.isoformat()).on_conflict_do_update(
            index_elements=["key"], set_={"value": insert.excluded.value}
        )
    )
