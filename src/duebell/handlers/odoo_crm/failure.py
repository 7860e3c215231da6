"""What it means that no whole answer came: a transport's exception, told apart by what lies beneath it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import httpx2

from duebell.handlers.odoo_crm.errors import (
    AnswerTimedOut,
    CertificateExpired,
    CertificateOfAnotherHost,
    CertificateSelfSigned,
    CertificateUntrusted,
    ConnectionLost,
    ConnectionRefused,
    ConnectTimedOut,
    Evidence,
    NameUnknown,
    NotTls,
    TlsFailed,
    Unreachable,
)

CERTIFICATE_ERRORS: dict[int, type[TlsFailed]] = {
    9: CertificateExpired,
    10: CertificateExpired,
    18: CertificateSelfSigned,
    19: CertificateUntrusted,
    20: CertificateUntrusted,
    21: CertificateUntrusted,
    62: CertificateOfAnotherHost,
    64: CertificateOfAnotherHost,
}
"""By OpenSSL's code (X509_V_ERR_…): not yet valid, expired, self-signed, unknown issuer (3), wrong name, wrong address."""

NOT_TLS = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL", "PACKET_LENGTH_TOO_LONG"}

_NOT_YET = (ssl.SSLWantReadError, ssl.SSLWantWriteError)
"""What an encrypted connection waits with: it lies beneath every time-out."""


def failure(exception: Exception, url: str) -> Unreachable:
    """Return the error that a transport's exception is."""
    return _kind(exception)(Evidence(url=url))


def _kind(exception: Exception) -> type[Unreachable]:
    for cause in _causes(exception):
        if isinstance(cause, socket.gaierror):
            return NameUnknown
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, _NOT_YET):
            return tls_failure(cause)
    if isinstance(exception, httpx2.ConnectTimeout):
        return ConnectTimedOut
    if isinstance(exception, httpx2.TimeoutException | TimeoutError):
        return AnswerTimedOut
    if isinstance(exception, httpx2.ConnectError):
        return ConnectionRefused
    return ConnectionLost


def tls_failure(exception: ssl.SSLError) -> type[TlsFailed]:
    """Return what a failed handshake means."""
    if isinstance(exception, ssl.SSLCertVerificationError):
        return CERTIFICATE_ERRORS.get(exception.verify_code, TlsFailed)
    return NotTls if exception.reason in NOT_TLS else TlsFailed


def _causes(exception: BaseException | None) -> Iterator[BaseException]:
    while exception is not None:
        yield exception
        exception = exception.__cause__ or exception.__context__
