"""Signatures of webhooks by Standard Webhooks 1.0: making and checking them. Pure.

What is signed is `<webhook-id>.<webhook-timestamp>.<body>`, with HMAC-SHA256 and a symmetric secret. While a secret is being replaced,
one header carries a signature by each, so that a receiver may change over whenever it likes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from duebell.errors import DuebellError

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
TOLERANCE = timedelta(minutes=5)
"""How far a timestamp may be from the clock: an older one may be a call that somebody recorded and sends again."""

_PREFIX = "whsec_"
_FEWEST_BYTES, _MOST_BYTES = 24, 64
_HOW_TO_MAKE = 'make one with `echo "whsec_$(openssl rand -base64 32)"`'
_VERSION = "v1"


class SignatureRefused(DuebellError):
    """A call isn't signed with one of our secrets, or not now."""

    slug = "signature-refused"
    http_status = 401


def checked_secret(typed: str) -> str:
    """Return the secret to keep: `whsec_` and the base64 of 24 to 64 bytes.

    Raises:
        ValueError: a sentence that says how to make one; what was typed is never repeated.
    """
    secret = typed.strip()
    if not secret.startswith(_PREFIX):
        raise ValueError(f"a secret begins with `{_PREFIX}`: {_HOW_TO_MAKE}")
    try:
        length = len(_key(secret))
    except ValueError:
        raise ValueError(f"what follows `{_PREFIX}` isn't base64: {_HOW_TO_MAKE}") from None
    if not _FEWEST_BYTES <= length <= _MOST_BYTES:
        raise ValueError(f"a secret has {_FEWEST_BYTES} to {_MOST_BYTES} bytes, this one has {length}: {_HOW_TO_MAKE}")
    return secret


def sign(secrets: Sequence[str], id_: str, timestamp: int, body: bytes) -> str:
    """Return the text of the header `webhook-signature`: a signature by each secret, in their order (newest first).

    `timestamp` is in seconds since 1970. The secrets are as `checked_secret` returned them.
    """
    digests = (_digest(secret, id_, str(timestamp), body) for secret in secrets)
    return " ".join(f"{_VERSION},{base64.b64encode(digest).decode()}" for digest in digests)


def signed_headers(secrets: Sequence[str], id_: str, now: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers of a call made now (aware)."""
    timestamp = int(now.timestamp())
    return {ID: id_, TIMESTAMP: str(timestamp), SIGNATURE: sign(secrets, id_, timestamp, body)}


def verify(
    secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime, tolerance: timedelta = TOLERANCE
) -> str:
    """Return the call's `webhook-id` if any of the secrets signed it, within `tolerance` of `now` (aware).

    `headers` are by lower-case name.

    Raises:
        SignatureRefused: a header is missing or ill-formed, the time is too far off, or nobody of ours signed it.
    """
    missing = [name for name in (ID, TIMESTAMP, SIGNATURE) if not headers.get(name)]
    if missing:
        raise SignatureRefused(f"The call isn't signed: it has no header {' and no '.join(missing)}.")
    id_, timestamp = headers[ID], headers[TIMESTAMP]
    if abs(now.timestamp() - _seconds(timestamp)) > tolerance.total_seconds():
        raise SignatureRefused("The call was signed too long ago, or in the future: set the clocks of both machines.")
    signatures = [_decoded(signature) for signature in headers[SIGNATURE].split()]
    for secret in secrets:
        expected = _digest(secret, id_, timestamp, body)
        if any(hmac.compare_digest(expected, signature) for signature in signatures):
            return id_
    raise SignatureRefused("The signature isn't by a secret that is known here, or the call was changed on its way.")


def _digest(secret: str, id_: str, timestamp: str, body: bytes) -> bytes:
    return hmac.digest(_key(secret), f"{id_}.{timestamp}.".encode() + body, hashlib.sha256)


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)


def _seconds(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", text):
        raise SignatureRefused(f"The header {TIMESTAMP} isn't a number of seconds since 1970.")
    return int(text)


def _decoded(signature: str) -> bytes:
    """Return the bytes of a signature that we can check, nothing for any other: there may be versions beside ours."""
    version, _, encoded = signature.partition(",")
    try:
        return base64.b64decode(encoded, validate=True) if version == _VERSION else b""
    except binascii.Error:
        return b""
