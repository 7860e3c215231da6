"""A real Odoo is killed and restarted in mid-batch; what it has then is compared with what billing told."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from proof.dialect import Effect
from proof.ground import Ground, Setting, own_folder
from proof.outages import Outage, endured
from proof.scene import Scene, at_work
from proof.verdict import Verdict
from real_odoo import Cluster, Installation, Odoo

_LANGUAGES = ("en_US", "es_ES")
_WORKERS = 2
_EVENTS = """
    SELECT event_id || '/' || replay, customer_id::text, duebell_event.epoch, duebell_event.sequence::bigint, invoice_number
    FROM duebell_event ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class OdooStage:
    """A scene before an Odoo of its own."""

    scene: Scene
    server: Odoo


class OdooEvents:
    """What an Odoo's database has, read past Odoo."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    @property
    def effects(self) -> Sequence[Effect]:
        return [Effect(*row) for row in self._connection.execute(_EVENTS)]


def killed(stage: OdooStage, _: random.Random) -> None:
    """With all of its processes, in the middle of whatever they do."""
    stage.server.kill()
    stage.server.start()


def restarted(stage: OdooStage, _: random.Random) -> None:
    """As its administrator does it."""
    stage.server.restart()


OUTAGES: Mapping[str, Outage[OdooStage]] = {
    "a real Odoo killed in mid-batch": killed,
    "a real Odoo restarted in mid-batch": restarted,
}


def of_odoo(setting: Setting[Ground]) -> Iterator[Verdict]:
    """The part of `make proof`: each of them."""
    with Cluster(Installation.ensure(progress=setting.progress), progress=setting.progress) as cluster:
        for name, outage in OUTAGES.items():
            yield endured(setting, name, lambda _: _stage(setting, cluster), outage)


@contextmanager
def _stage(setting: Setting[Ground], cluster: Cluster) -> Iterator[OdooStage]:
    database = cluster.copy(cluster.template(addons=("duebell",), languages=_LANGUAGES))
    try:
        with (
            own_folder() as folder,
            Odoo(cluster, (database,), workers=_WORKERS, crons=0) as server,
            _connected(cluster, database) as connection,
        ):
            key = server.create_api_key(database, login="duebell", name="Proof", days=1)
            options = {"API_URL": server.url, "API_Access_Key": key}
            with at_work(setting.ground.place(folder), folder, OdooEvents(connection), options) as scene:
                yield OdooStage(scene, server)
    finally:
        cluster.drop(database)


@contextmanager
def _connected(cluster: Cluster, database: str) -> Iterator[psycopg.Connection]:
    server = cluster.server.credentials
    with psycopg.connect(
        host=server["PGHOST"],
        port=server["PGPORT"],
        user=server["PGUSER"],
        password=server["PGPASSWORD"],
        dbname=database,
        autocommit=True,
    ) as connection:
        yield connection
