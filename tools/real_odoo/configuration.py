"""Odoo's configuration file, as far as ours differ from its defaults."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from real_odoo.postgresql_server import USER


@dataclass(frozen=True)
class Configuration:
    """What an Odoo is told.

    Attributes:
        addons_path: folders of addons, searched in this order.
        data: where it keeps sessions and the like.
        database_port: PostgreSQL's, on loopback.
        database_password: PostgreSQL's.
        databases: those that are served; one is chosen by the header X-Odoo-Database, or is the only one.
        port: HTTP.
        events_port: the second server's that comes with workers.
        workers: processes that answer; 0 is one process with threads.
        crons: threads or processes that run scheduled actions.
    """

    addons_path: tuple[Path, ...]
    data: Path
    database_port: int
    database_password: str
    databases: tuple[str, ...] = ()
    port: int = 0
    events_port: int = 0
    workers: int = 0
    crons: int = 0

    def write(self, file: Path) -> Path:
        """Write it, for our eyes only: it holds a password."""
        options = {
            "addons_path": ",".join(map(str, self.addons_path)),
            "data_dir": self.data,
            "db_host": "127.0.0.1",
            "db_port": self.database_port,
            "db_user": USER,
            "db_password": self.database_password,
            "db_name": ",".join(self.databases),
            "dbfilter": f"^({'|'.join(self.databases)})$" if self.databases else "",
            "list_db": False,
            "admin_passwd": secrets.token_hex(16),
            "http_interface": "127.0.0.1",
            "http_port": self.port,
            "gevent_port": self.events_port,
            "workers": self.workers,
            "max_cron_threads": self.crons,
            "smtp_server": "127.0.0.1",
            # It leads nowhere already; this saves a warning each time that it is tried.
            "publisher_warranty_url": "http://127.0.0.1:9/",
        }
        file.touch(mode=0o600)
        file.write_text("[options]\n" + "".join(f"{name} = {value}\n" for name, value in options.items()), encoding="utf-8")
        return file
