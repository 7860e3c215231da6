"""Why a call to an operator's address brought no answer. A docstring is the message: what is wrong, then what to do about it.

NotReached
├── AddressForbidden     the guard: the address must not be called.
├── NameUnknown
├── NoConnection
├── TlsFailed
└── NoAnswer
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import httpx2

from duebell.errors import DuebellError


class NotReached(DuebellError):
    """No answer came.

    Check the address and the network.
    """

    slug = "not-reached"
    http_status = 502

    def __init__(self, where: str, detail: str | None = None) -> None:
        wrong, self.hint = _message(type(self))
        self.found = f"{wrong.removesuffix('.')} ({', '.join(filter(None, (detail, where)))})."
        super().__init__(f"{self.found} {self.hint}")


class AddressForbidden(NotReached):
    """The address must not be called.

    Type one of a public host with https://, or name the private host in Allowed_Hosts.
    """

    slug = "address-forbidden"


class NameUnknown(NotReached):
    """The host name doesn't resolve.

    Check its spelling, and the name servers of this machine.
    """


class NoConnection(NotReached):
    """Nothing accepts connections there.

    Check the host and the port, that the receiver runs, and that no firewall stands between.
    """


class TlsFailed(NotReached):
    """An encrypted connection that can be trusted isn't possible.

    Give the receiver a valid certificate of a known authority; verification can't be switched off.
    """


class NoAnswer(NotReached):
    """The call was sent, but no whole answer came within the time allowed.

    Let the receiver answer before it works on what it got.
    """


_NOT_TLS = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL", "PACKET_LENGTH_TOO_LONG"}


def failure(error: Exception, where: str) -> NotReached:
    """Return what a transport's exception means, by what lies beneath it; `where` is what may be shown of the URL."""
    for cause in _causes(error):
        if isinstance(cause, NotReached):
            return cause
        if isinstance(cause, socket.gaierror):
            return NameUnknown(where)
    if isinstance(error, httpx2.ConnectError):
        return _not_connected(error, where)
    return NoConnection(where) if isinstance(error, httpx2.ConnectTimeout) else NoAnswer(where)


def _not_connected(error: httpx2.ConnectError, where: str) -> NotReached:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return TlsFailed(where, cause.verify_message.removesuffix("."))
        if isinstance(cause, ssl.SSLError):
            return TlsFailed(where, "the port doesn't speak TLS" if cause.reason in _NOT_TLS else cause.reason)
    return NoConnection(where)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _message(error: type[NotReached]) -> tuple[str, str]:
    wrong, _, remedy = (error.__doc__ or "").partition("\n\n")
    return " ".join(wrong.split()), " ".join(remedy.split())
