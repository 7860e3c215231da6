"""A real Odoo 19 over two databases, one with the addon and one without, and keys of every kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from integration.odoo_crm.running_odoo import RunningOdoo
from integration.odoo_crm.wire import Wire, wired
from real_odoo import Cluster, Odoo

_KEYS = """
from datetime import datetime, timedelta
keys = env["res.users.apikeys"]
billing = env.ref("duebell.user_integration")
made = {}
for name, user, days in (("billing", billing, 300), ("ending", billing, 10), ("administrator", env.ref("base.user_admin"), 300)):
    made[name] = keys.with_user(user).sudo()._generate(None, name, datetime.now() + timedelta(days=days))
made["revoked"] = keys.with_user(billing).sudo()._generate(None, "revoked", datetime.now() + timedelta(days=1))
keys.sudo().search([("name", "=", "revoked")]).unlink()
result = made
"""


@pytest.fixture(scope="module")
def real(
    cluster: Cluster, new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningOdoo]:
    database = new_database()
    bare_database = cluster.copy(cluster.template(), f"{database}_bare")
    wire = Wire(cluster.server.port)
    folder = tmp_path_factory.mktemp("odoo")
    try:
        keys = cluster.shell(database, _KEYS)
        with Odoo(wired(cluster, wire), (database, bare_database), crons=0, folder=folder) as server:
            yield RunningOdoo(server, cluster, wire, database, bare_database, keys)
    finally:
        wire.cut()
        cluster.drop(database)
        cluster.drop(bare_database)
