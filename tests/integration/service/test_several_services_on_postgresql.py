from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography.fernet import Fernet

from builders import generated
from duebell.demo.patience import until
from duebell.espf.envelope import Envelope
from duebell.instance import utc_now
from integration.service.running import Serve

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()


class Receiver(ThreadingHTTPServer):
    """A stand-in for somebody's webhook receiver: it takes each call once by its id and keeps the order of arrival."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Call)
        self.lock = threading.Lock()
        self.taken: dict[str, dict[str, Any]] = {}
        self.repeated = 0

    def of(self, customer: str) -> list[str]:
        with self.lock:
            return [event["id"] for event in self.taken.values() if event.get("subject") == customer]


class _Call(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        event = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with self.server.lock:
            self.server.repeated += self.headers["webhook-id"] in self.server.taken
            self.server.taken.setdefault(self.headers["webhook-id"], event)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def environment(postgres_url: str) -> dict[str, str]:
    return {"DUEBELL_STORAGE": postgres_url, "DUEBELL_SECRET_KEY": Fernet.generate_key().decode()}


def an_invoice_of(customer: str, number: int) -> dict[str, Any]:
    happening = generated(customer, f"INV-{customer}-{number}")
    event = json.loads(Envelope(happening=happening, epoch=1, sequence=1, recorded_at=utc_now()).cloud_event())
    return {**event, "id": f"{customer} {number}", "source": "another-billing"}


def record(serve: Serve, *events: dict[str, Any]) -> list[str]:
    return [one["id"] for one in serve.post("/events", list(events))["recorded"]]


def test_services_on_one_database_share_the_work_and_take_over_from_one_that_dies(tmp_path, environment, receiver) -> None:
    customers = [f"customer-{number}" for number in range(40)]
    with Serve(tmp_path / "one", env=environment) as one, Serve(tmp_path / "two", env=environment) as two:
        url = f"http://127.0.0.1:{receiver.server_port}/"
        options = {"URL": url, "Secret": SECRET, "Allowed_Hosts": f"127.0.0.1:{receiver.server_port}"}
        one.client.put("/configuration/Global/Webhook", json=options).raise_for_status()
        with one.client.stream("POST", "/verify/Global/Webhook") as answer:
            assert json.loads(list(answer.iter_lines())[-1]) == {"passed": True, "applied": True, "kept": False}

        # Both deliver, and an event recorded at one is heard of by the other.
        until(lambda: "leases gained" in two.log, "the second to get its share", seconds=30)
        expected = {customer: record(one, an_invoice_of(customer, 0)) for customer in customers}
        until(lambda: all(receiver.of(customer) for customer in customers), "all to arrive", seconds=30)
        assert "called" in one.log
        assert "called" in two.log

        # One dies in the middle of the work; what was acknowledged by either arrives, each customer's in order.
        for number in range(1, 6):
            for serve in (one, two):
                for customer in customers[serve is two :: 2]:
                    expected[customer] += record(serve, an_invoice_of(customer, number))
            if number == 3:
                two.kill()
                two.start()
                until(two._serves, "the second to answer again")
        until(lambda: all(receiver.of(c) == expected[c] for c in customers), "everything to arrive in order", seconds=60)

        # What is configured at one is in force at the other.
        one.post("/handlers/Webhook/pause", {"because": "looking into it"})
        paused = record(two, an_invoice_of("customer-1", 9))
        assert two.get(f"/events/{paused[0]}")["provisionings"][-1]["state"] == "waiting"
        two.post("/handlers/Webhook/resume")
        until(lambda: receiver.of("customer-1")[-1:] == paused, "it to arrive once resumed", seconds=30)


def test_a_database_that_cannot_be_reached_is_said_so_without_its_password(tmp_path) -> None:
    environment = {"DUEBELL_STORAGE": "postgresql://duebell:hidden-password@127.0.0.1:1/duebell"}
    serve = Serve(tmp_path / "data", env=environment)
    serve.start()
    assert serve.ended() == 1
    serve.client.close()
    assert "The database postgresql://duebell:***@127.0.0.1:1/duebell failed: it can't be reached" in serve.log
    assert "hidden-password" not in serve.log
