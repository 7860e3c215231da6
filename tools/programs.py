"""Debian's programs that tests and pictures need; run as a command, it installs those that are missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PROGRAMS = ("chromium", "nodejs", "wkhtmltopdf")
"""Packages, each named like its program: the browser, what runs rtlcss, and what Odoo makes its PDF files by."""


def path(program: str) -> str:
    """Where it is.

    Raises:
        FileNotFoundError: it is not installed.
    """
    found = shutil.which(program)
    if found is None:
        raise FileNotFoundError(f"{program} is missing: run `make programs`, or install Debian's package {program}.")
    return found


def main() -> int:
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    return _install(missing) if missing else 0


def _install(missing: list[str]) -> int:
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    names = ", ".join(missing)
    if shutil.which("apt-get") is None or (sudo and shutil.which("sudo") is None):
        print(
            f"Missing: {names}. Install what is missing, then run this again. On Debian: {' '.join(install)}",
            file=sys.stderr,
        )
        return 1
    print(f"  programs        installing {names} with apt", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*sudo, "apt-get", "update", "--quiet=2"], env=quiet, check=False)
    if subprocess.run([*sudo, *install], env=quiet, stdout=subprocess.DEVNULL, check=False).returncode:
        print(f"Not installed: {names}. Run `{' '.join([*sudo, *install])}` and look at what it says.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
