"""All lines of the part `espf`, measured in one run."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.espf import accepting, backlog, dispatching, promptness, several
from benchmarks.espf.databases import PostgresqlDatabases, SqliteFiles
from benchmarks.figure import Figure
from real_odoo import Cluster, Installation, Progress


def measure(progress: Progress) -> list[Figure]:
    installation = Installation.ensure(progress=progress)
    with (
        Cluster(installation, durable=True, progress=progress) as cluster,
        tempfile.TemporaryDirectory(dir=installation.run) as folder,
    ):
        sqlite, postgresql = SqliteFiles(Path(folder)), PostgresqlDatabases(cluster)
        engines = (sqlite, postgresql)
        return [
            *dispatching.measure(engines, postgresql, progress),
            *accepting.measure(engines, progress),
            *several.measure(postgresql, progress),
            *promptness.measure(engines, progress),
            *backlog.measure(engines, progress),
        ]
