"""The certificate of the network address: what is in its files is shown without a restart, and an alarm tells of its end."""

from __future__ import annotations

import asyncio
import socket
import ssl
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509

from duebell.alarms.causes import CERTIFICATE
from duebell.configuration.way_checks import CERTIFICATE_WARNING
from duebell.storage import alarms

if TYPE_CHECKING:
    from duebell.instance import Instance

DAILY, AGAIN = timedelta(days=1), timedelta(hours=1)
"""Between two looks: while all is well, and while an alarm stands."""


class OwnCertificate:
    """That in `files`, the chain's and the key's, both PEM; none: this machine shows none. `run()` until cancelled."""

    def __init__(
        self,
        instance: Instance,
        files: tuple[Path, Path] | None,
        *,
        daily: timedelta = DAILY,
        again: timedelta = AGAIN,
    ) -> None:
        self._instance = instance
        self._files = files
        self._daily = daily
        self._again = again
        self._cause = CERTIFICATE + socket.gethostname()
        self._read: ssl.SSLContext | None = None

    def shown_by(self, server: ssl.SSLContext) -> None:
        """Let the server show each new connection what was in the files when they were last read."""
        server.sni_callback = self._show

    async def run(self) -> None:
        """Look at start, daily, and more often while something is wrong."""
        while True:
            stands = await self.look()
            await asyncio.sleep((self._again if stands else self._daily).total_seconds())

    async def look(self) -> bool:
        """Read the files; whether an alarm stands. Without files, what one with a certificate told before is over."""
        now = self._instance.now()
        wrong = self._wrong(*self._files, now) if self._files else None
        await self._instance.write(partial(alarms.follow, cause=self._cause, sentence=wrong, now=now))
        return wrong is not None

    def _wrong(self, chain: Path, key: Path, now: datetime) -> str | None:
        """A sentence on what has to be mended. What can be used is shown from now on."""
        try:
            read, until = _context(chain, key), ends_at(chain)
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError; half of what is renewed may be there
            because = getattr(error, "strerror", None) or error
            return f"{chain} with the key {key} can't be used for TLS any more ({because}): what was read before is still shown."
        self._read = read
        if until - now > CERTIFICATE_WARNING:
            return None
        ends, then = ("ends", "then ") if until > now else ("ended", "")
        moment = f"{until.astimezone(UTC):%Y-%m-%d %H:%M} (UTC)"
        return f"The certificate in {chain} {ends} at {moment}: {then}browsers and programs turn away."

    def _show(self, connection: ssl.SSLObject, _name: str | None, _server: ssl.SSLContext) -> None:
        if self._read is not None:
            connection.context = self._read


def ends_at(chain: Path) -> datetime:
    """When the first certificate of the chain ends (UTC): all of them are needed.

    Raises:
        OSError, ValueError: the file can't be read, or there is none in it.
    """
    return min(one.not_valid_after_utc for one in x509.load_pem_x509_certificates(chain.read_bytes()))


def _context(chain: Path, key: Path) -> ssl.SSLContext:
    """A new one each time: one that had another certificate before may still show that to who takes both kinds of keys."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    return context
