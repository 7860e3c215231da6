"""Install what the service needs into .venv, and with --odoo a real Odoo 19 beside it, at the same time.

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
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "installed"
LOG = ROOT / ".run" / "setup.log"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--odoo", action="store_true", help="install the real Odoo too")
    wanted = parser.parse_args()
    installing = None if _is_installed() else _start()
    began = time.monotonic()
    failed = 0
    if wanted.odoo:
        failed = subprocess.run([sys.executable, "-m", "real_odoo", "install"], env=_environment(), check=False).returncode
    if installing is not None:
        failed = failed or _finish(installing, began)
    return failed


def _is_installed() -> bool:
    return STAMP.exists() and STAMP.read_text(encoding="ascii") == _wanted()


def _wanted() -> str:
    """What is to be in the venv: the locked packages, for this Python and this place."""
    python = (
        f"{sys.implementation.cache_tag} {platform.machine()}"  # a security update of it changes nothing for the packages
    )
    content = LOCK.read_bytes() + python.encode() + str(ROOT).encode()
    return hashlib.sha256(content).hexdigest()


def _start() -> subprocess.Popen[bytes]:
    """Make the venv and let pip begin; what it says goes to the log."""
    print("  service         installing its Python packages …", flush=True)
    _ensure_venv_module()
    LOG.parent.mkdir(exist_ok=True)
    venv.EnvBuilder(clear=True, with_pip=True, symlinks=True).create(VENV)
    pip = f"{VENV}/bin/python -m pip install --quiet --disable-pip-version-check --no-input"
    packages = f"{pip} --require-hashes --requirement {LOCK}"
    project = f"{pip} --no-deps --no-build-isolation --editable {ROOT}"
    with LOG.open("wb") as log:
        return subprocess.Popen(["/bin/sh", "-c", f"{packages} && {project}"], stdout=log, stderr=subprocess.STDOUT)


def _finish(installing: subprocess.Popen[bytes], began: float) -> int:
    while installing.poll() is None:
        if sys.stderr.isatty():
            print(
                f"\r  service         installing its Python packages, {time.monotonic() - began:.0f} s ",
                end="",
                file=sys.stderr,
            )
        try:
            installing.wait(1)
        except subprocess.TimeoutExpired:
            continue
    if installing.returncode:
        tail = LOG.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
        return _complain(
            "\n".join([*tail, f"The packages could not be installed; the whole log is {LOG.relative_to(ROOT)}."])
        )
    STAMP.write_text(_wanted(), encoding="ascii")
    print(f"\r  service         installed in {time.monotonic() - began:.0f} s" + " " * 20, flush=True)
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
