from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from builders import everything_provisioned, generated
from duebell.errors import StorageError
from duebell.espf.handler import Outcome, Owed
from duebell.storage.queue import SqlQueue


class FailsOnce(SqlQueue):
    has_failed = False

    async def settle(self, settlements) -> None:
        if not self.has_failed:
            self.has_failed = True
            raise StorageError("The connection broke.")
        await super().settle(settlements)


async def test_a_delivery_goes_on_when_it_is_started_again_after_storage_failed_with_several_calls_out(espf) -> None:
    first_is_out = asyncio.Event()

    async def hangs_at_first(batch: Sequence[Owed]) -> Mapping[int, Outcome]:
        if not first_is_out.is_set():
            first_is_out.set()
            await asyncio.Event().wait()
        return everything_provisioned(batch)

    espf.target.provision = hangs_at_first
    dispatcher = espf.dispatcher(queue=FailsOnce(espf.store))
    # given one call that is out, when what came of another can't be written
    espf.record(generated("first"))
    running = asyncio.create_task(dispatcher.run())
    await first_is_out.wait()
    espf.record(generated("second"))
    dispatcher.wake()
    with pytest.raises(StorageError):
        await running
    # then the next run makes both calls again
    await dispatcher.drain()
    assert espf.states() == [("invoice.generated", "provisioned")] * 2
