"""Secret option values at rest: encrypted, and bound to the place that they were typed for.

The key lives apart from the database (a file, or the environment), so that a copy of the database alone tells nothing.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from duebell.errors import NotConfigured

_OTHERS = 0o077


class UnusableKey(NotConfigured):
    """The key that encrypts secrets can't be used: it is missing, ill-formed, or open to others."""

    slug = "unusable-key"


class UnreadableSecret(NotConfigured):
    """A stored secret can't be read with this key, or was moved from where it was typed."""

    slug = "unreadable-secret"


class SecretBox:
    """Seals and opens secret texts with one key (Fernet: AES-128-CBC and HMAC-SHA256)."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)

    @classmethod
    def from_text(cls, key: str) -> SecretBox:
        """Use a given key: 32 bytes, URL-safe base64, as in the file that `from_file` makes.

        Raises:
            UnusableKey: it is no such key; it isn't repeated in the sentence.
        """
        return cls._of(key, "given as DUEBELL_SECRET_KEY")

    @classmethod
    def from_file(cls, path: Path) -> SecretBox:
        """Use the key in a file, made at first use for its owner's eyes only (0600).

        Raises:
            UnusableKey: the file can't be made or read, others may read it, or it holds no key.
        """
        try:
            if not path.exists():
                _make(path)
            if path.stat().st_mode & _OTHERS:
                raise UnusableKey(f"Others may read the key file {path}: run `chmod 600 {path}`.")
            text = path.read_text(encoding="ascii", errors="replace")
        except OSError as error:
            raise UnusableKey(
                f"The key file {path} can't be read or made ({error.strerror}): let this user own it and its folder."
            ) from error
        return cls._of(text, f"in {path}")

    @classmethod
    def _of(cls, key: str, where: str) -> SecretBox:
        try:
            return cls(key.strip().encode("ascii"))
        except ValueError:
            raise UnusableKey(
                f"The key {where} isn't one (32 bytes in URL-safe base64): bring back the right one from a backup. "
                "If it is lost, give none, so that a new one is made, and type the secrets again."
            ) from None

    def seal(self, text: str, place: str) -> str:
        """Encrypt a text for a place, for example `Global.OdooCRM.API_Access_Key`."""
        return self._fernet.encrypt(json.dumps([place, text]).encode()).decode("ascii")

    def open(self, sealed: str, place: str) -> str:
        """Decrypt what was sealed for this very place.

        Raises:
            UnreadableSecret: sealed with another key or for another place, or damaged.
        """
        try:
            sealed_for, text = json.loads(self._fernet.decrypt(sealed.encode()))
        except InvalidToken:
            raise UnreadableSecret(
                f"The stored {place} can't be read: the key of the secrets is another one than when it was typed, or the "
                "value is damaged. Bring back the right key, or set it again with `duebell configure`."
            ) from None
        if sealed_for != place:
            raise UnreadableSecret(
                f"What is stored as {place} was typed for another option: set it again with `duebell configure`."
            )
        return str(text)


def _make(path: Path) -> None:
    """Write a new key beside, then link it into place: nobody sees half a key, and of two makers one wins."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        _link(Path(name), path)
    finally:
        Path(name).unlink()


def _link(made: Path, path: Path) -> None:
    try:
        path.hardlink_to(made)
    except FileExistsError:
        return
