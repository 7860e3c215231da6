"""One real Odoo for all modules of this folder; each test has a data folder and customers of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from duebell.demo.sandbox import Sandbox
from integration.odoo_crm.wire import Wire, wired
from integration.service.real import NEW_KEY, RealOdoo
from integration.service.running import Serve
from real_odoo import Cluster, Odoo, free_port

PREPARE = f"""
parameters = env["ir.config_parameter"]
parameters.set_param("sms.endpoint", sms_endpoint)
parameters.set_param("web.base.url", url)
parameters.set_param("web.base.url.freeze", "True")
env["duebell.settings"]._of(env.company).write({{"from_hour": 0, "until_hour": 24}})
name = "lasting"
{NEW_KEY}
"""


@pytest.fixture(scope="package")
def real(cluster: Cluster, new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealOdoo]:
    database, wire, port = new_database(), Wire(cluster.server.port), free_port()
    try:
        with Sandbox(sender="Duebell") as sandbox:
            key = cluster.shell(database, PREPARE, sms_endpoint=sandbox.phone_url, url=f"http://127.0.0.1:{port}")
            folder = tmp_path_factory.mktemp("odoo")
            with Odoo(wired(cluster, wire), (database,), crons=1, port=port, folder=folder) as server:
                yield RealOdoo(server, cluster, database, wire, sandbox, key)
    finally:
        wire.cut()
        cluster.drop(database)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """A running `serve`, of which nothing is configured yet."""
    with Serve(tmp_path / "data") as serve:
        yield serve


@pytest.fixture
def connected(serve: Serve, real: RealOdoo) -> Serve:
    """A running `serve` that delivers to the real Odoo."""
    serve.configure(real.options())
    return serve
