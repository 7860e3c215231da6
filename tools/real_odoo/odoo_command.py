"""Odoo's own command line over one cluster: installing and upgrading addons, testing them, running a script inside."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from real_odoo import environment, log, program
from real_odoo.configuration import Configuration
from real_odoo.errors import OdooError, ProgramError
from real_odoo.installation import Installation
from real_odoo.odoo_source import OdooSource
from real_odoo.postgresql_server import PostgresqlServer

# A script's last expression can't be had from `odoo shell`, so that it leaves its result in a variable.
_BEFORE = "import json as _json\nresult = None\nglobals().update(_json.loads({values!r}))\n"
# A running Odoo learns from the signal what it must no longer believe.
_AFTER = "\nenv.cr.commit()\nenv.registry.signal_changes()\nwith open({answer!r}, 'w') as _answer:\n    _json.dump(result, _answer)\n"


@dataclass(frozen=True)
class Answer:
    """What a script in Odoo's shell printed, and the result that it left."""

    printed: str
    result: Any


class OdooCommand:
    """Odoo's command line.

    Args:
        installation: whose Odoo.
        server: whose databases; it must be running when a command is given.
        addons_path: folders of addons beside Odoo's own.
    """

    def __init__(self, installation: Installation, server: PostgresqlServer, addons_path: tuple[Path, ...]) -> None:
        self._installation = installation
        self._server = server
        self._addons_path = addons_path

    @property
    def odoo(self) -> OdooSource:
        return self._installation.odoo

    def folder(self, addon: str) -> Path:
        """The folder of one of the further addons.

        Raises:
            OdooError: there is none of the name.
        """
        for path in self._addons_path:
            if (path / addon / "__manifest__.py").is_file():
                return path / addon
        raise OdooError(f"There is no addon {addon} in {self._places}: name the folder above it with addons_path.")

    def folders(self) -> tuple[Path, ...]:
        """The folders of all further addons: some install themselves beside those that they bring together."""
        return tuple(sorted(found.parent for path in self._addons_path for found in path.glob("*/__manifest__.py")))

    def configuration(self, folder: Path) -> Configuration:
        """What every Odoo of this cluster is told; its own data are below folder."""
        return Configuration(
            addons_path=(*self._installation.odoo.addons, *(path for path in self._addons_path if path.is_dir())),
            data=folder / "data",
            database_port=self._server.port,
            database_password=self._server.password,
        )

    def install(self, database: str, addons: Sequence[str], told: Callable[[float], None]) -> None:
        """Install addons, into a new database if there is none of the name.

        Raises:
            OdooError: an addon is unknown or failed to load; carries the telling lines of the log.
        """
        self._change(database, f"--init={','.join(addons)}", "--no-http", told=told)
        self._require_installed(database, addons)

    def upgrade(self, database: str, addons: Sequence[str], told: Callable[[float], None]) -> None:
        """Upgrade installed addons to the code as it is now.

        Raises:
            OdooError: an addon isn't installed or failed to load.
        """
        self._require_installed(database, addons)
        self._change(database, f"--update={','.join(addons)}", "--no-http", told=told)
        self._require_installed(database, addons)

    def test(self, database: str, addons: Sequence[str], tags: str, port: int, told: Callable[[float], None]) -> int:
        """Install addons and run the first one's tests, those of Odoo's tags; gives how many there were. Odoo listens on a port.

        Raises:
            OdooError: a test failed, or there was none, or an addon failed to load; carries the telling lines.
        """
        lines = self._change(database, f"--init={','.join(addons)}", f"--test-tags={tags}", f"--http-port={port}", told=told)
        self._require_installed(database, addons)
        tests = log.tests(lines)
        if not tests:
            raise OdooError(
                f"The addon {addons[0]} has no tests that Odoo finds: are they imported in {addons[0]}/tests/__init__.py?"
            )
        return tests

    def shell(self, database: str, script: str, **values: Any) -> Answer:
        """Run a script in Odoo's shell, in one transaction that is committed at its end.

        Args:
            database: where.
            script: Python; `env` is Odoo's superuser; what it assigns to `result` is the answer (JSON).
            values: further names that the script knows (JSON).

        Raises:
            OdooError: the script raised; nothing of it was committed.
        """
        with tempfile.TemporaryDirectory() as scratch:
            answer = Path(scratch, "answer")
            whole = _BEFORE.format(values=json.dumps(values)) + script + _AFTER.format(answer=str(answer))
            command = self._command("shell", Path(scratch), database, "--no-http", "--log-handler=:ERROR")
            try:
                printed = program.output(command, stdin=whole, env=self._env)
            except ProgramError as error:
                raise OdooError(
                    f"The script for the database {database} failed:", log.telling(error.said.splitlines())
                ) from error
            return Answer(printed, json.loads(answer.read_text(encoding="utf-8")))

    def _change(self, database: str, *options: str, told: Callable[[float], None]) -> list[str]:
        """Start Odoo, let it do what the options say, and give its log."""
        with tempfile.TemporaryDirectory() as scratch:
            command = self._command("server", Path(scratch), database, *options, "--stop-after-init")
            with subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self._env
            ) as odoo:
                lines = list(_watched(odoo.stdout or (), told))
        if odoo.returncode:
            failed = f"Odoo ended with status {odoo.returncode} on {' '.join(options)} in the database {database}:"
            raise OdooError(failed, log.telling(lines))
        return lines

    def _command(self, verb: str, folder: Path, database: str, *options: str) -> tuple[str, ...]:
        configuration = self.configuration(folder).write(folder / "odoo.conf")
        return self._installation.command(verb, f"--config={configuration}", f"--database={database}", *options)

    @property
    def _env(self) -> dict[str, str]:
        return environment.for_odoo(self._installation.odoo.root)

    def _require_installed(self, database: str, addons: Sequence[str]) -> None:
        # Odoo only warns about names that it doesn't know.
        rows = self._server.query(database, "SELECT name FROM ir_module_module WHERE state = 'installed'")
        missing = set(addons) - {name for (name,) in rows}
        if missing:
            names = ", ".join(sorted(missing))
            raise OdooError(f"{names} is not installed in {database}: it must be among Odoo's addons or in {self._places}.")

    @property
    def _places(self) -> str:
        return ", ".join(map(str, self._addons_path))


def _watched(lines: Iterable[str], told: Callable[[float], None]) -> Iterator[str]:
    """The lines, telling from them which share of the modules is loaded."""
    for line in lines:
        loading = log.loading(line)
        if loading:
            told(loading[0] / (loading[1] + 1))
        yield line
