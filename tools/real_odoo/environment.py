"""What the environment says: the one place that reads it."""

from __future__ import annotations

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]

# Settings of the caller's that would silently change what Odoo, PostgreSQL's programs or Python do.
_NOT_INHERITED = ("ODOO_", "PG", "PYTHON")
# Odoo asks several of its maker's servers for this and that. A proxy that refuses keeps all of it on this machine.
_NOWHERE = "http://127.0.0.1:9"


def run_folder() -> Path:
    """Where everything of this checkout lives."""
    return Path(_environment().get("DUEBELL_RUN") or CHECKOUT / ".run").absolute()


def cache_folder() -> Path:
    """Where this user's downloads are kept, for all checkouts."""
    return Path(_environment().get("XDG_CACHE_HOME") or Path.home() / ".cache") / "duebell"


def odoo_source() -> Path | None:
    """The Odoo source tree to run instead of Debian's package, if one is named."""
    named = _environment().get("ODOO_SRC")
    return Path(named).expanduser().absolute() if named else None


def for_programs(**settings: str) -> dict[str, str]:
    """The environment for a program that we run: ours, without what would change its meaning, in English."""
    inherited = {name: value for name, value in _environment().items() if not name.startswith(_NOT_INHERITED)}
    return {**inherited, "LC_ALL": "C.UTF-8", **settings}


def for_odoo(source: Path) -> dict[str, str]:
    """The environment for Odoo, whose Python modules are in source; it reaches nothing but loopback."""
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), _NOWHERE)
    reachable = dict.fromkeys(("no_proxy", "NO_PROXY"), "127.0.0.1,localhost")
    return for_programs(PYTHONPATH=str(source), PYTHONUNBUFFERED="1", **proxies, **reachable)


def _environment() -> os._Environ[str]:
    return os.environ
