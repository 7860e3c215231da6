"""The real Odoo that these tests talk to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from integration.odoo_crm.wire import Wire
from real_odoo import Cluster, Odoo


@dataclass(frozen=True)
class RunningOdoo:
    """A running Odoo: its databases with and without the addon, keys of the first by what they are, the wire to PostgreSQL."""

    server: Odoo
    cluster: Cluster
    wire: Wire
    database: str
    bare_database: str
    keys: Mapping[str, str] = field(repr=False)

    def values(self, **other: str) -> dict[str, str]:
        """What is typed to reach the addon, and what a test types otherwise."""
        return {
            "API_URL": self.server.url,
            "API_Access_Key": self.keys["billing"],
            "Database": self.database,
            **other,
        }
