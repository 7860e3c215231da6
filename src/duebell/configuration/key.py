"""The key of the secrets: where it comes from, and how it is replaced."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from duebell.configuration.secrets import SecretBox, new_key, replace_keys
from duebell.errors import NotPossible
from duebell.settings import Settings, credential

FILE = "secret.key"
CREDENTIAL = "duebell.secret_key"


@dataclass(frozen=True, slots=True)
class Replaced:
    """How many secrets are sealed with the new key, and where the old one still stands, for somebody to remove."""

    secrets: int
    left_over: str | None


class Key:
    """`box` seals and opens with it. Replacing it never leaves a moment at which a stored secret can't be opened.

    The new key is put before the old one, all secrets are sealed again, then the old one goes; both open meanwhile, also after
    a crash. We do the first and the last only to our own file.
    """

    def __init__(self, box: SecretBox, *, file: Path | None, source: str) -> None:
        self.box = box
        self._file = file
        self._source = source

    @classmethod
    def of(cls, settings: Settings) -> Key:
        """The key in DUEBELL_SECRET_KEY, else the service manager's credential, else the file in the data folder.

        Raises:
            UnusableKey: it is none, or can't be read.
        """
        if settings.secret_key is not None:
            source = "DUEBELL_SECRET_KEY"
            return cls(SecretBox.from_text(settings.secret_key.get_secret_value()), file=None, source=source)
        if given := credential(CREDENTIAL):
            source = f"the credential {CREDENTIAL}"
            text = given.read_text(encoding="ascii", errors="replace")
            return cls(SecretBox.from_text(text, f"in {source}"), file=None, source=source)
        file = settings.data / FILE
        return cls(SecretBox.from_file(file), file=file, source=str(file))

    def begin(self, *, alone: bool) -> None:
        """Seal with a new key from now on; both open. Where there are two already, the first is the new one.

        `alone`: no other process works with these secrets.

        Raises:
            NotPossible: somebody else has to put the new key in its place.
        """
        if self.box.keys > 1:
            return
        if self._file is None or not alone:
            where = f"in {self._source}" + ("" if alone else ", on every machine that shares the database,")
            raise NotPossible(
                f"First put a new key before the old one {where} with a space between, and start Duebell anew; then do this again. "
                "`openssl rand -base64 32 | tr +/ -_` makes one."
            )
        replace_keys(self._file, lambda keys: [new_key(), *keys])
        self.box = SecretBox.from_file(self._file)

    def end(self) -> None:
        """All is sealed with the first key: the others go, if they are in our file."""
        if self._file is not None:
            replace_keys(self._file, lambda keys: keys[:1])
            self.box = SecretBox.from_file(self._file)

    @property
    def left_over(self) -> str | None:
        """Where keys stand that are of no use any more, for somebody to remove."""
        return self._source if self.box.keys > 1 else None
