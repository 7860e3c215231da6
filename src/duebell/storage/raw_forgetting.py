"""Forgetting a customer in what PortaBilling sent: who he is goes from raw events and from quarantine; ids and times stay."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select, update

from duebell.portabilling.raw import UnreadableBody, read_raw
from duebell.storage.raw_alarms import tell_of_quarantine
from duebell.storage.tables import event, stream
from duebell.storage.tables_known import known_customer, known_invoice
from duebell.storage.tables_raw import quarantine, raw_event

AT_ONCE = 50
"""Bodies in quarantine that one unit of work looks through: so few that others don't wait for it longer than 50 ms."""
DISCARDED = "The customer was forgotten."
_KEPT = ("i_", "event_time")
"""How the variables begin that stay: ids, and when it was."""
_NAMES = ("i_customer", "i_invoice", "invoice_number")
_NAMED = re.compile(rf"({'|'.join(_NAMES)})[\"'\s:=>\\]{{1,8}}([^\"',}}\]&;<\\\r\n]{{1,200}})", re.IGNORECASE)
"""An id with its value, in JSON, in a form, in XML, and in what is broken of these."""
_ZEROS = re.compile(r"\.0+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """By what a body names a customer: his `i_customer`, his invoices' `i_invoice` and numbers as far as they are known."""

    i_customer: str
    invoices: Collection[str]
    numbers: Collection[str]

    def names(self, text: str) -> bool:
        """Whether the text names him by one of these.

        Another customer's invoice may have the same number, so numbers count only where no id says whose it is.
        """
        found = {name: _named(text, name) for name in _NAMES}
        if found["i_customer"] or found["i_invoice"]:
            return self.i_customer in found["i_customer"] or not found["i_invoice"].isdisjoint(self.invoices)
        return not found["invoice_number"].isdisjoint(self.numbers)


def is_known(connection: Connection, environment: str, customer: str) -> bool:
    """Whether PortaBilling's customer of that id was ever read, or sent something about."""
    read = known_customer.c.environment == environment, known_customer.c.i_customer == customer
    sent = raw_event.c.environment == environment, raw_event.c.key == f"customer:{customer}"
    queries = select(known_customer.c.i_customer).where(*read), select(raw_event.c.number).where(*sent).limit(1)
    return any(connection.execute(query).first() is not None for query in queries)


def forget_raw(connection: Connection, environment: str, customer: str) -> None:
    """Erase who a customer is from the raw events about him and about his invoices; ids and times stay."""
    keys = [f"customer:{customer}", *(f"invoice:{one}" for one in _invoices(connection, environment, customer))]
    his = (raw_event.c.environment == environment, raw_event.c.key.in_(keys))
    for number, body in connection.execute(select(raw_event.c.number, raw_event.c.body).where(*his)).all():
        change = update(raw_event).where(raw_event.c.number == number)
        connection.execute(change.values(body=_without_person(body), because=None))


def forget_quarantined(  # noqa: PLR0913 - whom, where, and how far it is
    connection: Connection, environment: str, customer: str, now: datetime, *, before: datetime | None, after: int
) -> int | None:
    """Erase who he is from the next bodies in quarantine that name him.

    What can be read keeps ids and times, and may still be taken; of anything else nothing stays, and nobody has to look at it.

    Args:
        connection: in the transaction of the change.
        environment: whose customer he is.
        customer: his id in PortaBilling (`i_customer`).
        now: when what can't be read is given up (aware).
        before: only bodies that came up to then (aware); None: all.
        after: only bodies with a higher number than this.

    Returns:
        The number to go on after; None: that was all.
    """
    some = [quarantine.c.environment == environment, quarantine.c.id > after]
    if before is not None:
        some.append(quarantine.c.received_at <= before)
    columns = quarantine.c.id, quarantine.c.body, quarantine.c.state, quarantine.c.received_at
    rows = connection.execute(select(*columns).where(*some).order_by(quarantine.c.id).limit(AT_ONCE)).all()
    whose = _whose(connection, environment, customer) if rows else None
    for row in rows:
        if whose and whose.names(_text(row.body)):
            _empty(connection, row, environment, now)
    return rows[-1].id if len(rows) == AT_ONCE else None


def _empty(connection: Connection, row: Any, environment: str, now: datetime) -> None:
    try:
        read_raw(row.body, environment=environment, received_at=row.received_at)
    except UnreadableBody:
        left: dict[str, Any] = {"body": b"", "ended_because": DISCARDED}
        if row.state == "waiting":
            left |= {"state": "discarded", "ended_at": now}
    else:
        body = _without_person(row.body.decode("utf-8-sig")).encode()
        left = {"body": body, "size": len(body), "ended_because": None}
    connection.execute(update(quarantine).where(quarantine.c.id == row.id).values(left))
    if "state" in left:
        tell_of_quarantine(connection, environment, now)


def _whose(connection: Connection, environment: str, customer: str) -> Whose:
    his = known_invoice.c.environment == environment, known_invoice.c.i_customer == customer
    seen = [json.loads(known)["seen"] for known in connection.execute(select(known_invoice.c.known).where(*his)).scalars()]
    told = (
        select(event.c.subject)
        .join_from(event, stream)
        .where(stream.c.environment == environment, stream.c.customer == customer, event.c.subject.is_not(None))
        .where(or_(event.c.type.startswith("invoice."), event.c.type.startswith("customer.")))
        .distinct()
    )
    return Whose(
        i_customer=customer,
        invoices=_invoices(connection, environment, customer),
        numbers={*(one["number"] for one in seen), *connection.execute(told).scalars()},
    )


def _invoices(connection: Connection, environment: str, customer: str) -> set[str]:
    """The ids of his invoices: as known, and as raw events about himself name them, for what is settled is known for a while only."""
    his = known_invoice.c.environment == environment, known_invoice.c.i_customer == customer
    known = connection.execute(select(known_invoice.c.i_invoice).where(*his)).scalars()
    about_him = raw_event.c.environment == environment, raw_event.c.key == f"customer:{customer}"
    bodies = connection.execute(select(raw_event.c.body).where(*about_him)).scalars()
    return {*known, *(one for body in bodies for one in _named(body, "i_invoice"))}


def _named(text: str, name: str) -> set[str]:
    """The values that stand under this name: each whole, and its first word for where nothing says where it ends; `7.0` is the id 7."""
    found = [value.strip() for one, value in _NAMED.findall(text) if one.lower() == name]
    return {*found, *(_ZEROS.sub("", word) for value in found for word in value.split()[:1])} - {""}


def _text(body: bytes) -> str:
    """As text, whatever it is: of UTF-16 the letters that ids are made of."""
    return body.replace(b"\0", b"").decode("utf-8", "replace")


def _without_person(body: str) -> str:
    content = json.loads(body)
    variables = {name: value for name, value in content["variables"].items() if name.startswith(_KEPT)}
    beside = {name: value for name, value in content.items() if name.startswith((*_KEPT, "event_type"))}
    return json.dumps({**beside, "variables": variables})
