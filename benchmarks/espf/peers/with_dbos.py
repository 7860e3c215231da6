"""DBOS with a queue that is partitioned by stream, one workflow at a time in each partition, which keeps its order."""

from __future__ import annotations

import os
from threading import Event

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions
from log import Load, Log

QUEUE = "notices"
POLLING = 0.01
"""Seconds between two looks; by default 1 s. 1 ms and 50 ms were slower."""
POOL = 20
AT_ONCE = 1000


def main() -> None:
    load = Load.ordered()
    over = Event()
    log = Log(load, keeps_order=True, enough=over.set)
    DBOS(config=DBOSConfig(name="peer", system_database_url=load.url, log_level="CRITICAL", sys_db_pool_size=POOL))

    # Not an async one: that was slower.
    @DBOS.workflow(name="notice")
    def notice(number: int) -> None:
        log.ran(number)

    DBOS.launch()
    enqueue(load)
    DBOS.register_queue(QUEUE, partition_concurrency=1, polling_interval_sec=POLLING)
    over.wait()
    log.tell()
    os._exit(0)  # what is still queued when time is up isn't waited for


def enqueue(load: Load) -> None:
    client = DBOSClient(system_database_url=load.url)
    engine = sa.create_engine(sa.make_url(load.url).set(drivername="postgresql+psycopg"))
    for start in range(0, load.events, AT_ONCE):
        with engine.begin() as connection:
            for number in range(start, min(start + AT_ONCE, load.events)):
                client.enqueue_in_transaction(connection, workflow(number, load.stream(number)), number)
    with engine.begin() as connection:
        connection.execute(sa.text("ANALYZE"))


def workflow(number: int, stream: int) -> EnqueueOptions:
    """Ids that grow, since among workflows of one millisecond the smaller id goes first."""
    return EnqueueOptions(
        workflow_name="notice", queue_name=QUEUE, workflow_id=f"{number:09d}", queue_partition_key=str(stream)
    )


main()
