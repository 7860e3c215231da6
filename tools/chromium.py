"""Debian's Chromium: where it is, and how it is started to stay quiet."""

from __future__ import annotations

import programs

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
    return programs.path("chromium")
