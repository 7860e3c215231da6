"""Install what the service needs into .venv; --odoo: a real Odoo 19 beside it, --peers: what it is measured beside, --oca: OCA's checks.

Standard library only: it runs before anything is installed. Each step's stamp is written last, so a second run mends what a
broken first one left.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import time
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Place:
    """A venv, the lock file that says what is in it, and whether the project is in it too."""

    title: str
    venv: Path
    lock: Path
    has_project: bool

    @property
    def stamp(self) -> Path:
        return self.venv / "installed"

    @property
    def log(self) -> Path:
        return ROOT / ".run" / f"setup{self.venv.name.removeprefix('.venv')}.log"


SERVICE = Place("service", ROOT / ".venv", ROOT / "requirements.lock", has_project=True)
PEERS = Place("peers", ROOT / ".venv-bench", ROOT / "benchmarks" / "requirements.lock", has_project=False)
OCA = Place("OCA's checks", ROOT / ".venv-oca", ROOT / "odoo" / "oca-requirements.lock", has_project=False)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--odoo", action="store_true", help="install the real Odoo too")
    parser.add_argument("--peers", action="store_true", help="install the libraries that the benchmarks run beside it")
    parser.add_argument("--oca", action="store_true", help="install OCA's checks of addons too")
    wanted = parser.parse_args()
    places = [SERVICE, *[PEERS] * wanted.peers, *[OCA] * wanted.oca]
    began = time.monotonic()
    installing = [(place, _start(place)) for place in places if not _is_installed(place)]
    failed = 0
    if wanted.odoo:
        failed = subprocess.run([sys.executable, "-m", "real_odoo", "install"], env=_environment(), check=False).returncode
    for place, pip in installing:
        failed = _finish(place, pip, began) or failed
    return failed


def _is_installed(place: Place) -> bool:
    return place.stamp.exists() and place.stamp.read_text(encoding="ascii") == _wanted(place)


def _wanted(place: Place) -> str:
    """What is to be in the venv: the locked packages, for this Python and this place."""
    python = (
        f"{sys.implementation.cache_tag} {platform.machine()}"  # a security update of it changes nothing for the packages
    )
    content = place.lock.read_bytes() + python.encode() + str(ROOT).encode()
    return hashlib.sha256(content).hexdigest()


def _start(place: Place) -> subprocess.Popen[bytes]:
    """Make the venv and let pip begin; what it says goes to the log."""
    print(f"  {place.title:<15} installing its Python packages …", flush=True)
    _ensure_venv_module()
    place.log.parent.mkdir(exist_ok=True)
    venv.EnvBuilder(clear=True, with_pip=True, symlinks=True).create(place.venv)
    pip = f"{place.venv}/bin/python -m pip install --quiet --disable-pip-version-check --no-input"
    packages = f"{pip} --require-hashes --requirement {place.lock}"
    project = f" && {pip} --no-deps --no-build-isolation --editable {ROOT}" if place.has_project else ""
    with place.log.open("wb") as log:
        return subprocess.Popen(["/bin/sh", "-c", packages + project], stdout=log, stderr=subprocess.STDOUT)


def _finish(place: Place, installing: subprocess.Popen[bytes], began: float) -> int:
    while installing.poll() is None:
        if sys.stderr.isatty():
            print(
                f"\r  {place.title:<15} installing its Python packages, {time.monotonic() - began:.0f} s ",
                end="",
                file=sys.stderr,
            )
        try:
            installing.wait(1)
        except subprocess.TimeoutExpired:
            continue
    if installing.returncode:
        tail = place.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
        return _complain(
            "\n".join([*tail, f"The packages could not be installed; the whole log is {place.log.relative_to(ROOT)}."])
        )
    place.stamp.write_text(_wanted(place), encoding="ascii")
    print(f"\r  {place.title:<15} installed in {time.monotonic() - began:.0f} s" + " " * 20, flush=True)
    return 0


def _ensure_venv_module() -> None:
    """Debian keeps ensurepip in a package of its own."""
    if importlib.util.find_spec("ensurepip") is None:
        package = f"python{sysconfig.get_python_version()}-venv"
        install = ["apt-get", "install", "--yes", "--no-install-recommends", package]
        sudo = [] if os.geteuid() == 0 else ["sudo"]
        if shutil.which("apt-get") is None or (sudo and shutil.which("sudo") is None):
            sys.exit(f"Python's venv module is missing: install {package}, then run this again.")
        print(f"  service         installing {package} with apt", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run([*sudo, "apt-get", "update", "--quiet=2"], env=quiet, check=False)
        if subprocess.run([*sudo, *install], env=quiet, stdout=subprocess.DEVNULL, check=False).returncode:
            sys.exit(f"{package} could not be installed: run `{' '.join([*sudo, *install])}` and look at what it says.")


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "tools")}


def _complain(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
