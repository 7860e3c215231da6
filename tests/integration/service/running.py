"""`duebell serve` as a process that a test may end in every way, and a client of its socket."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2

from duebell.console.control_socket import answers
from duebell.demo.patience import until


class Serve:
    """A running `serve` over a data folder, ended by SIGTERM at the end of the block if it still runs then."""

    def __init__(self, data: Path, *, env: Mapping[str, str] | None = None, user: int | None = None) -> None:
        self.data = data
        self.socket = data / "duebell.sock"
        self.log_file = data.with_name(f"{data.name}.log")
        self._env = {**os.environ, "DUEBELL_LISTEN": "off", **(env or {})}
        self._user = user
        self.client = httpx2.Client(
            transport=httpx2.HTTPTransport(uds=str(self.socket)), base_url="http://duebell/api/v1", timeout=60
        )

    def __enter__(self) -> Self:
        self.start()
        try:
            until(self._serves, "the service to answer")
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.terminate()
        self.client.close()

    def start(self) -> None:
        """Start it, and don't wait for it."""
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "duebell", "--data", str(self.data), "serve"],
                stdout=log,
                stderr=log,
                env=self._env,
                user=self._user,
            )

    def terminate(self) -> int:
        """End it by SIGTERM; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(90)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(30)

    def ended(self) -> int:
        """Its exit code when it has ended by itself."""
        return self.process.wait(90)

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8")

    def get(self, path: str, **params: Any) -> Any:
        return self.client.get(path, params=params).raise_for_status().json()

    def post(self, path: str, body: Any = None, **params: Any) -> Any:
        return self.client.post(path, json=body, params=params).raise_for_status().json()

    def configure(self, options: Mapping[str, str]) -> None:
        """Type `Global.OdooCRM`, prove it, put it in force, and take the Odoo over from whichever service had it before."""
        self.client.put("/configuration/Global/OdooCRM", json=dict(options)).raise_for_status()
        *checks, end = self.verify()
        assert (end["passed"], end["applied"]) == (True, True), [check for check in checks if check["result"] == "failed"]
        self.post("/handlers/OdooCRM/pair")

    def verify(self) -> list[dict[str, Any]]:
        """The checks and, last, how it ended."""
        with self.client.stream("POST", "/verify/Global/OdooCRM") as answer:
            return [json.loads(line) for line in answer.iter_lines()]

    def handler(self) -> dict[str, Any]:
        """The state of the one event handler."""
        (row,) = self.get("/status")["handlers"]
        return dict(row)

    def bill(self, customer: str, *, phone: str = "+12025550123") -> str:
        """Bill a new customer $30; the id of the event `invoice.generated`."""
        known = {"external_id": customer, "name": f"Customer {customer}", "currency": "USD", "phone": phone}
        self.post("/billing/customers", known)
        charge = {"text": "Internet", "amount": "30", "invoice_now": True}
        (event,) = self.post(f"/billing/customers/{customer}/charges", charge)["events"]
        return str(event["id"])

    def arrives(self, event_id: str) -> dict[str, Any]:
        """What is owed of an event, once the latest replay of it is in Odoo."""
        until(lambda: self.owed(event_id)["state"] == "provisioned", f"event {event_id} to reach Odoo", seconds=90)
        return self.owed(event_id)

    def owed(self, event_id: str) -> dict[str, Any]:
        """What is owed of an event, the latest replay."""
        return dict(self.get(f"/events/{event_id}")["provisionings"][-1])

    def _serves(self) -> bool:
        assert self.process.poll() is None, self.log
        return answers(self.socket)
