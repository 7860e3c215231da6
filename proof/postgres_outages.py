"""PostgreSQL fails and comes back in every way that operators know."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from proof.ground import Setting, own_folder
from proof.outages import A_WHILE, Outage, cut, cut_in_mid_answer, endured, silent, slowed, wait
from proof.postgres import ROLE, PostgresGround, PostgresPlace
from proof.proxy import Proxy
from proof.stage import Stage, staged
from proof.verdict import Verdict

LOCK_TIMEOUT = 10.0
"""Seconds that a service waits for somebody else's lock."""
_SERVICES = f"FROM pg_stat_activity WHERE usename = '{ROLE}' AND application_name = 'duebell'"
_TERMINATE = f"SELECT pg_terminate_backend(pid) {_SERVICES}"
_LOCK_A_CUSTOMER = "SELECT id FROM stream WHERE customer = 'customer-0' FOR UPDATE"
_TIMES = 5
_PAUSE = 0.2  # seconds


@dataclass(frozen=True, slots=True)
class PostgresStage(Stage):
    """A stage on PostgreSQL, which the services reach by another wire."""

    ground: PostgresGround
    place: PostgresPlace
    to_engine: Proxy

    def restart(self, how: signal.Signals) -> None:
        self.ground.restart(how)
        self.to_engine.to = self.ground.port

    def connect(self) -> psycopg.Connection:
        """A connection of somebody else's, past the wire."""
        return psycopg.connect(self.place.behind(self.ground.port).url, application_name="somebody else")


def backends_terminated(stage: PostgresStage, _: random.Random) -> None:
    """All of the service's, several times."""
    for _time in range(_TIMES):
        stage.ground.query(_TERMINATE)
        wait(_PAUSE)


def backend_killed(stage: PostgresStage, chance: random.Random) -> None:
    """One of the service's, with SIGKILL: PostgreSQL then ends all connections and recovers."""
    pids = [int(pid) for (pid,) in stage.ground.query(f"SELECT pid {_SERVICES}")]
    os.kill(chance.choice(pids), signal.SIGKILL)


def connections_exhausted(stage: PostgresStage, _: random.Random) -> None:
    """Somebody takes all connections that there are, the service's too once they are ended, and keeps them for a while."""
    taken: list[psycopg.Connection] = []
    try:
        _take_all(stage, taken)
        stage.ground.query(_TERMINATE)
        for _time in range(_TIMES):
            _take_all(stage, taken)
            wait(A_WHILE / _TIMES)
    finally:
        for connection in taken:
            connection.close()


def idle_transaction(stage: PostgresStage, _: random.Random) -> None:
    """Somebody reads, locks one customer's stream, and goes to lunch."""
    with stage.connect() as connection:
        connection.execute("SELECT count(*) FROM event")
        connection.execute(_LOCK_A_CUSTOMER)
        wait(LOCK_TIMEOUT + A_WHILE)


OUTAGES: Mapping[str, Outage[PostgresStage]] = {
    "PostgreSQL restarted": lambda stage, _: stage.restart(signal.SIGINT),
    "PostgreSQL restarted immediately": lambda stage, _: stage.restart(signal.SIGQUIT),
    "PostgreSQL killed and started": lambda stage, _: stage.restart(signal.SIGKILL),
    "its backends terminated": backends_terminated,
    "one of its backends killed": backend_killed,
    "its connections exhausted": connections_exhausted,
    "a long idle transaction of somebody else's": idle_transaction,
    "network to PostgreSQL cut": lambda stage, _: cut(stage.to_engine),
    "network to PostgreSQL slowed": lambda stage, _: slowed(stage.to_engine),
    "network to PostgreSQL silent": lambda stage, _: silent(stage.to_engine, A_WHILE),
    "network to PostgreSQL cut in mid-answer": lambda stage, chance: cut_in_mid_answer(stage.to_engine, chance),
}


def of_postgresql(setting: Setting[PostgresGround]) -> Iterator[Verdict]:
    """The part of `make proof`: each of them."""
    for name in OUTAGES:
        yield one(setting, name)


def one(setting: Setting[PostgresGround], name: str) -> Verdict:
    """The one of this name."""
    return endured(setting, name, lambda chance: _stage(setting.ground, chance), OUTAGES[name])


def _take_all(stage: PostgresStage, taken: list[psycopg.Connection]) -> None:
    while True:
        try:
            taken.append(stage.connect())
        except psycopg.OperationalError:
            return  # there is none left


@contextmanager
def _stage(ground: PostgresGround, chance: random.Random) -> Iterator[PostgresStage]:
    with own_folder() as folder, Proxy(ground.port) as wire:
        place = ground.place(folder).behind(wire.port)
        with staged(place, folder, chance.getrandbits(32)) as stage:
            yield PostgresStage(stage.scene, stage.target, stage.to_target, ground, place, wire)
