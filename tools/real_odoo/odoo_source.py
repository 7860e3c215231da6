"""Odoo 19's own code: Debian's package unpacked, or a source tree of the user's."""

from __future__ import annotations

import csv
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from real_odoo import package, stamp
from real_odoo.apt import Apt, Suite
from real_odoo.errors import InstallationError
from real_odoo.progress import Progress

STEP = "odoo-19"
_SERIES = "19.0"
_SUITE = "sid"
_PACKAGE = "odoo-19"
# What Odoo's package links to. Two come from the machine's own release: those of sid have moved on to other file names.
_LINKED_TO = (
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-glyphicons-halflings",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
)
_LINKED_TO_OLDER = ("fonts-font-awesome", "fonts-inconsolata")


@dataclass(frozen=True)
class OdooSource:
    """Odoo's code.

    Attributes:
        root: the folder that the Python package `odoo` is in.
        addons: the folders of Odoo's own addons, in the order they are searched.
        version: tells apart what a database made by one can't be used with.
    """

    root: Path
    addons: tuple[Path, ...]
    version: str

    def languages(self) -> frozenset[str]:
        """The codes of the languages that it knows."""
        with (self.root / "odoo/addons/base/data/res.lang.csv").open(encoding="utf-8", newline="") as known:
            return frozenset(language["code"] for language in csv.DictReader(known))


def unpacked(folder: Path) -> OdooSource | None:
    """Debian's package as it was unpacked there; None if it wasn't, or not to the end."""
    version = stamp.made_of(folder)
    if version is None:
        return None
    root = folder / "usr/lib/python3/dist-packages"
    # The package's other folder of addons holds their Python code only.
    return OdooSource(root, (root / "odoo/addons",), version)


def suite(cache: Path, machine: Apt) -> Apt:
    """The suite that has Odoo, through apt, with the lists of today.

    Raises:
        InstallationError: no network, or this machine's apt knows no Debian mirror.
    """
    machine.refresh()
    found = Apt(cache / f"apt-{_SUITE}", Suite(_SUITE, machine.mirror()))
    found.refresh()
    return found


def unpack(folder: Path, cache: Path, machine: Apt, progress: Progress) -> OdooSource:
    """Download Debian's package of Odoo and what it links to, and unpack them.

    Raises:
        InstallationError: no network, no such package, no room.
    """

    def report(text: str, share: float | None = None) -> None:
        progress(STEP, text, share)

    report("reading the package lists")
    debs = cache / "debs"
    odoo, *linked_to = suite(cache, machine).download((_PACKAGE, *_LINKED_TO), debs, report)
    linked_to += machine.download(_LINKED_TO_OLDER, debs, report)
    version = odoo.name.split("_")[1]
    with stamp.made_beside(folder) as new:
        for file in linked_to:
            package.unpack(file, new, lambda _: None)
        package.unpack(odoo, new, lambda share: report("unpacking", share))
        stamp.mark(new, version)
    report(f"{version} unpacked", 1)
    found = unpacked(folder)
    if found is None:
        raise InstallationError(f"{folder} vanished while it was being made: run this again.")
    return found


def in_tree(tree: Path) -> OdooSource:
    """A source tree as Odoo's makers publish it, holding odoo/ and addons/.

    Raises:
        InstallationError: it isn't one, or of another series than 19.0.
    """
    release = tree / "odoo/release.py"
    if not release.is_file():
        raise InstallationError(
            f"ODOO_SRC={tree} holds no odoo/release.py: name the folder that an Odoo 19 source tree has odoo-bin in."
        )
    version = re.search(r"^version_info = \((\d+), (\d+)", release.read_text(encoding="utf-8"), re.MULTILINE)
    series = ".".join(version.groups()) if version else "of an unknown version"
    if series != _SERIES:
        raise InstallationError(
            f"ODOO_SRC={tree} is Odoo {series}, not {_SERIES}: check out that branch, or unset ODOO_SRC."
        )
    addons = tuple(folder for folder in (tree / "odoo/addons", tree / "addons") if _holds_addons(folder))
    return OdooSource(tree, addons, f"{series} {tree} {_commit(tree)}")


def _holds_addons(folder: Path) -> bool:
    """Whether it holds whole addons: a Debian package has a folder with their Python code only."""
    return (folder / "base/data").is_dir() or (folder / "web/static").is_dir()


def _commit(tree: Path) -> str:
    """The tree's commit; of a tree without git, nothing."""
    git = subprocess.run(["git", "-C", tree, "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    return git.stdout.strip()
