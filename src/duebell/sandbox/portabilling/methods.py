"""The methods of PortaBilling's API that the stand-in has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from random import Random
from typing import Any

from duebell.errors import DuebellError
from duebell.money import Money
from duebell.sandbox.portabilling.books import Books, Issued
from duebell.sandbox.portabilling.call import Call
from duebell.sandbox.portabilling.faults import AccessDenied, BadParameter, NoSuchMethod, NotFound
from duebell.sandbox.portabilling.nuisances import Nuisances
from duebell.sandbox.portabilling.sessions import Session, Sessions
from duebell.sandbox.portabilling.shown import Shown
from duebell.sandbox.portabilling.times import read_moment
from duebell.sandbox.portabilling.writing import as_written

Answer = dict[str, Any]

PAGE = 100
"""Rows of a list whose call has no limit: ours, the vendor publishes none."""


class Methods:
    """They read and change `books` for who has a session of `sessions`; `nuisances` says what is on now."""

    def __init__(self, books: Books, sessions: Sessions, nuisances: Callable[[], Nuisances], random: Random) -> None:
        self._books = books
        self._sessions = sessions
        self._nuisances = nuisances
        self._random = random

    def answer(self, name: str, call: Call) -> Answer:
        """What `Service/method` answers.

        Raises:
            Fault: as PortaBilling says it.
        """
        if name in _WITHOUT_SESSION:
            return _WITHOUT_SESSION[name](self, call)
        session = self._sessions.check(call.credential, self._nuisances().token_calls)
        if name in self._nuisances().denied:
            raise AccessDenied(f"The user may not call {name}.")
        if name in _OF_SESSION:
            return _OF_SESSION[name](self, session)
        if name not in _METHODS:
            raise NoSuchMethod(f"There is no method {name}.")
        return _METHODS[name](self, call)

    # --- sessions -----------------------------------------------------------------------------------------------------

    def login(self, call: Call) -> Answer:
        return {**self._sessions.login(call.text("login"), call.text("password"), call.text("token"))}

    def refresh_access_token(self, call: Call) -> Answer:
        return {**self._sessions.refresh(call.text("refresh_token"))}

    def ping(self, session: Session) -> Answer:
        return {"user_id": session.id}

    def logout(self, session: Session) -> Answer:
        self._sessions.logout(session)
        return {"success": "1"}

    # --- customers ----------------------------------------------------------------------------------------------------

    def get_customer_info(self, call: Call) -> Answer:
        return {"customer_info": self._written(self._books.customer_info(self._customer(call)))}

    def get_customer_list(self, call: Call) -> Answer:
        customers = self._books.customers()
        shown = [self._books.customer_info(customer) for customer in _paged(iter(customers), call)]
        return {"customer_list": self._all_written(shown), "total": self._number(str(len(customers)))}

    def make_transaction(self, call: Call) -> Answer:
        if call.text("action") != "Manual Payment":
            raise BadParameter('The stand-in knows only the action "Manual Payment".')
        customer = self._customer(call)
        currency = str(self._books.customer_info(customer)["iso_4217"])
        try:
            amount = Money.parse(str(call.params.get("amount", "")), currency)
            self._books.use(lambda billing: billing.pay(customer, amount))
        except (ValueError, DuebellError) as error:
            raise BadParameter(str(error)) from None
        return self._written({"balance": self._books.customer_info(customer)["balance"], "result_code": "A01"})

    # --- invoices -----------------------------------------------------------------------------------------------------

    def get_invoice_info(self, call: Call) -> Answer:
        return {"invoice_info": self._written(self._invoice(self._invoice_number(call)))}

    def get_invoice_list(self, call: Call) -> Answer:
        wanted = list(self._wanted(call))
        shown = [self._invoice(issued.number) for issued in _paged(iter(wanted), call)]
        return {"invoice_list": self._all_written(shown), "total": self._number(str(len(wanted)))}

    def _wanted(self, call: Call) -> Iterator[Issued]:
        after, before = _moment(call, "issued_after"), _moment(call, "issued_before")
        customer = self._customer(call) if call.text("i_customer") else None
        for issued in self._books.invoices(customer):
            if (after is None or after <= issued.at) and (before is None or issued.at <= before):
                yield issued

    def _invoice_number(self, call: Call) -> str:
        if i_invoice := call.text("i_invoice"):
            number = self._books.directory.invoices.name(i_invoice)
        else:
            customer, wanted = self._customer(call), call.text("invoice_number")
            mine = {issued.number for issued in self._books.invoices(customer)}
            number = wanted if wanted in mine else None
        if number is None:
            raise NotFound("There is no such invoice.")
        return number

    def _invoice(self, number: str) -> Shown:
        on = self._nuisances()
        return self._books.invoice_info(number, as_moments=on.days_as_moments, earlier_debt=on.earlier_debt)

    # ------------------------------------------------------------------------------------------------------------------

    def _customer(self, call: Call) -> str:
        found = self._books.customer(
            i_customer=call.text("i_customer"), name=call.text("name"), reference=call.text("refnum")
        )
        if found is None:
            raise NotFound("There is no such customer.")
        return found

    def _written(self, shown: Shown) -> Answer:
        return as_written(shown, self._nuisances().numbers, self._random)

    def _all_written(self, shown: Sequence[Shown]) -> list[Answer]:
        return [self._written(one) for one in shown]

    def _number(self, number: str) -> Any:
        return self._written({"i_": number})["i_"]


def _paged(rows: Iterator[Any], call: Call) -> Iterator[Any]:
    offset = call.count("offset", 0)
    return islice(rows, offset, offset + call.count("limit", PAGE))


def _moment(call: Call, name: str) -> datetime | None:
    text = call.text(name)
    try:
        return read_moment(text) if text else None
    except ValueError:
        raise BadParameter(f"The parameter {name} is no time like 2026-12-01 00:00:00.") from None


_WITHOUT_SESSION: Mapping[str, Callable[[Methods, Call], Answer]] = {
    "Session/login": Methods.login,
    "Session/refresh_access_token": Methods.refresh_access_token,
}
_OF_SESSION: Mapping[str, Callable[[Methods, Session], Answer]] = {
    "Session/ping": Methods.ping,
    "Session/logout": Methods.logout,
}
_METHODS: Mapping[str, Callable[[Methods, Call], Answer]] = {
    "Customer/get_customer_info": Methods.get_customer_info,
    "Customer/get_customer_list": Methods.get_customer_list,
    "Customer/make_transaction": Methods.make_transaction,
    "Invoice/get_invoice_info": Methods.get_invoice_info,
    "Invoice/get_invoice_list": Methods.get_invoice_list,
}
