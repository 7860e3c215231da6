"""The addon's `ingest` called over HTTP with nothing around it: the bodies are made before, the answers read after the clock."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from duebell.espf.handler import Owed
from duebell.handlers.odoo_crm.messages import ingest_body

_PATIENCE = 120.0  # seconds; Odoo repeats calls that collide


@dataclass(frozen=True, slots=True)
class Wire:
    """The way to one Odoo; `terms` are those that the Duebell has which it is paired with, JSON text."""

    url: str
    key: str
    terms: str

    def deliver(self, lines: Sequence[Sequence[Sequence[Owed]]]) -> float:
        """Send each line's batches one after the other, all lines at once; gives the seconds that it took.

        Raises:
            RuntimeError: Odoo did not take every one of them.
        """
        bodies = [[ingest_body(batch, self.terms).encode() for batch in line] for line in lines]
        with ThreadPoolExecutor(len(lines)) as connections:
            started = time.perf_counter()
            answers = list(connections.map(self._deliver_line, bodies))
            took = time.perf_counter() - started
        taken = [_provisioned(answer) for line in answers for answer in line]
        if taken != [len(batch) for line in lines for batch in line]:
            raise RuntimeError(f"Odoo did not take every event that it was sent: {taken} of the calls' events.")
        return took

    def _deliver_line(self, bodies: Sequence[bytes]) -> list[bytes]:
        return [self._call(body) for body in bodies]

    def _call(self, body: bytes) -> bytes:
        # Odoo closes the connection after each answer, whatever it is asked.
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=_PATIENCE)
        try:
            headers = {"Content-Type": "application/json", "Authorization": f"bearer {self.key}"}
            connection.request("POST", "/json/2/duebell.event/ingest", body=body, headers=headers)
            answer = connection.getresponse()
            said = answer.read()
        finally:
            connection.close()
        if answer.status != HTTPStatus.OK:
            raise RuntimeError(f"Odoo answered {answer.status} to a call of `ingest`: its log says why.")
        return said


def _provisioned(answer: bytes) -> int:
    results = json.loads(answer)["results"].values()
    return sum(result["outcome"] == "provisioned" and not result["already"] for result in results)
