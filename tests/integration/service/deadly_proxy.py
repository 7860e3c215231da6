"""Stands between Duebell and Odoo, and ends Duebell at one of its calls: before Odoo gets it, or before the answer comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

import httpx2


class DeadlyProxy(ThreadingHTTPServer):
    """Passes calls on to `target`; `arm` names the call at which `kill` is called, once."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.target = target
        self._armed: tuple[str, str] | None = None
        self._kill: Callable[[], None] = lambda: None
        self._lock = Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def arm(self, method: str, moment: str, kill: Callable[[], None]) -> None:
        """At the next call of that method: `before` Odoo gets it, or `after` Odoo did it."""
        self._armed, self._kill = (method, moment), kill

    def strikes(self, path: str, moment: str) -> bool:
        """Whether this is it; then Duebell is no more."""
        with self._lock:
            if self._armed is None or not path.endswith(f"/{self._armed[0]}") or moment != self._armed[1]:
                return False
            self._armed = None
        self._kill()
        return True


class _Passing(BaseHTTPRequestHandler):
    server: DeadlyProxy

    def do_GET(self) -> None:
        self._pass_on()

    def do_POST(self) -> None:
        self._pass_on()

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.server.strikes(self.path, "before"):
            return
        headers = {name: text for name, text in self.headers.items() if name.lower() not in {"host", "content-length"}}
        with httpx2.Client(trust_env=False, timeout=60) as client:
            answer = client.request(self.command, f"{self.server.target}{self.path}", headers=headers, content=body)
        if self.server.strikes(self.path, "after"):
            return
        self.send_response(answer.status_code)
        self.send_header("Content-Type", answer.headers.get("content-type", "text/plain"))
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the interface
        """Tests are quiet."""


@contextmanager
def between(target: str) -> Iterator[DeadlyProxy]:
    """A proxy before the target, for the length of the block."""
    proxy = DeadlyProxy(target)
    thread = Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        thread.join()
        proxy.server_close()
