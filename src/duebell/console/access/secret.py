"""Secrets that are handed out once: only their digests are kept, so that a copy of the database opens nothing."""

from __future__ import annotations

import hashlib
import hmac
import secrets

BEGINNING = "duebell_"
"""An API token can be recognised where it doesn't belong."""


def new_secret() -> str:
    """256 random bits, in characters that pass through addresses and headers."""
    return secrets.token_urlsafe(32)


def new_token() -> str:
    return BEGINNING + new_secret()


def digest(secret: str) -> str:
    """What is kept in place of the secret. The secrets are random: a plain hash can't be turned round."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same(given: str, expected: str) -> bool:
    """Compares in a time that tells nothing."""
    return hmac.compare_digest(given.encode(), expected.encode())


def csrf_of(session: str) -> str:
    """The token that the forms of a session bring along: it follows from the session's secret, which no other page can read."""
    return hmac.new(session.encode(), b"csrf", hashlib.sha256).hexdigest()
