"""Secret option values at rest: encrypted, and bound to the place that they were typed for.

The key lives apart from the database (a file, or the environment), so that a copy of the database alone tells nothing.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from duebell.errors import NotConfigured

_OTHERS = 0o077


class UnusableKey(NotConfigured):
    """The key that encrypts secrets can't be used: it is missing, ill-formed, or open to others."""

    slug = "unusable-key"


class UnreadableSecret(NotConfigured):
    """A stored secret can't be read with this key, or was moved from where it was typed."""

    slug = "unreadable-secret"


class SecretBox:
    """Seals and opens secret texts (Fernet: AES-128-CBC and HMAC-SHA256). The first key seals, all open: keys can be replaced."""

    def __init__(self, *keys: bytes) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self.keys = len(keys)
        """How many; more than one while keys are being replaced."""

    @classmethod
    def from_text(cls, key: str, where: str = "given as DUEBELL_SECRET_KEY") -> SecretBox:
        """Use a given key: 32 bytes, URL-safe base64, as in the file that `from_file` makes; or several, with space between.

        Raises:
            UnusableKey: it is no such key; it isn't repeated in the sentence.
        """
        try:
            return cls(*(one.encode("ascii") for one in key.split() or [""]))
        except ValueError:
            raise UnusableKey(
                f"The key {where} isn't one (32 bytes in URL-safe base64): bring back the right one from a backup. "
                "If it is lost, give none, so that a new one is made, and type the secrets again."
            ) from None

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
        return cls.from_text(text, f"in {path}")

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

    def again(self, sealed: str) -> str | None:
        """What a sealed text is under the first key; None: no key here opens it, if it is one at all."""
        try:
            return self._fernet.rotate(sealed.encode()).decode("ascii")
        except InvalidToken:
            return None


def new_key() -> bytes:
    """A key that nobody has had before."""
    return Fernet.generate_key()


def replace_keys(path: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    """Change the keys in a key file; whoever reads it finds those before or those after, also after a power cut.

    Raises:
        UnusableKey: the file can't be written.
    """
    try:
        keys = change(path.read_bytes().split())
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
            file.write(b"".join(key + b"\n" for key in keys))
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)
        _settle(path.parent)
    except OSError as error:
        raise UnusableKey(f"The key file {path} can't be written ({error.strerror}): nothing was changed.") from error


def _settle(folder: Path) -> None:
    """A new name is on disk only once its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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
