"""A real Odoo with the addon, its texts led to a sandbox, that a test may stop, cut from its database, or lock us out of."""

from __future__ import annotations

from dataclasses import dataclass

from duebell.demo.sandbox import Sandbox
from integration.odoo_crm.wire import Wire
from real_odoo import Cluster, Odoo

NEW_KEY = """
from datetime import datetime, timedelta
user = env.ref("duebell.user_integration")
result = env["res.users.apikeys"].with_user(user).sudo()._generate(None, name, datetime.now() + timedelta(days=90))
"""


@dataclass(frozen=True)
class RealOdoo:
    """`key` is one of the integration user's that stays good."""

    server: Odoo
    cluster: Cluster
    database: str
    wire: Wire
    sandbox: Sandbox
    key: str

    def options(self, **other: str) -> dict[str, str]:
        """What is typed to reach it."""
        return {"API_URL": self.server.url, "Database": self.database, "API_Access_Key": self.key, **other}

    def new_key(self, name: str) -> str:
        return str(self.cluster.shell(self.database, NEW_KEY, name=name))

    def revoke(self, name: str) -> None:
        """End the key of this name."""
        self.cluster.query(self.database, f"DELETE FROM res_users_apikeys WHERE name = '{name}'")

    def recorded(self, event_id: str) -> list[list[str]]:
        """The replay numbers under which Odoo has an event."""
        return self.cluster.query(
            self.database, f"SELECT replay FROM duebell_event WHERE event_id = '{event_id}' ORDER BY id"
        )

    def texts(self, phone: str) -> list[str]:
        """What a phone shows."""
        return self.sandbox.texts(phone)
