"""The Python packages that Odoo needs, in a virtual environment of their own."""

from __future__ import annotations

import hashlib
import importlib.util
import subprocess
import tempfile
import venv
from collections.abc import Iterable
from pathlib import Path

from real_odoo import environment, stamp
from real_odoo.errors import InstallationError, complaint
from real_odoo.progress import Progress

STEP = "python packages"
_LOCK = Path(__file__).with_name("requirements.lock")


def installed(folder: Path) -> Path | None:
    """The environment's Python; None if it isn't complete or is of another lock file, or its Python was removed."""
    python = folder / "bin/python"
    return python if stamp.made_of(folder) == _origin() and python.exists() else None


def install(folder: Path, progress: Progress) -> Path:
    """Make the environment and install what the lock file says, checking each file's hash.

    Raises:
        InstallationError: no network, a file with another hash, or a Python without venv.
    """
    if importlib.util.find_spec("ensurepip") is None:
        raise InstallationError(
            "This Python can't make virtual environments: install Debian's package python3-venv, then run this again."
        )
    progress(STEP, "making a virtual environment")
    stamp.remove(folder)
    venv.create(folder, with_pip=True, symlinks=True)
    python = folder / "bin/python"
    _pip_install(python, progress)
    stamp.mark(folder, _origin())
    progress(STEP, "installed", 1)
    return python


def _pip_install(python: Path, progress: Progress) -> None:
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar=off"]
    with (
        tempfile.TemporaryFile("w+") as complaints,
        subprocess.Popen(
            # Odoo compiles the few that it imports when it first starts; compiling all would take a third of the time.
            [*pip, "--no-compile", "--no-deps", "--require-hashes", "-r", str(_LOCK)],
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            env=environment.for_programs(),
        ) as running,
    ):
        _tell(running.stdout or (), progress)
        if running.wait():
            complaints.seek(0)
            why = complaint(complaints.read())
            raise InstallationError(f"pip could not install Odoo's Python packages ({why}): mend that, then run this again.")


def _tell(said: Iterable[str], progress: Progress) -> None:
    """Tell from what pip says how far it is."""
    packages = _LOCK.read_text(encoding="ascii").count("==")
    downloaded = 0
    for line in said:
        if line.startswith("Collecting "):
            downloaded += 1
            # Installing them afterwards takes nearly as long.
            progress(STEP, f"downloading {downloaded}/{packages}", 0.6 * downloaded / packages)
        elif line.startswith("Installing collected"):
            progress(STEP, "installing", 0.6)


def _origin() -> str:
    return hashlib.sha256(_LOCK.read_bytes()).hexdigest()
