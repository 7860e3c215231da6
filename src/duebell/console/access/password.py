"""Passwords: what they have to be, and their argon2id hashes."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from duebell.errors import InvalidValue

SHORTEST, LONGEST = 12, 1000
"""Characters. Length is what counts; no other rule makes people choose better ones."""


def hashed(password: str) -> str:
    """The hash to be kept; it takes a tenth of a second and 64 MB.

    Raises:
        InvalidValue: the password is too short, or too long.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidValue(f"A password has at least {SHORTEST} characters: a few words in a row are easy to keep in mind.")
    return _hasher().hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether it is the password; None, nobody's hash, takes as long and matches nothing."""
    against = _nobodys()
    try:
        return _hasher().verify(kept or against, password[: LONGEST + 1]) and kept is not None
    except VerifyMismatchError:
        return False


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobodys() -> str:
    return _hasher().hash("nobody's")
