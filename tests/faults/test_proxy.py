"""The wire that proofs cut and slow down: what it carries, and how it fails."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from collections.abc import Iterator

import pytest
from proof.proxy import Proxy


class Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while data := self.request.recv(1000):
            self.request.sendall(data)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as echo:
        echo.daemon_threads = True
        threading.Thread(target=echo.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        with Proxy(echo.server_address[1]) as proxy:
            yield proxy
        echo.shutdown()


@pytest.fixture
def line(proxy: Proxy) -> Iterator[socket.socket]:
    with connected(proxy) as line:
        assert said(line) == b"hello"
        yield line


def connected(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=10)


def said(line: socket.socket) -> bytes:
    """What comes back; nothing if the connection breaks."""
    try:
        line.sendall(b"hello")
        return line.recv(1000)
    except ConnectionError:
        return b""


def test_a_cut_wire_breaks_what_is_connected_and_refuses_what_comes(proxy: Proxy, line: socket.socket) -> None:
    proxy.cut()
    assert said(line) == b""
    with connected(proxy) as other:
        assert said(other) == b""
    proxy.mend()
    with connected(proxy) as other:
        assert said(other) == b"hello"


def test_a_silent_wire_keeps_what_is_said_until_it_is_mended(proxy: Proxy, line: socket.socket) -> None:
    proxy.silence()
    line.sendall(b"are you there?")
    line.settimeout(0.2)
    with pytest.raises(TimeoutError):
        line.recv(1000)
    proxy.mend()
    line.settimeout(10)
    assert line.recv(1000) == b"are you there?"


def test_a_slow_wire_delays_question_and_answer(proxy: Proxy, line: socket.socket) -> None:
    proxy.slow(0.1)
    began = time.monotonic()
    assert said(line) == b"hello"
    assert time.monotonic() - began >= 0.2


def test_an_answer_is_cut_in_its_middle_once(proxy: Proxy, line: socket.socket) -> None:
    proxy.break_answer(after=2)
    assert said(line) == b"he"
    assert said(line) == b""
    assert proxy.has_broken
    with connected(proxy) as other:
        assert said(other) == b"hello"
