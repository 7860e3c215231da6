"""The wire between an Odoo and its PostgreSQL, which a test can cut: to Odoo its database server is down then."""

from __future__ import annotations

import contextlib
import copy
import socket
import socketserver
import threading

from real_odoo import Cluster
from real_odoo.odoo_command import OdooCommand


class Wire:
    """Carries connections from a port of its own to PostgreSQL's, until cut and again when mended."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._ends: list[socket.socket] = []
        self._relay: socketserver.ThreadingTCPServer | None = None
        self.port = 0
        self.mend()

    def mend(self) -> None:
        """Carry connections, on the same port as before."""
        wire = self

        class Carried(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                wire.carry(self.request)

        class Relay(socketserver.ThreadingTCPServer):
            allow_reuse_address = True

        self._relay = Relay(("127.0.0.1", self.port), Carried)
        self.port = self._relay.server_address[1]
        threading.Thread(target=self._relay.serve_forever, kwargs={"poll_interval": 0.02}).start()

    def cut(self) -> None:
        """Break what is connected, and refuse what comes."""
        if self._relay is None:
            return
        relay, self._relay = self._relay, None
        relay.shutdown()
        for end in self._ends:
            with contextlib.suppress(OSError):  # it was broken already
                end.shutdown(socket.SHUT_RDWR)
        relay.server_close()
        self._ends.clear()

    def carry(self, near: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", self._server_port)) as far:
            self._ends += [near, far]
            back = threading.Thread(target=_pump, args=(far, near))
            back.start()
            _pump(near, far)
            back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        return  # the wire was cut
    finally:
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)


def wired(cluster: Cluster, wire: Wire) -> Cluster:
    """The same cluster, at the other end of the wire."""
    server = copy.copy(cluster.server)
    server._port = wire.port
    far = copy.copy(cluster)
    far.server = server
    far.command = OdooCommand(cluster.installation, server, cluster.command._addons_path)
    return far
