"""rtlcss, by which Odoo turns its pages from right to left: Debian's package, unpacked below the checkout's run folder.

Debian 12 hasn't got it, so that it comes from the suite that Odoo itself comes from; nothing of that is installed on the machine.
"""

from __future__ import annotations

from pathlib import Path

import programs
from real_odoo import environment, locks, odoo_source, package, stamp
from real_odoo.apt import Apt

# What it loads; node-browserslist brings escalade.
_PACKAGES = (
    "node-rtlcss",
    "node-browserslist",
    "node-isarray",
    "node-isobject",
    "node-picocolors",
    "node-postcss",
    "node-strip-json-comments",
)
_PROGRAM = """#!/bin/sh
NODE_PATH={modules} exec {node} {modules}/rtlcss/bin/rtlcss.js "$@"
"""


def ensure() -> Path:
    """The folder that the program rtlcss is in; made the first time.

    Raises:
        FileNotFoundError: nodejs, which runs it, is not installed.
        InstallationError: the packages could not be had.
    """
    folder = environment.run_folder() / "rtlcss"
    node = programs.path("nodejs")
    with locks.exclusive(folder.with_suffix(".lock")):
        if stamp.made_of(folder) is None:
            _unpack(folder, node)
    return folder / "bin"


def _unpack(folder: Path, node: str) -> None:
    cache = environment.cache_folder()
    suite = odoo_source.suite(cache, Apt(cache / "apt-machine"))
    with stamp.made_beside(folder) as new:
        for file in suite.download(_PACKAGES, cache / "debs", lambda _text, _share: None):
            package.unpack(file, new, lambda _share: None)
        program = new / "bin/rtlcss"
        program.parent.mkdir()
        program.write_text(_PROGRAM.format(modules=folder / "usr/share/nodejs", node=node), encoding="utf-8")
        program.chmod(0o755)
        stamp.mark(new, " ".join(_PACKAGES))
