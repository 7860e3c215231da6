"""PgQueuer, which keeps no order: asyncpg and uvloop as in its own benchmark, durable tables, larger batches than by default."""

from __future__ import annotations

from datetime import timedelta

import asyncpg
import uvloop
from log import Load, Log
from pgqueuer import Job, PgQueuer, Queries
from pgqueuer.db import AsyncpgDriver
from pgqueuer.types import QueueExecutionMode

ENTRYPOINT = "notice"
BATCH = 250
"""Jobs a fetch: 50 and 1,000 were slower."""
AT_ONCE = 5000


async def main() -> None:
    load = Load.ordered()
    connection = await asyncpg.connect(load.url)
    await enqueue(connection, load)
    queue = PgQueuer(AsyncpgDriver(connection))
    log = Log(load, keeps_order=False, enough=queue.shutdown.set)

    @queue.entrypoint(ENTRYPOINT)
    async def notice(job: Job) -> None:
        log.ran(int(job.payload or b""))

    await queue.run(batch_size=BATCH, mode=QueueExecutionMode.drain, dequeue_timeout=timedelta(seconds=1))
    await connection.close()
    log.tell()


async def enqueue(connection: asyncpg.Connection, load: Load) -> None:
    queries = Queries(AsyncpgDriver(connection))
    await queries.install()
    for start in range(0, load.events, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, load.events))
        payloads: list[bytes | None] = [str(number).encode() for number in numbers]
        await queries.enqueue([ENTRYPOINT] * len(numbers), payloads, [0] * len(numbers))
    await connection.execute("VACUUM ANALYZE")


uvloop.run(main())
