"""One run of Verify: what it asks about, and what it has learnt so far."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property

import httpx2

from duebell.espf.handler import Owed
from duebell.handlers.odoo_crm.answer import Json
from duebell.handlers.odoo_crm.client import Client
from duebell.handlers.odoo_crm.network import Way
from duebell.handlers.odoo_crm.rehearsal import Rehearsed
from duebell.handlers.odoo_crm.senders import Senders
from duebell.handlers.odoo_crm.status import Status


class Inquiry:
    """What is asked about, and what earlier questions found out for later ones.

    A question may read only what those that it needs have set; `verify.QUESTIONS` says which these are.
    """

    api_url: str
    way: Way
    addresses: list[str]
    odoo_version: str
    access_key: str
    database: str | None
    status_answer: Json
    asked_at: tuple[datetime, datetime]
    status: Status
    senders: Senders | None = None
    """None: the addon doesn't tell."""
    batch: Sequence[Owed] = ()
    rehearsed: Rehearsed | None = None
    """What came of the rehearsal of `batch`; None: there was none."""

    def __init__(
        self, values: Mapping[str, str], *, now: Callable[[], datetime], tls: ssl.SSLContext | None, patience: float
    ) -> None:
        self.values = values
        self.now = now
        self._tls = tls
        self._patience = patience
        self._clients: list[Client] = []

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """The authorities that are trusted."""
        return self._tls or httpx2.create_ssl_context(trust_env=False)

    def client(self, *, access_key: str | None = None, database: str | None = None) -> Client:
        """Return a client for the URL, without a key unless one is given."""
        client = Client(self.api_url, access_key=access_key, database=database, request_timeout=self._patience, tls=self.tls)
        self._clients.append(client)
        return client

    def keyed(self) -> Client:
        """Return a client with the key."""
        return self.client(access_key=self.access_key, database=self.database)

    async def close(self) -> None:
        """Give connections back."""
        for client in self._clients:
            await client.close()
