"""Whether a request comes from the EventSender that was configured: by Basic credentials, a header of its own, or a signature."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable

from duebell.portabilling.options import AuthorizationKind, EventAuthorization


class Proof:
    """What a request brings, beside what is expected. A signature holds only once the whole body was `update`d, piece by piece."""

    def __init__(self, expected: EventAuthorization, headers: Iterable[tuple[bytes, bytes]]) -> None:
        name = expected.header.lower().encode()
        self._expected = expected
        self._given = [value.strip() for header, value in headers if header.lower() == name]
        self._signature = hmac.new(expected.password.encode(), digestmod=expected.digest)

    @property
    def is_of_the_body(self) -> bool:
        """Whether nobody knows before the body has come."""
        return self._expected.kind is AuthorizationKind.SIGNATURE

    def update(self, part: bytes) -> None:
        self._signature.update(part)

    @property
    def holds(self) -> bool:
        """Compared in a time that tells nothing. Two such headers are none."""
        if len(self._given) != 1:
            return False
        match self._expected.kind:
            case AuthorizationKind.BASIC:
                return _same(_credentials(self._given[0]), f"{self._expected.user}:{self._expected.password}".encode())
            case AuthorizationKind.HEADER:
                return _same(self._given[0], self._expected.password.encode())
            case AuthorizationKind.SIGNATURE:
                return self._is_signed(self._given[0])

    def _is_signed(self, given: bytes) -> bool:
        """In hex or base64, perhaps with the digest's name before it: `sha256=…`."""
        value = given.removeprefix(f"{self._expected.digest}=".encode())
        digest = self._signature.digest()
        return _same(value, base64.b64encode(digest)) or _same(value.lower(), digest.hex().encode())


def _credentials(given: bytes) -> bytes:
    scheme, _, encoded = given.partition(b" ")
    if scheme.lower() != b"basic":
        return b""
    try:
        return base64.b64decode(encoded.strip(), validate=True)
    except ValueError:
        return b""


def _same(given: bytes, expected: bytes) -> bool:
    return hmac.compare_digest(hashlib.sha256(given).digest(), hashlib.sha256(expected).digest())
