from __future__ import annotations

import asyncio
from collections.abc import Mapping

from duebell.duties.deliveries import Deliveries
from duebell.handlers import TYPES
from duebell.storage.handlers import all_handlers
from duebell.storage.queue import SqlQueue
from duebell.storage.receipts import SqlReceipts


class SlowToStop(Deliveries):
    """As one with a target that is slow to let go of its connections."""

    async def stop(self, handler_id: int) -> None:
        await super().stop(handler_id)
        await asyncio.sleep(0.05)


def values(key: str) -> Mapping[str, str]:
    """Of an Odoo where nobody listens."""
    return TYPES["OdooCRM"].group.complete({"API_URL": "http://127.0.0.1:9", "API_Access_Key": key * 40})


def unheard(cause: str, sentence: str) -> None:
    """Nobody hears alarms here."""


async def test_a_configuration_that_is_put_in_force_twice_at_once_leaves_one_delivery(espf) -> None:
    deliveries = SlowToStop(SqlQueue(espf.store), SqlReceipts(espf.store), espf.clock, unheard)
    (row,) = espf.store.read(all_handlers)
    before = asyncio.all_tasks()
    await deliveries.start(row, lambda: values("a"))
    # when this process applies it, and hears its own announcement of that
    await asyncio.gather(*(deliveries.start(row, lambda: values("b")) for _ in range(2)))
    await deliveries.stop_all()
    assert asyncio.all_tasks() == before
