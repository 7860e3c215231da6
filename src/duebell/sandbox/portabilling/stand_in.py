"""The stand-in as it runs: a web server on loopback, in the caller's event loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime
from random import Random
from types import TracebackType
from typing import Self, TypeVar

from duebell.billing.billing import Billing
from duebell.billing.customer import BillingCustomer
from duebell.errors import Unknown
from duebell.money import Money
from duebell.sandbox.loopback import authority, loopback_socket
from duebell.sandbox.portabilling.application import application
from duebell.sandbox.portabilling.background import in_the_background
from duebell.sandbox.portabilling.books import Books
from duebell.sandbox.portabilling.change import COMMITMENT_TERMINATED
from duebell.sandbox.portabilling.event_sender import EventSender
from duebell.sandbox.portabilling.methods import Methods
from duebell.sandbox.portabilling.nuisances import Nuisances
from duebell.sandbox.portabilling.sending import Sending
from duebell.sandbox.portabilling.sessions import Sessions, User
from duebell.sandbox.portabilling.switches import Switches
from duebell.sandbox.serving import serving_web

T = TypeVar("T")
BILLING_RUN = 5.0
"""Seconds between looks for what has come due by itself."""
ANYBODY = User(login="duebell", password="stand-in", token="stand-in-token")  # noqa: S106 - a stand-in's, known to all


class PortaBillingStandIn:
    """A PortaBilling to test with, built from its public documentation; it is none.

    `async with PortaBillingStandIn(now=…) as stand_in:` serves at `stand_in.url` until the end of the block. `now` is the
    real clock (aware); `random` decides where a nuisance is a matter of chance. Raises InvalidValue for a host beyond
    loopback and NotPossible for a port that can't be had.
    """

    def __init__(  # noqa: PLR0913 - given by name, and all but one seldom
        self,
        *,
        now: Callable[[], datetime],
        host: str = "127.0.0.1",
        port: int = 0,
        user: User = ANYBODY,
        nuisances: Nuisances = Nuisances(),  # noqa: B008 - frozen
        sending: Sending = Sending(),  # noqa: B008 - frozen
        commitment_type: str = COMMITMENT_TERMINATED,
        first_number: int = 1,
        random: Random | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._random = random or Random(0)  # noqa: S311 - chance, no secret
        self.user = user
        self.sessions = Sessions(user, now)
        self.switches = Switches(nuisances)
        self.sender = EventSender(sending, self.switches, self._random, now, first_number)
        self.books = Books(now, self.sender.tell, commitment_type, first_number)
        self._running = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Open the port and serve; return when it answers."""
        async with contextlib.AsyncExitStack() as starting:
            web = starting.enter_context(loopback_socket(self._host, self._port))
            self.url = f"http://{authority(web)}"
            await starting.enter_async_context(self.sender.posting())
            await starting.enter_async_context(in_the_background(self._bill(), "The billing run"))
            methods = Methods(self.books, self.sessions, self.switches.now, self._random)
            hosts = ["localhost", "127.0.0.1", "::1", "[::1]", web.getsockname()[0]]
            parts = methods, self.books, self.sender, self.switches, self.sessions, self._random
            await starting.enter_async_context(serving_web(application(*parts, hosts), web))
            self._running = starting.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        """Stop serving; events that wait are dropped."""
        return await self._running.__aexit__(kind, error, traceback)

    async def _bill(self) -> None:
        while True:
            await asyncio.sleep(BILLING_RUN)
            self.books.run()

    # --- events -------------------------------------------------------------------------------------------------------

    def send_to(self, sending: Sending) -> None:
        """From now on post events there; see `Sending`."""
        self.sender.send_to(sending)

    def switch(self, nuisances: Nuisances, seconds: float | None = None) -> None:
        """Have these nuisances and no others; with `seconds` for so long, then those of before."""
        self.switches.switch(nuisances, seconds)

    async def settled(self) -> None:
        """Wait until each event was taken or lost."""
        await self.sender.idle()

    # --- what a test does to it ---------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """Its clock, billing's, which `advance` sets ahead of the real one."""
        return self.books.clock().now

    def advance(self, days: int, hours: int = 0) -> None:
        """Let days pass, each with its billing run."""
        self.books.advance(days, hours)

    def add_customer(self, customer: BillingCustomer) -> str:
        """Open an account; its i_customer."""
        account = self.books.use(lambda billing: billing.add_customer(customer)).account
        return self.books.directory.customers.of(account.id)

    def invoice(self, external_id: str, amount: Money, text: str = "Internet") -> str:
        """Issue an invoice of one charge; its i_invoice."""
        account = self.books.use(lambda billing: billing.charge(external_id, text, amount, invoice_now=True)).account
        return self.books.directory.invoices.of(max(account.invoices.values(), key=lambda invoice: invoice.age).number)

    def pay(self, external_id: str, amount: Money) -> None:
        """Book a payment."""
        self.books.use(lambda billing: billing.pay(external_id, amount))

    def show(self, external_id: str, i_invoice: str | None = None, kind: str | None = None, **fields: str | None) -> None:
        """Let the API show other fields than billing has, of a customer or of an invoice of his; see `Books.show_instead`."""
        number = None if i_invoice is None else self.number(i_invoice)
        self.books.show_instead(external_id, number, fields, kind)

    def number(self, i_invoice: str) -> str:
        """The number that an invoice has in billing and on paper.

        Raises:
            Unknown: there is no such invoice.
        """
        number = self.books.directory.invoices.name(i_invoice)
        if number is None:
            raise Unknown(f"There is no invoice {i_invoice!r}.")
        return number

    def billing(self, what: Callable[[Billing], T]) -> T:
        """Do anything that embedded billing can."""
        return self.books.use(what)
