"""The network address that `serve` listens on, and under which conditions."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from duebell.errors import InvalidValue, NotPossible
from duebell.settings import Settings

OFF = "off"
_LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
_LARGEST_PORT = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where to listen: port 0 is a free one. `certificate`: the files of the certificate chain and of its key, in PEM.

    `proxy`: addresses and networks, comma-separated, of whom X-Forwarded-For and X-Forwarded-Proto are believed. `names`: what
    browsers may call us; whoever comes by another name was led here by somebody else's DNS.
    """

    host: str
    port: int
    certificate: tuple[Path, Path] | None
    proxy: str | None
    names: tuple[str, ...]

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """What the settings say; None: nowhere.

        Raises:
            InvalidValue: they contradict each other, or would show the console to others unencrypted.
        """
        if settings.listen == OFF:
            return None
        host, port = _address(settings.listen)
        if (settings.tls_cert is None) != (settings.tls_key is None):
            raise InvalidValue("A certificate and its key belong together: give both --tls-cert and --tls-key.")
        certificate = (settings.tls_cert, settings.tls_key) if settings.tls_cert and settings.tls_key else None
        proxy = _proxy(settings.behind_proxy)
        if not (_is_loopback(host) or certificate or proxy):
            raise InvalidValue(
                f"{host} can be reached from other machines, and passwords would pass unencrypted: give --tls-cert and --tls-key, "
                "or name the proxy that encrypts with --behind-proxy, or listen on 127.0.0.1."
            )
        names = tuple(name.strip().lower() for name in settings.hosts.split(",") if name.strip())
        return cls(host=host, port=port, certificate=certificate, proxy=proxy, names=names)

    @property
    def all_names(self) -> frozenset[str]:
        """What browsers may call us: what was said, this machine itself, and the address."""
        return frozenset((*self.names, *_LOCAL_NAMES, self.host.lower()))

    @contextmanager
    def bound(self) -> Iterator[socket.socket]:
        """The socket, for the length of the block.

        Raises:
            InvalidValue: this machine doesn't have the address.
            NotPossible: another program listens there, or it takes more rights.
        """
        where = f"{_bracketed(self.host)}:{self.port}"
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)[0]
        except OSError:
            raise InvalidValue(
                f"{self.host} is no address of this machine: give --listen one, like 127.0.0.1:8469."
            ) from None
        with socket.socket(family, kind, protocol) as opened:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                opened.bind(address)
                opened.listen()
            except OSError as error:
                raise NotPossible(
                    f"{where} can't be listened on: {error.strerror}. Choose another with --listen, or --listen off."
                ) from None
            yield opened

    def url(self, port: int) -> str:
        """Where a browser finds us, listening on this port."""
        if self.proxy and self.names:
            return f"https://{self.names[0]}"
        scheme = "https" if self.certificate else "http"
        name = self.names[0] if self.names else "localhost" if _is_everywhere(self.host) else _bracketed(self.host)
        return f"{scheme}://{name}:{port}"


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.strip().rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) <= _LARGEST_PORT):
        raise InvalidValue(f"{text!r} is no address to listen on: write it like 127.0.0.1:8469 or [::1]:8469, or off.")
    return host, int(port)


def _proxy(text: str | None) -> str | None:
    for one in text.split(",") if text else ():
        try:
            ipaddress.ip_network(one.strip())
        except ValueError:
            raise InvalidValue(
                f"{one.strip()!r} is no proxy's address: give --behind-proxy addresses or networks like 10.0.0.5 or 10.0.0.0/24."
            ) from None
    return text or None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_everywhere(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
