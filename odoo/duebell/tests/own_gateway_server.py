# SPDX-License-Identifier: LGPL-3.0-only
"""A gateway of the company's own, on loopback: takes any request, and answers as a test says."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, NamedTuple

from .gateway_server import Silence


class Asked(NamedTuple):
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Answer = Callable[[Asked], tuple[int, str]]


def taken(_asked: Asked) -> tuple[int, str]:
    return 200, json.dumps({"status": "queued"})


def silence(_asked: Asked) -> tuple[int, str]:
    raise Silence


def said(code: int, /, **body: Any) -> Answer:
    return lambda _asked: (code, json.dumps(body))


class OwnGateway(HTTPServer):
    """`answer` turns a request into (HTTP status, body)."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[Asked] = []
        self.answer: Answer = taken

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/send"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        asked = Asked(self.command, self.path, dict(self.headers), body)
        self.server.asked.append(asked)
        try:
            status, answer = self.server.answer(asked)
        except Silence:
            return
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer.encode())))
        if status in (301, 302):
            self.send_header("Location", self.server.url)
        self.end_headers()
        self.wfile.write(answer.encode())

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *_args: Any) -> None:
        """Tests are quiet."""
