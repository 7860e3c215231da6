"""Unpacking a Debian package into a folder of ours."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from real_odoo import environment, program
from real_odoo.errors import InstallationError, complaint

_CHUNK = 1 << 20  # bytes


def unpack(file: Path, into: Path, report: Callable[[float], None]) -> None:
    """Unpack the package's files below a folder, telling which share of them is there.

    Raises:
        InstallationError: the file is no sound package, or the disk is full.
    """
    size = int(program.output(["dpkg-deb", "--field", file, "Installed-Size"])) * 1024
    env = environment.for_programs()
    reading = ["dpkg-deb", "--fsys-tarfile", str(file)]
    writing = ["tar", "-x", "--no-same-owner", "-C", str(into)]
    with (
        tempfile.TemporaryFile("w+") as complaints,
        subprocess.Popen(reading, stdout=subprocess.PIPE, stderr=complaints, env=env) as package,
        subprocess.Popen(writing, stdin=subprocess.PIPE, stderr=complaints, env=env) as tar,
    ):
        _pour(package.stdout, tar.stdin, size, report)
        if tar.wait() or package.wait():
            complaints.seek(0)
            why = complaint(complaints.read())
            raise InstallationError(
                f"{file.name} could not be unpacked ({why}): make room on the disk, then run this again."
            )


def _pour(source: IO[bytes] | None, sink: IO[bytes] | None, size: int, report: Callable[[float], None]) -> None:
    """Copy everything and close both; a sink that broke has said why by itself."""
    if source is None or sink is None:
        return
    done = 0
    try:
        while chunk := source.read(_CHUNK):
            sink.write(chunk)
            done += len(chunk)
            report(min(done / size, 0.99))
        sink.close()
    except BrokenPipeError:
        source.close()
