"""A running service tells operations by mail what stands and what is over, also across a kill, and beats while it lives."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

import pytest

from duebell.demo.patience import until
from duebell.demo.sandbox import Sandbox
from duebell.sandbox.loopback import loopback_socket
from integration.cli.command import Command
from integration.service.running import Serve

OPERATIONS = "operations@example.com"
SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


class Outside:
    """Stands in for a receiver of events and a watchdog, on one port for as long as the test, listening within the block."""

    def __init__(self) -> None:
        with loopback_socket("127.0.0.1", 0) as bound:
            self.port: int = bound.getsockname()[1]
        self.paths: list[str] = []

    def __enter__(self) -> Self:
        paths = self.paths

        class Taking(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                paths.append(self.path)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Taking)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
def mailbox() -> Iterator[Sandbox]:
    with Sandbox(sender="Duebell") as sandbox:
        yield sandbox


@pytest.fixture
def duebell(serve: Serve) -> Command:
    return Command(serve.data)


def apply_alarms(duebell: Command, mailbox: Sandbox, **more: str) -> None:
    """Put them in force: the service looks at once, where it would look within half a minute."""
    options = {
        "Grace": "0",
        "SMTP_Host": mailbox.smtp_host,
        "SMTP_Port": str(mailbox.smtp_port),
        "SMTP_Security": "none",
        "Mail_From": "duebell@example.com",
        "Mail_To": OPERATIONS,
        **more,
    }
    duebell("configure", "Global.Alarms", *(f"{key}={value}" for key, value in options.items()))
    verified = duebell("verify", "Global.Alarms")
    assert verified.exit_code == 0, verified.out


def subjects(mailbox: Sandbox) -> list[str]:
    """Of all mails but Verify's own, sorted."""
    found = [str(mail["subject"]) for mail in mailbox.mails(OPERATIONS)]
    return sorted(subject for subject in found if "Test of alarms" not in subject)


def test_an_outage_is_told_and_so_is_its_end(duebell: Command, serve: Serve, mailbox: Sandbox, outside: Outside) -> None:
    with outside:
        where = {"URL": f"http://127.0.0.1:{outside.port}/events", "Allowed_Hosts": "127.0.0.1", "Secret": SECRET}
        duebell("configure", "Global.Webhook", *(f"{key}={value}" for key, value in where.items()))
        assert duebell("verify", "Global.Webhook").exit_code == 0
    serve.bill("customer-1")
    until(lambda: state(serve, "Webhook") == "down", "the outage to be noticed")
    apply_alarms(duebell, mailbox)
    until(lambda: "[Duebell] Alarm: Webhook takes no events" in subjects(mailbox), "the mail about the outage")

    # a killed service tells it no second time
    serve.kill()
    serve.start()
    until(serve._serves, "the service to answer")
    with outside:
        until(lambda: state(serve, "Webhook") == "up", "the outage to end", seconds=90)
        apply_alarms(duebell, mailbox)
        until(lambda: "[Duebell] All-clear: Webhook takes no events" in subjects(mailbox), "the all-clear")
    assert [subject for subject in subjects(mailbox) if "Webhook" in subject] == [
        "[Duebell] Alarm: Webhook takes no events",
        "[Duebell] All-clear: Webhook takes no events",
    ]


def state(serve: Serve, handler: str) -> str:
    (found,) = [row["state"] for row in serve.get("/status")["handlers"] if row["name"] == handler]
    return str(found)


def test_a_watchdog_hears_from_the_service_until_it_stands_still(
    duebell: Command, serve: Serve, mailbox: Sandbox, outside: Outside
) -> None:
    with outside:
        url = f"http://127.0.0.1:{outside.port}/beat"
        apply_alarms(duebell, mailbox, Heartbeat_URL=url, Heartbeat_Every="10", Allowed_Hosts="127.0.0.1")
        verified = outside.paths.count("/beat")
        until(lambda: outside.paths.count("/beat") > verified, "a heartbeat")
        heartbeat = serve.get("/status")["heartbeat"]
        assert (heartbeat["configured"], heartbeat["because"]) == (True, None)
        assert heartbeat["sent_at"] is not None
    until(lambda: serve.get("/status")["heartbeat"]["because"], "a heartbeat that nobody took")
    assert "The watchdog did not hear from us: Nothing accepts connections there" in duebell("status").out
    assert "/beat" not in serve.log + duebell("status").out + duebell("configure", "Global.Alarms").out


def test_alarms_are_listed_and_acknowledged_from_the_command_line(duebell: Command, serve: Serve) -> None:
    assert duebell("alarms", "list").out == "No alarm stands.\n"
    serve.bill("customer-1")
    until(lambda: serve.get("/alarms"), "the handler that isn't configured to be an alarm")

    listed = duebell("alarms", "list")
    assert (listed.exit_code, "handler OdooCRM: Global.OdooCRM is not configured" in listed.out) == (1, True)
    [alarm] = duebell("alarms", "list", "--json").json
    assert (alarm["cause"], alarm["title"], alarm["told"]) == ("handler OdooCRM", "OdooCRM takes no events", [])
    refused = duebell("alarms", "acknowledge", "handler OdooCRM")
    assert (refused.exit_code, refused.err) == (
        1,
        "The alarm 'handler OdooCRM' ends by itself, with its cause: OdooCRM takes no events.\n",
    )
    unknown = duebell("alarms", "acknowledge", "events refused")
    assert (unknown.exit_code, unknown.err) == (1, "No alarm 'events refused' stands; 'handler OdooCRM' does.\n")
    assert duebell("alarms", "acknowledge").exit_code == 0
