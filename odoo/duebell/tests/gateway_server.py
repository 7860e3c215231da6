# SPDX-License-Identifier: LGPL-3.0-only
"""Real servers on loopback that stand where the mobile network and the mail world are."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


class Silence(Exception):
    """The gateway takes the request, and hangs up without a word."""


class SmsGateway(HTTPServer):
    """Speaks as Odoo's SMS endpoint; `answer` turns the messages of a post into (HTTP status, results)."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _SmsHandler)
        self.posts: list[list[dict[str, Any]]] = []
        self.answer: Callable[[list[dict[str, Any]]], tuple[int, Any]] = all_taken

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


def all_taken(messages: list[dict[str, Any]]) -> tuple[int, Any]:
    return 200, [
        {"uuid": number["uuid"], "state": "success", "credit": 1} for one in messages for number in one["numbers"]
    ]


def all_said(word: str) -> Callable[[list[dict[str, Any]]], tuple[int, Any]]:
    return lambda messages: (200, [{**result, "state": word} for result in all_taken(messages)[1]])


def silence(_messages: list[dict[str, Any]]) -> tuple[int, Any]:
    raise Silence


class _SmsHandler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        messages = body["params"]["messages"]
        self.server.posts.append(messages)
        try:
            status, results = self.server.answer(messages)
        except Silence:
            return
        answer = json.dumps({"jsonrpc": "2.0", "id": body["id"], "result": results}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_args: Any) -> None:
        """Tests are quiet."""


class MailServer(socketserver.TCPServer):
    """Speaks SMTP as far as Odoo does; refuses recipients that say so, and hangs up on texts that say so.

    `meanwhile` happens while a text is in hand, before it is taken.
    """

    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _MailHandler)
        self.received: list[str] = []
        self.meanwhile: Callable[[], None] = lambda: None


class _MailHandler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say("220 loopback")
        for line in self.rfile:
            verb = line.split(b" ")[0].strip().upper()
            if verb == b"DATA":
                if not self._take_text():
                    return
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            elif verb == b"RCPT" and b"refused" in line:
                self._say("550 no such mailbox")
            else:
                self._say("250 ok")

    def _take_text(self) -> bool:
        self._say("354 go on")
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.decode())
        text = "".join(lines)
        if "Hang Up" in text:
            return False
        self.server.meanwhile()
        self.server.received.append(text)
        self._say("250 taken")
        return True

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def serving(server: Any) -> Iterator[Any]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
