"""Debian's Chromium: where it is, and how it is started to stay quiet; run as a command, it installs it where it is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PACKAGE = "chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""Arguments: nothing leaves this machine, and it runs as root too."""


def path() -> str:
    """Where it is.

    Raises:
        FileNotFoundError: it is not installed.
    """
    found = shutil.which(PACKAGE)
    if found is None:
        raise FileNotFoundError("Chromium is missing: run `make chromium`, or install Debian's package chromium.")
    return found


def main() -> int:
    if shutil.which(PACKAGE):
        return 0
    install = ["apt-get", "install", "--yes", "--no-install-recommends", PACKAGE]
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    if shutil.which("apt-get") is None or (sudo and shutil.which("sudo") is None):
        print(f"Chromium is missing: install it, then run this again. On Debian: {' '.join(install)}", file=sys.stderr)
        return 1
    print("  chromium        installing it with apt", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*sudo, "apt-get", "update", "--quiet=2"], env=quiet, check=False)
    if subprocess.run([*sudo, *install], env=quiet, stdout=subprocess.DEVNULL, check=False).returncode:
        print(
            f"Chromium could not be installed: run `{' '.join([*sudo, *install])}` and look at what it says.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
