"""Who runs PostgreSQL, and where that account's files can be.

PostgreSQL refuses to run as root. For root it runs as `postgres`, or `nobody` on a machine without one; such an account
may be unable to come to a checkout (below /root, say), and then its files are in a folder of their own under /var/tmp.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from real_odoo.errors import ClusterError

_ELSEWHERE = Path("/var/tmp")  # noqa: S108 - folders made here are checked to be ours
_PREFIX = "duebell-"
_ORIGIN = "origin"


@dataclass(frozen=True)
class Account:
    """A user of this machine; switch is what subprocess needs to run a program as that user."""

    uid: int
    gid: int
    switch: dict[str, Any]

    @classmethod
    def for_postgresql(cls) -> Account:
        """Ourselves; for root, an unprivileged user."""
        if os.geteuid():
            return cls(os.geteuid(), os.getegid(), {})
        entry = _entry("postgres") or _entry("nobody")
        if entry is None:
            raise ClusterError(
                "PostgreSQL refuses to run as root and there is no user `postgres` or `nobody`: run this as an ordinary user."
            )
        switch = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        return cls(entry.pw_uid, entry.pw_gid, switch)

    def reaches(self, folder: Path) -> bool:
        """Whether this account may enter the folder."""
        return subprocess.run(["test", "-x", folder], check=False, cwd="/", **self.switch).returncode == 0

    def own(self, path: Path) -> None:
        """Make the account the owner."""
        os.chown(path, self.uid, self.gid)


def home(folder: Path, account: Account) -> Path:
    """Where the account's files for this folder are: in it, or, if the account can't come there, under /var/tmp."""
    if account.reaches(folder):
        return folder
    return _ELSEWHERE / (_PREFIX + hashlib.sha256(bytes(folder)).hexdigest()[:12])


def make_home(folder: Path, account: Account) -> Path:
    """Make the folder and its home, where they aren't yet; the home must be ours."""
    folder.mkdir(parents=True, exist_ok=True)
    place = home(folder, account)
    if place == folder:
        return place
    place.mkdir(mode=0o711, exist_ok=True)
    if place.is_symlink() or place.stat().st_uid != os.geteuid():
        raise ClusterError(f"{place} belongs to somebody else: have it removed, or choose another folder with DUEBELL_RUN.")
    (place / _ORIGIN).write_bytes(bytes(folder))
    return place


def remove(folder: Path, account: Account) -> None:
    """Remove a folder and its home, where they are."""
    if folder.exists():
        for place in {home(folder, account), folder}:
            if place.exists():
                shutil.rmtree(place)


def remove_homeless() -> None:
    """Remove our folders under /var/tmp whose own folder is gone."""
    for place in _ELSEWHERE.glob(_PREFIX + "*"):
        origin = place / _ORIGIN
        with suppress(FileNotFoundError):  # somebody else removes it at this moment
            if place.is_symlink() or place.stat().st_uid != os.geteuid() or not origin.is_file():
                continue
            if not Path(os.fsdecode(origin.read_bytes())).exists():
                shutil.rmtree(place)


def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None
