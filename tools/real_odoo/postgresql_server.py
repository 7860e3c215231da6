"""A PostgreSQL server of the checkout's own, shared by all who use it at the same time.

It starts for its first user and ends after its last one: every user holds the lock `users`, and its keeper waits for that
lock to be free. It listens on loopback only, on a free port, and asks for a password that was made for it.
"""

from __future__ import annotations

import re
import secrets
import signal
import socket
import time
from pathlib import Path

from real_odoo import account, keeper, locks, program, stamp
from real_odoo.account import Account
from real_odoo.errors import ClusterError, ProgramError
from real_odoo.locks import Lock
from real_odoo.postgresql import Postgresql
from real_odoo.progress import Progress

STEP = "postgresql"
USER = "odoo"
STATE = "postgresql.state"
MAINTENANCE = "postgres"  # the database that is always there
_START_TIMEOUT = 60.0  # seconds; more than starting needs, for recovery after a crash
_STOP_GRACE = 30.0  # seconds
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "jit": "off",  # its library is not unpacked
    "max_connections": "300",  # several Odoos, of up to 64 each
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# Separators that no value holds.
_BARE_ROWS = ("--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--field-separator=\x1f", "--record-separator=\x1e")


class PostgresqlServer:
    """A PostgreSQL server and its cluster of databases.

    Args:
        programs: PostgreSQL's own.
        folder: where it lives.
        durable: False gives up surviving a crash of the machine, for speed.
        progress: told what is being done.
    """

    def __init__(self, programs: Postgresql, folder: Path, *, durable: bool, progress: Progress) -> None:
        self.folder = folder
        self.state = folder / STATE
        self.users = folder / "users"
        self._programs = programs
        self._durable = durable
        self._progress = progress
        self._using = Lock(self.users)
        self._account = Account.for_postgresql()
        self._port = 0

    @property
    def port(self) -> int:
        return self._port

    @property
    def password(self) -> str:
        """The password of USER: keep it out of logs and messages."""
        return (self.folder / "password").read_text(encoding="ascii")

    @property
    def data(self) -> Path:
        """PostgreSQL's files: another major version, which couldn't read them, has others."""
        return account.home(self.folder, self._account) / f"data-{self._programs.major}"

    def start(self) -> None:
        """Use the server, starting it if nobody does.

        Raises:
            ClusterError: it didn't start; its log says why.
        """
        account.remove_homeless()
        self.folder.mkdir(parents=True, exist_ok=True)
        with locks.exclusive(self.folder / "start.lock"):
            self._using.take(shared=True)
            try:
                if not locks.is_held(self.state):
                    self._launch()
                self._port = int((self.folder / "port").read_text(encoding="ascii"))
            except BaseException:
                self.leave()
                raise

    def leave(self) -> None:
        """Stop using the server; it ends when nobody uses it."""
        self._using.release()

    def stop(self) -> None:
        """End the server, whoever uses it."""
        keeper.stop(self.state)

    def query(self, database: str, statement: str) -> list[list[str]]:
        """The rows that an SQL statement gives, each value as text; NULL is an empty text.

        Raises:
            ClusterError: PostgreSQL refused it.
        """
        try:
            said = program.output(
                [self._programs.program("psql"), *_BARE_ROWS, "--set=ON_ERROR_STOP=1", database],
                stdin=statement,
                env=self._programs.env(**self.credentials),
            )
        except ProgramError as error:
            raise ClusterError(f"PostgreSQL refused: {error.complaint}") from error
        return [row.split("\x1f") for row in said.strip("\n").split("\x1e") if row.strip("\n")]

    @property
    def credentials(self) -> dict[str, str]:
        """How PostgreSQL's own programs reach it: environment variables, the password among them."""
        return {"PGHOST": "127.0.0.1", "PGPORT": str(self._port), "PGUSER": USER, "PGPASSWORD": self.password}

    def _launch(self) -> None:
        place = account.make_home(self.folder, self._account)
        self._progress(STEP, "starting")
        if not self.data.exists() or self._was_lost():
            self._initialise()
        (self.folder / "boot").write_text(_BOOT.read_text(encoding="ascii"), encoding="ascii")
        self._port = free_port()
        keeper.start(self._order())
        self._await()
        (self.folder / "port").write_text(str(self._port), encoding="ascii")
        elsewhere = f", its files in {place}, where its user can come" if place != self.folder else ""
        self._progress(STEP, f"started{elsewhere}", 1)

    def _was_lost(self) -> bool:
        """Whether the machine ended while the cluster ran without writing to disk: then nobody knows what is left of it."""
        if self._durable or not (self.data / "postmaster.pid").exists():
            return False
        return (self.folder / "boot").read_text(encoding="ascii") != _BOOT.read_text(encoding="ascii")

    def _initialise(self) -> None:
        self._progress(STEP, "making a cluster")
        password = secrets.token_hex(16)
        with stamp.made_beside(self.data) as new:
            new.chmod(0o700)
            self._account.own(new)
            self._initdb(new, password)
            _write_secret(self.folder / "password", password)

    def _initdb(self, data: Path, password: str) -> None:
        secret = data.with_name("new-password")
        _write_secret(secret, password)
        self._account.own(secret)
        options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", f"--username={USER}"]
        command: list[str | Path] = [self._programs.program("initdb"), *options, f"--pgdata={data}", f"--pwfile={secret}"]
        try:
            program.output(command, env=self._programs.env(), cwd=Path("/"), account=self._account)
        except ProgramError as error:
            raise ClusterError(
                f"PostgreSQL's files could not be made ({error.complaint}): is there room in {data.parent}?"
            ) from error
        finally:
            secret.unlink()

    def _order(self) -> keeper.Order:
        settings = _SETTINGS | ({} if self._durable else _NOT_DURABLE) | {"port": str(self._port)}
        options = [f"--{name}={value}" for name, value in settings.items()]
        return keeper.Order(
            command=(str(self._programs.program("postgres")), "-D", str(self.data), *options),
            env=self._programs.env(),
            folder="/",
            log=str(self.folder / "postgresql.log"),
            state=str(self.state),
            stop_signal=signal.SIGINT,  # PostgreSQL's "fast": don't wait for clients to go
            grace=_STOP_GRACE,
            switch=self._account.switch,
            wanted=str(self.users),
        )

    def _await(self) -> None:
        deadline = time.monotonic() + _START_TIMEOUT
        while not self._answers():
            if time.monotonic() > deadline or not locks.is_held(self.state):
                raise ClusterError(f"PostgreSQL did not start{self._reason()}: see {self.folder / 'postgresql.log'}.")

    def _answers(self) -> bool:
        try:
            self.query(MAINTENANCE, "SELECT 1")
        except ClusterError:
            return False
        return True

    def _reason(self) -> str:
        log = (self.folder / "postgresql.log").read_text(encoding="utf-8", errors="replace")
        fatal = re.findall(r"(?:FATAL|PANIC):\s+(.*)", log)
        return f" ({fatal[-1]})" if fatal else ""


def _write_secret(file: Path, secret: str) -> None:
    file.touch(mode=0o600)
    file.write_text(secret, encoding="ascii")


def free_port() -> int:
    """A port of loopback's that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Whether nobody listens on this port of loopback's now."""
    with socket.socket() as probe:
        # Connections that ended lately don't matter to those who are going to listen.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
