"""A running Odoo."""

from __future__ import annotations

import http.client
import json
import secrets
import shutil
import signal
import threading
import time
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from real_odoo import environment, keeper, locks, log
from real_odoo.cluster import Cluster
from real_odoo.errors import ClusterError, OdooError
from real_odoo.locks import Lock
from real_odoo.postgresql_server import free_port, is_free
from real_odoo.progress import Progress, silent

STEP = "odoo"
STATE = "odoo.state"
_DESCRIPTION = "odoo.json"
_START_TIMEOUT = 120.0  # seconds; 4 are usual, more on a machine that does other things
_STOP_GRACE = 30.0  # seconds in which calls that are being answered may end
_BETWEEN_LOOKS = 0.05  # seconds
_ATTEMPTS = 3  # at ports that somebody else may take between our look and Odoo's start
_PORT_TAKEN = "Address already in use"
_NOT_READY = (ConnectionError, http.client.HTTPException, TimeoutError)


class Odoo:
    """An Odoo over databases of a cluster; a context manager inside which it runs.

    It may be stopped, started and killed at will; its address stays the same. It ends, with all of its processes, at the
    context's end, or when the process that started it dies.

    Args:
        cluster: a running one.
        databases: those that it serves. With several a call names its one in the header X-Odoo-Database.
        workers: processes that answer; 0 is one process with threads.
        crons: threads or processes for scheduled actions; 0: none run.
        port: to listen on, on loopback; by default a free one.
        folder: for its log, configuration and sessions; by default one of its own that is removed afterwards.
        detached: it outlives this process and runs until it is stopped.
        progress: told what is being done.
    """

    def __init__(  # noqa: PLR0913 - a server has these settings, and most callers give none
        self,
        cluster: Cluster,
        databases: tuple[str, ...],
        *,
        workers: int = 0,
        crons: int = 1,
        port: int | None = None,
        folder: Path | None = None,
        detached: bool = False,
        progress: Progress = silent,
    ) -> None:
        self._cluster = cluster
        self._databases = databases
        self._workers = workers
        self._crons = crons
        self._port = port
        self._given_folder = folder
        self._folder = folder or _own_folder(cluster)
        self._owner = None if detached else Lock(self._folder / "owner")
        self._progress = progress

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
        if self._owner:
            self._owner.release()
        if error is None and self._given_folder is None:
            shutil.rmtree(self._folder)

    @property
    def port(self) -> int:
        """Where it listens, once it was started."""
        if self._port is None:
            raise OdooError("Odoo has no port before it was started: start it first.")
        return self._port

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """The file that it logs to; starting again adds to it."""
        return self._folder / "odoo.log"

    @property
    def is_running(self) -> bool:
        return locks.is_held(self._state)

    def start(self) -> None:
        """Start it and wait until it answers for each of its databases.

        Raises:
            ClusterError: one of the databases isn't there.
            OdooError: it didn't start; carries the telling lines of its log.
        """
        missing = [name for name in self._databases if not self._cluster.exists(name)]
        if missing:
            raise ClusterError(f"There is no database {', '.join(missing)}: copy a template to it first.")
        with locks.exclusive(_sweeping(self._cluster)):
            self._folder.mkdir(parents=True, exist_ok=True)
            if self._owner:
                self._owner.take()
        for _ in range(_ATTEMPTS):
            port = self._port or free_port()
            if is_free(port) and self._launch(port):
                self._port = port
                return
        raise OdooError(f"Port {port} is taken by another program: stop that one, or choose another port.")

    def stop(self) -> None:
        """Let it answer the calls it is at, then end it and whatever it started."""
        keeper.stop(self._state)

    def kill(self) -> None:
        """End it and whatever it started at once, in the middle of whatever they do."""
        keeper.kill(self._state)

    def restart(self) -> None:
        """Stop and start, at the same address."""
        self.stop()
        self.start()

    def frozen(self) -> AbstractContextManager[None]:
        """It hangs for the length of the block: calls come in and are not answered.

        Raises:
            RealOdooError: it doesn't run.
        """
        return keeper.frozen(self._state)

    def create_api_key(self, database: str, *, login: str, name: str, days: float | None = None) -> str:
        """Make a key to its API: a secret, not to be logged. See Cluster.create_api_key."""
        return self._cluster.create_api_key(database, login=login, name=name, days=days)

    @property
    def _state(self) -> Path:
        return self._folder / STATE

    def _launch(self, port: int) -> bool:
        """Start it on this port; false if somebody else listens there."""
        self._progress(STEP, "starting")
        began = self.log.stat().st_size if self.log.exists() else 0
        configuration = replace(
            self._cluster.command.configuration(self._folder),
            databases=self._databases,
            port=port,
            events_port=free_port(),
            workers=self._workers,
            crons=self._crons,
        ).write(self._folder / "odoo.conf")
        keeper.start(self._order(configuration))
        try:
            self._await(port, began)
        except OdooError as error:
            self.kill()
            if any(_PORT_TAKEN in line for line in error.evidence):
                return False
            raise
        self._describe(port)
        self._progress(STEP, f"answers at http://127.0.0.1:{port}", 1)
        return True

    def _describe(self, port: int) -> None:
        described = Description(port, self._databases, self._workers, self._crons)
        (self._folder / _DESCRIPTION).write_text(json.dumps(asdict(described)), encoding="utf-8")

    def _order(self, configuration: Path) -> keeper.Order:
        installation = self._cluster.installation
        return keeper.Order(
            command=installation.command("server", f"--config={configuration}"),
            env=environment.for_odoo(installation.odoo.root),
            folder=str(self._folder),
            log=str(self.log),
            state=str(self._state),
            stop_signal=signal.SIGTERM,
            grace=_STOP_GRACE,
            switch={},
            wanted=str(self._owner.path) if self._owner else None,
            needs=str(self._cluster.server.users),
        )

    def _await(self, port: int, began: int) -> None:
        deadline = time.monotonic() + _START_TIMEOUT
        waiting = threading.Event()
        while not self._answers(port):
            if not self.is_running:
                raise OdooError(f"Odoo ended while it started, see {self.log}:", self._evidence(began))
            if time.monotonic() > deadline:
                raise OdooError(f"Odoo did not answer within {_START_TIMEOUT:.0f} s, see {self.log}:", self._evidence(began))
            waiting.wait(_BETWEEN_LOOKS)

    def _answers(self, port: int) -> bool:
        """Whether each database answers a call without a key by asking for one."""
        try:
            return all(_status(port, database) == http.HTTPStatus.UNAUTHORIZED for database in self._databases)
        except _NOT_READY:
            return False

    def _evidence(self, began: int) -> tuple[str, ...]:
        with self.log.open(encoding="utf-8", errors="replace") as lines:
            lines.seek(began)
            return log.telling(lines)


@dataclass(frozen=True)
class Description:
    """What an Odoo that runs was started with."""

    port: int
    databases: tuple[str, ...]
    workers: int
    crons: int


def running(folder: Path) -> Description | None:
    """The Odoo that runs from this folder."""
    if not locks.is_held(folder / STATE):
        return None
    found = json.loads((folder / _DESCRIPTION).read_text(encoding="utf-8"))
    return Description(found["port"], tuple(found["databases"]), found["workers"], found["crons"])


def _status(port: int, database: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        headers = {"Content-Type": "application/json", "X-Odoo-Database": database}
        connection.request("POST", "/json/2/res.users/context_get", body="{}", headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def _own_folder(cluster: Cluster) -> Path:
    """A new folder's path; those that dead runs left are removed."""
    place = cluster.installation.run / "odoo" / "servers"
    with locks.exclusive(_sweeping(cluster)):
        for folder in place.glob("*"):
            if not any(locks.is_held(folder / name) for name in ("owner", STATE)):
                shutil.rmtree(folder)
    return place / secrets.token_hex(4)


def _sweeping(cluster: Cluster) -> Path:
    """Held by whoever removes folders of dead servers, or makes one that nobody holds yet."""
    return cluster.installation.run / "odoo" / "servers.lock"
