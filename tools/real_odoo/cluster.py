"""A PostgreSQL cluster with template databases of Odoo's: what tests, the demo and benchmarks start from."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from real_odoo import environment
from real_odoo.databases import Database, Databases
from real_odoo.installation import Installation
from real_odoo.odoo_command import OdooCommand
from real_odoo.postgresql_server import PostgresqlServer, free_port
from real_odoo.progress import Progress, silent
from real_odoo.templates import Templates

LANGUAGES = ("en_US", "es_ES")
_SET_PARAMETERS = """
for key, value in parameters.items():
    env["ir.config_parameter"].set_param(key, value)
"""
_CREATE_API_KEY = """
from datetime import datetime, timedelta
user = env["res.users"].search([("login", "=", login)])
if not user:
    raise ValueError(f"there is no user {login}")
expires = datetime.now() + timedelta(days=days) if days else False
result = env["res.users.apikeys"].with_user(user).sudo()._generate(None, name, expires)
"""


class Cluster:
    """A PostgreSQL cluster; a context manager inside which it runs.

    Args:
        installation: whose PostgreSQL and Odoo.
        folder: where it lives; by default below the run folder, shared by all of the checkout, its templates kept.
        durable: False gives up surviving a crash of the machine, for speed: for tests.
        addons_path: folders of addons beside Odoo's own; by default the checkout's `odoo`.
        progress: told what is being done.
    """

    def __init__(
        self,
        installation: Installation,
        folder: Path | None = None,
        *,
        durable: bool = False,
        addons_path: tuple[Path, ...] = (environment.CHECKOUT / "odoo",),
        progress: Progress = silent,
    ) -> None:
        self.installation = installation
        self.folder = (folder or installation.run / "postgresql" / ("durable" if durable else "quick")).absolute()
        self.progress = progress
        self.server = PostgresqlServer(installation.postgresql, self.folder, durable=durable, progress=progress)
        self.command = OdooCommand(installation, self.server, tuple(path.absolute() for path in addons_path))
        self._databases = Databases(self.server)
        self._templates = Templates(self._databases, self.command, self.folder / "templates.lock", progress)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def start(self) -> None:
        """Have it running, and what dead runs left dropped.

        Raises:
            ClusterError: PostgreSQL didn't start; its log says why.
        """
        self.server.start()
        self._databases.drop_abandoned()

    def close(self) -> None:
        """Drop the databases that weren't to be kept; the cluster ends when nobody else uses it."""
        self._databases.drop_claimed()
        self.server.leave()

    def template(self, addons: tuple[str, ...] = (), languages: tuple[str, ...] = LANGUAGES) -> str:
        """The name of a template database with Odoo's contacts, CRM and SMS, these addons and languages, without demo data.

        Made the first time (half a minute, and a few seconds whenever an addon changes), then kept.

        Raises:
            OdooError: an addon isn't found or doesn't install.
        """
        return self._templates.ensure(addons, languages)

    def copy(self, template: str, name: str | None = None, *, keep: bool = False) -> str:
        """Copy a template, attachments and all, in well under a second; gives the new database's name.

        Args:
            template: what template() gave.
            name: small letters, digits, underscores; by default one that nobody else has.
            keep: False drops it when the cluster is closed, or its maker dies.

        Raises:
            ClusterError: there is one of that name.
        """
        chosen = name or f"copy_{secrets.token_hex(6)}"
        self._databases.copy(template, chosen, keep=keep)
        return chosen

    def drop(self, name: str) -> None:
        """Drop a database; nothing if there is none."""
        self._databases.drop(name)

    def exists(self, name: str) -> bool:
        """Whether there is a database of that name."""
        return self._databases.exists(name)

    def databases(self) -> tuple[Database, ...]:
        """All databases, templates among them, by name."""
        return self._databases.all()

    def query(self, database: str, statement: str) -> list[list[str]]:
        """The rows that an SQL statement gives, each value as text.

        Raises:
            ClusterError: PostgreSQL refused it.
        """
        return self.server.query(database, statement)

    def upgrade(self, database: str, addons: tuple[str, ...]) -> None:
        """Upgrade installed addons to the code as it is now.

        Raises:
            OdooError: an addon isn't installed or failed to load.
        """
        title = f"upgrading {', '.join(addons)} in {database}"
        self.command.upgrade(database, addons, lambda share: self.progress("upgrade", title, share))
        self.progress("upgrade", title, 1)

    def test_addon(self, addon: str, only: Sequence[str] = (), beside: str | None = None) -> int:
        """Install an addon in a fresh database and run its own tests, or `only` these classes; gives how many there were.

        `beside`: another addon, installed with it; then only the tests that are tagged with that one's name run.

        Raises:
            OdooError: a test failed, there was none, or the addon didn't install; carries the failing lines.
        """
        database = self.copy(self.template())
        title = f"testing {addon}"
        self.progress("tests", title)
        try:
            told = partial(self.progress, "tests", title)
            addons = (addon, beside) if beside else (addon,)
            tags = ",".join(f"{beside or ''}/{addon}:{one}" for one in only) or f"{beside or ''}/{addon}"
            tests = self.command.test(database, addons, tags, free_port(), told)
        finally:
            self.drop(database)
        self.progress("tests", f"{tests} of {addon} passed", 1)
        return tests

    def shell(self, database: str, script: str, **values: Any) -> Any:
        """Run a script inside Odoo, in one transaction committed at its end; takes about two seconds, so do much in one.

        Args:
            database: where.
            script: Python; `env` is Odoo's superuser; what it assigns to `result` is the answer (JSON).
            values: further names that the script knows (JSON).

        Raises:
            OdooError: the script raised; nothing of it was committed.
        """
        return self.command.shell(database, script, **values).result

    def set_parameters(self, database: str, parameters: Mapping[str, str]) -> None:
        """Set system parameters, such as `sms.endpoint`; a running Odoo sees them at its next call."""
        self.shell(database, _SET_PARAMETERS, parameters=dict(parameters))

    def create_api_key(self, database: str, *, login: str, name: str, days: float | None = None) -> str:
        """Make a key to Odoo's API: a secret, not to be logged.

        Args:
            database: where.
            login: whose key.
            name: what the user sees of it.
            days: how long it is valid; None: for ever.
        """
        key: str = self.shell(database, _CREATE_API_KEY, login=login, name=name, days=days)
        return key
