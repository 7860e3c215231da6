"""A `serve` that encrypts watches the certificate that it shows."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from duebell.demo.patience import until
from integration.service.running import Serve
from unit.access.tls_files import tls_files


def test_serve_tells_at_start_that_its_certificate_ends_soon(tmp_path: Path) -> None:
    chain, key = tls_files(tmp_path, until=datetime.now(UTC) + timedelta(days=20))
    environment = {
        "DUEBELL_LISTEN": "127.0.0.1:0",
        "DUEBELL_TLS_CERT": str(chain),
        "DUEBELL_TLS_KEY": str(key),
    }
    with Serve(tmp_path / "data", env=environment) as serve:
        until(lambda: [one["cause"] for one in serve.get("/alarms")], "the alarm")
        (alarm,) = serve.get("/alarms")
    assert alarm["cause"] == f"certificate of {socket.gethostname()}"
    assert str(chain) in alarm["sentence"]
