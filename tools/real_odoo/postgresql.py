"""PostgreSQL's programs: the machine's own, or Debian's package unpacked into a folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from real_odoo import environment, package, stamp
from real_odoo.apt import Apt
from real_odoo.errors import InstallationError
from real_odoo.progress import Progress

STEP = "postgresql"
OLDEST = 15
_PACKAGE = "postgresql"
# Of what apt would install along, only libraries are needed; not those for just-in-time compilation, which is off, nor for
# the scripts that Debian puts around PostgreSQL.
_UNUSED = re.compile(r"lib(llvm|z3|perl|.*-perl$)")
_BIN = "usr/lib/postgresql/*/bin"


@dataclass(frozen=True)
class Postgresql:
    """PostgreSQL's programs of one major version.

    Attributes:
        folder: what `initdb`, `postgres`, `psql` … are in.
        libraries: folders of libraries that the machine lacks.
        major: the version, 15 or newer.
    """

    folder: Path
    libraries: tuple[Path, ...]
    major: int

    def program(self, name: str) -> Path:
        return self.folder / name

    @property
    def is_usable(self) -> bool:
        """Whether it is new enough, and server and client are there."""
        return self.major >= OLDEST and self.program("initdb").exists() and self.program("psql").exists()

    def env(self, **settings: str) -> dict[str, str]:
        """The environment to run them in."""
        libraries = {"LD_LIBRARY_PATH": ":".join(map(str, self.libraries))} if self.libraries else {}
        return environment.for_programs(**libraries, **settings)


def on_machine(root: Path = Path("/")) -> Postgresql | None:
    """The newest that is installed there, server and client."""
    return _newest(root, ())


def unpacked(folder: Path) -> Postgresql | None:
    """The one that was unpacked there; None if it wasn't, or not to the end."""
    if stamp.made_of(folder) is None:
        return None
    return _newest(folder, tuple(sorted(folder.glob("usr/lib/*-linux-*"))) + tuple(sorted(folder.glob("lib/*-linux-*"))))


def unpack(folder: Path, cache: Path, machine: Apt, progress: Progress) -> Postgresql:
    """Download Debian's server and the libraries that this machine lacks, and unpack them; nothing is installed.

    Raises:
        InstallationError: no network, or a release without PostgreSQL 15 or newer.
    """
    progress(STEP, "reading the package lists")
    machine.refresh()
    files = machine.download(_needed(machine), cache / "debs", lambda text, share: progress(STEP, text, share))
    progress(STEP, "unpacking")
    with stamp.made_beside(folder) as new:
        for file in files:
            package.unpack(file, new, lambda _: None)
        stamp.mark(new, " ".join(file.name for file in files))
    found = unpacked(folder)
    if found is None:
        raise InstallationError(
            f"Debian's PostgreSQL here is older than {OLDEST}: install a newer one, then run this again."
        )
    progress(STEP, f"{found.major} unpacked", 1)
    return found


def _needed(machine: Apt) -> tuple[str, ...]:
    """The server, its client and the libraries that aren't here."""
    lacking = machine.lacking(_PACKAGE)
    server = next((name for name in lacking if re.fullmatch(r"postgresql-\d+", name)), None)
    if server is None:
        raise InstallationError(
            "apt calls PostgreSQL installed, but its programs are not below /usr/lib/postgresql: reinstall it."
        )
    libraries = [name for name in lacking if name.startswith("lib") and not _UNUSED.match(name)]
    return (server, server.replace("-", "-client-"), *libraries)


def _newest(root: Path, libraries: tuple[Path, ...]) -> Postgresql | None:
    found = [
        Postgresql(folder, libraries, int(folder.parent.name)) for folder in root.glob(_BIN) if folder.parent.name.isdigit()
    ]
    return max((one for one in found if one.is_usable), key=lambda one: one.major, default=None)
