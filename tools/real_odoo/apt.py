"""Packages of Debian's, downloaded through apt but not installed.

apt knows the machine's mirror, verifies signatures and checksums, and needs no root for any of this as long as its lists
and its cache are folders of ours. Nothing of the machine's own apt changes.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from real_odoo import environment, locks, program
from real_odoo.errors import InstallationError, ProgramError, complaint

_LISTS_ARE_FRESH_FOR = 24 * 3600.0  # seconds
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_URI_LINE = re.compile(r"^'[^']+' (?P<name>\S+) (?P<size>\d+) SHA256:(?P<sha256>[0-9a-f]{64})$", re.MULTILINE)

Report = Callable[[str, float | None], None]


@dataclass(frozen=True)
class Package:
    """A package's file, as the signed lists describe it; size in bytes."""

    file: str
    size: int
    sha256: str

    def is_sound(self, file: Path) -> bool:
        if not file.exists() or file.stat().st_size != self.size:
            return False
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest() == self.sha256


@dataclass(frozen=True)
class Suite:
    """A suite of Debian's at a mirror, and how apt is to trust it: by Debian's keys unless said otherwise."""

    name: str
    mirror: str
    trust: str = f"signed-by={_KEYRING}"

    @property
    def source(self) -> str:
        """Its line in a sources.list."""
        return f"deb [{self.trust}] {self.mirror} {self.name} main\n"


class Apt:
    """apt over the machine's own sources or, if one is named, over a suite.

    Args:
        folder: the lists' place; several checkouts may share it.
        suite: what to use instead of the machine's own sources.
    """

    def __init__(self, folder: Path, suite: Suite | None = None) -> None:
        self._folder = folder
        self._settings = folder / "apt.conf"
        self._stamp = folder / "refreshed"
        self._suite = suite

    def refresh(self) -> None:
        """Make sure that the lists are of today."""
        with locks.exclusive(self._folder / "lock"):
            if self._stamp.exists() and time.time() - self._stamp.stat().st_mtime < _LISTS_ARE_FRESH_FOR:
                return
            self._write_settings()
            self._say("update", "read the package lists")
            self._stamp.touch()

    def mirror(self) -> str:
        """The address that Debian itself comes from on this machine. Only of the machine's own sources."""
        debian = ["Created-By: Packages", "Origin: Debian", "Label: Debian"]
        found = self._say("indextargets", "look up the mirror", "--format", "$(REPO_URI)", *debian).split()
        if not found:
            raise InstallationError(
                "This machine's apt knows no Debian mirror: set ODOO_SRC to an Odoo 19 source tree and have PostgreSQL 15 or newer installed."
            )
        return found[0]

    def lacking(self, package: str) -> tuple[str, ...]:
        """What apt would install along with the package on this machine, itself included if it isn't there."""
        plan = self._say("install", f"work out what {package} needs", "--simulate", "--no-install-recommends", package)
        return tuple(re.findall(r"^Inst (\S+)", plan, re.MULTILINE))

    def download(self, packages: tuple[str, ...], into: Path, report: Report) -> tuple[Path, ...]:
        """The packages' files, downloaded unless they are there and sound.

        Raises:
            InstallationError: apt doesn't know one, or can't get it.
        """
        with locks.exclusive(into / "lock"):
            wanted = self._describe(packages, into)
            unsound = [package for package in wanted if not package.is_sound(into / package.file)]
            if unsound:
                for package in unsound:
                    (into / package.file).unlink(missing_ok=True)
                self._fetch(unsound, packages, into, report)
            return tuple(into / package.file for package in wanted)

    def _describe(self, packages: tuple[str, ...], into: Path) -> list[Package]:
        # apt leaves out what lies in the working folder already.
        with tempfile.TemporaryDirectory(dir=into) as empty:
            said = self._say("download", f"find {' '.join(packages)}", "--print-uris", *packages, cwd=Path(empty))
        found = [Package(match["name"], int(match["size"]), match["sha256"]) for match in _URI_LINE.finditer(said)]
        files = {package.file.split("_")[0]: package for package in found}
        if files.keys() != set(packages):
            raise InstallationError(f"apt describes the files of {' '.join(files)} instead of {' '.join(packages)}.")
        return [files[name] for name in packages]

    def _fetch(self, unsound: list[Package], packages: tuple[str, ...], into: Path, report: Report) -> None:
        size = sum(package.size for package in unsound)
        with subprocess.Popen(
            self._command("download", *packages),
            cwd=into,
            env=environment.for_programs(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as apt:
            while apt.poll() is None:
                here = sum((into / package.file).stat().st_size for package in unsound if (into / package.file).exists())
                report(f"downloading {here / 1e6:.0f}/{size / 1e6:.0f} MB", min(here / size, 0.99))
                _wait(apt)
            why = complaint(apt.stderr.read() if apt.stderr else "")
        if apt.returncode:
            self._stamp.unlink(missing_ok=True)
            raise InstallationError(
                f"apt could not download {packages[0]} ({why}): look at the network, then run this again."
            )
        broken = [package.file for package in unsound if not package.is_sound(into / package.file)]
        if broken:
            raise InstallationError(
                f"{' '.join(broken)} came with another content than the signed lists say: run this again."
            )

    def _say(self, verb: str, purpose: str, *arguments: str, cwd: Path | None = None) -> str:
        try:
            return program.output(self._command(verb, *arguments), cwd=cwd)
        except FileNotFoundError:
            raise InstallationError(
                "apt-get is not on this machine: set ODOO_SRC to an Odoo 19 source tree and have PostgreSQL 15 or newer installed."
            ) from None
        except ProgramError as error:
            self._stamp.unlink(missing_ok=True)  # the lists may be what is wrong
            raise InstallationError(
                f"apt could not {purpose} ({error.complaint}): look at the network, then run this again."
            ) from error

    def _command(self, verb: str, *arguments: str) -> list[str | Path]:
        return ["apt-get", "--config-file", self._settings, verb, *arguments]

    def _write_settings(self) -> None:
        settings = [
            f'Dir::State::lists "{self._folder}/lists";',
            f'Dir::Cache "{self._folder}/cache";',
            # The machine's may clean its own cache after an update, for which we may lack the rights.
            "#clear APT::Update::Post-Invoke;",
            "#clear APT::Update::Post-Invoke-Success;",
            "#clear Acquire::IndexTargets;",
            'Acquire::IndexTargets::deb::Packages { MetaKey "$(COMPONENT)/binary-$(ARCHITECTURE)/Packages"; };',
            'Acquire::Languages "none";',
            'Acquire::PDiffs "false";',
            # Root's cache is closed to the user that apt would download as.
            'APT::Sandbox::User "root";',
        ]
        for folder in ("lists/partial", "cache/archives/partial"):
            (self._folder / folder).mkdir(parents=True, exist_ok=True)
        if self._suite:
            sources = self._folder / "sources.list"
            sources.write_text(self._suite.source, encoding="utf-8")
            settings += [
                f'Dir::Etc::sourcelist "{sources}";',
                'Dir::Etc::sourceparts "/dev/null";',
                # Of the machine's own sources some that we don't need may fail.
                'APT::Update::Error-Mode "any";',
            ]
        self._settings.write_text("\n".join(settings) + "\n", encoding="utf-8")


def _wait(apt: subprocess.Popen[str]) -> None:
    try:
        apt.wait(0.2)
    except subprocess.TimeoutExpired:
        return
