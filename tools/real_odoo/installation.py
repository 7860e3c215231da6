"""All that a real Odoo needs, installed below one folder of the checkout."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from real_odoo import account, environment, locks, odoo_source, postgresql, python_packages
from real_odoo.account import Account
from real_odoo.apt import Apt
from real_odoo.odoo_source import OdooSource
from real_odoo.postgresql import Postgresql
from real_odoo.progress import Progress, silent

# The packaged script has just these lines. `python -m odoo` would not do: with workers its second server never starts.
_SCRIPT = 'import odoo.cli\n\nif __name__ == "__main__":\n    odoo.cli.main()\n'


@dataclass(frozen=True)
class Installation:
    """What was installed.

    Attributes:
        run: the folder that everything of the checkout is below.
        python: the Python that has Odoo's packages.
        odoo: Odoo's code.
        postgresql: PostgreSQL's programs.
    """

    run: Path
    python: Path
    odoo: OdooSource
    postgresql: Postgresql

    @classmethod
    def ensure(cls, run: Path | None = None, progress: Progress = silent) -> Installation:
        """What is installed; whatever is missing or incomplete is made first, a few minutes' work from nothing.

        Args:
            run: the folder; by default DUEBELL_RUN or `.run` of the checkout.
            progress: told what is being done.

        Raises:
            InstallationError: something could not be had; running again goes on where this stopped.
        """
        parts = _Parts((run or environment.run_folder()).absolute(), progress)
        found = parts.found()
        if found is None:
            with locks.exclusive(parts.run / "install.lock", lambda: progress("installation", "waiting for another run", 1)):
                found = parts.complete()
        return found

    @classmethod
    def existing(cls, run: Path | None = None) -> Installation | None:
        """What is installed; None if anything is missing."""
        return _Parts((run or environment.run_folder()).absolute(), silent).found()

    @property
    def script(self) -> Path:
        """Odoo's program; to be run by python with odoo.root on its path."""
        return self.run / "odoo/bin/odoo"

    def command(self, *arguments: str) -> tuple[str, ...]:
        """A command line of Odoo's."""
        return (str(self.python), str(self.script), *arguments)


class _Parts:
    """The parts of an installation: whether they are there, and making those that aren't."""

    def __init__(self, run: Path, progress: Progress) -> None:
        self.run = run
        self._progress = progress
        self._cache = environment.cache_folder()
        self._machine = Apt(self._cache / "apt-machine")

    def found(self) -> Installation | None:
        python, odoo, server = self._python(), self._odoo(), self._postgresql()
        script = self.run / "odoo/bin/odoo"
        return Installation(self.run, python, odoo, server) if python and odoo and server and script.exists() else None

    def complete(self) -> Installation:
        """Make what is missing: the Python packages at the same time as the rest, which are apt's."""
        (self.run / "odoo/bin").mkdir(parents=True, exist_ok=True)
        (self.run / "odoo/bin/odoo").write_text(_SCRIPT, encoding="ascii")
        with ThreadPoolExecutor(2) as both:
            python = both.submit(self._ensure_python)
            others = both.submit(lambda: (self._ensure_odoo(), self._ensure_postgresql()))
            odoo, server = others.result()
            return Installation(self.run, python.result(), odoo, server)

    def _python(self) -> Path | None:
        return python_packages.installed(self.run / "odoo/venv")

    def _ensure_python(self) -> Path:
        return self._python() or python_packages.install(self.run / "odoo/venv", self._progress)

    def _odoo(self) -> OdooSource | None:
        tree = environment.odoo_source()
        return odoo_source.in_tree(tree) if tree else odoo_source.unpacked(self.run / "odoo/dist")

    def _ensure_odoo(self) -> OdooSource:
        return self._odoo() or odoo_source.unpack(self.run / "odoo/dist", self._cache, self._machine, self._progress)

    def _postgresql(self) -> Postgresql | None:
        return postgresql.on_machine() or postgresql.unpacked(
            account.home(self.run / "postgresql", Account.for_postgresql()) / "dist"
        )

    def _ensure_postgresql(self) -> Postgresql:
        found = self._postgresql()
        if found:
            return found
        place = account.make_home(self.run / "postgresql", Account.for_postgresql())
        return postgresql.unpack(place / "dist", self._cache, self._machine, self._progress)
