"""What is known of a PortaBilling's customers, in rows: one a customer, one an invoice."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection, delete, func, or_, select, update

from duebell.portabilling.known import Known, KnownCustomer, KnownInvoice
from duebell.portabilling.readings import CustomerCondition, InvoiceStatus
from duebell.storage.insertion import insert_into
from duebell.storage.tables_known import known_customer, known_invoice

_CUSTOMER: TypeAdapter[KnownCustomer | None] = TypeAdapter(KnownCustomer | None)
_INVOICE: TypeAdapter[KnownInvoice] = TypeAdapter(KnownInvoice)
AT_ONCE = 500
"""Invoices that one unit of work lets go."""
_NEVER_READ = _CUSTOMER.dump_json(None).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptKnown:
    """A customer as known; `began_at` is when the last reading that counts began (aware), None: he was never read."""

    known: Known
    began_at: datetime | None = None


def load(connection: Connection, environment: str, i_customer: str, invoices: Collection[str]) -> KeptKnown:
    """The customer with the invoices named and all that aren't settled."""
    return _load(connection, environment, i_customer, invoices, lock=False)


def load_for_update(connection: Connection, environment: str, i_customer: str, invoices: Collection[str]) -> KeptKnown:
    """The same, changed by nobody else until the transaction ends; also of a customer who was never read."""
    place = {"environment": environment, "i_customer": i_customer}
    row = insert_into(connection, known_customer).values(**place, known=_NEVER_READ)
    connection.execute(row.on_conflict_do_nothing())
    return _load(connection, environment, i_customer, invoices, lock=True)


def save(  # noqa: PLR0913 - a row's columns
    connection: Connection,
    environment: str,
    i_customer: str,
    before: Known,
    known: Known,
    *,
    began_at: datetime,
    next_look_at: datetime | None,
    now: datetime,
) -> None:
    """Keep what is known from now on, of which `before` was loaded for update. Of invoices only those that changed are written."""
    here = (known_customer.c.environment == environment, known_customer.c.i_customer == i_customer)
    values = {"known": _CUSTOMER.dump_json(known.customer).decode(), "began_at": began_at, "next_look_at": next_look_at}
    connection.execute(update(known_customer).where(*here).values(values))
    rows = [
        {
            "environment": environment,
            "i_invoice": i_invoice,
            "i_customer": i_customer,
            "known": _INVOICE.dump_json(one).decode(),
            "settled_at": now if is_over(one) else None,
        }
        for i_invoice, one in known.invoices.items()
        if before.invoices.get(i_invoice) != one
    ]
    if rows:
        statement = insert_into(connection, known_invoice)
        others = {name: statement.excluded[name] for name in ("i_customer", "known", "settled_at")}
        connection.execute(statement.on_conflict_do_update(index_elements=known_invoice.primary_key, set_=others), rows)


def is_over(invoice: KnownInvoice) -> bool:
    """Whether nothing is to be paid of it, so that history may let it go."""
    return invoice.is_settled or invoice.seen.outstanding.amount <= 0


def were_read(connection: Connection, environment: str, customers: Collection[str]) -> set[str]:
    """Those of the customers that were read before."""
    table = known_customer
    query = select(table.c.i_customer).where(table.c.environment == environment, table.c.began_at.is_not(None))
    return set(connection.execute(query.where(table.c.i_customer.in_(customers))).scalars())


def count_read(connection: Connection) -> Mapping[str, int]:
    """How many customers were read, by environment."""
    table = known_customer
    query = select(table.c.environment, func.count()).where(table.c.began_at.is_not(None)).group_by(table.c.environment)
    return {row.environment: row[1] for row in connection.execute(query)}


def customers_of(connection: Connection, environment: str, invoices: Collection[str]) -> Mapping[str, str]:
    """The customers of those invoices that are known, by `i_invoice`."""
    columns = known_invoice.c.i_invoice, known_invoice.c.i_customer
    query = select(*columns).where(known_invoice.c.environment == environment, known_invoice.c.i_invoice.in_(invoices))
    return {row.i_invoice: row.i_customer for row in connection.execute(query)}


def statuses(connection: Connection, environment: str, invoices: Collection[str]) -> Mapping[str, InvoiceStatus | None]:
    """The status last read of those of the invoices that are known, by `i_invoice`."""
    columns = known_invoice.c.i_invoice, known_invoice.c.known
    query = select(*columns).where(known_invoice.c.environment == environment, known_invoice.c.i_invoice.in_(invoices))
    return {row.i_invoice: _INVOICE.validate_json(row.known).seen.status for row in connection.execute(query)}


def conditions(connection: Connection, environment: str, customers: Collection[str]) -> Mapping[str, CustomerCondition]:
    """The condition last read of those of the customers that were ever read, by `i_customer`."""
    columns = known_customer.c.i_customer, known_customer.c.known
    query = select(*columns).where(known_customer.c.environment == environment, known_customer.c.i_customer.in_(customers))
    read = {row.i_customer: _CUSTOMER.validate_json(row.known) for row in connection.execute(query)}
    return {i_customer: one.condition for i_customer, one in read.items() if one}


def unsettled(connection: Connection, environment: str, i_customer: str) -> Collection[str]:
    """The customer's invoices that are to be paid as far as is known."""
    table = known_invoice
    his = table.c.environment == environment, table.c.i_customer == i_customer
    return connection.execute(select(table.c.i_invoice).where(*his, table.c.settled_at.is_(None))).scalars().all()


def due(connection: Connection, environment: str, now: datetime, at_most: int) -> Sequence[str]:
    """The customers whose next look has come, the longest due first."""
    table = known_customer
    query = select(table.c.i_customer).where(table.c.environment == environment, table.c.next_look_at <= now)
    return connection.execute(query.order_by(table.c.next_look_at).limit(at_most)).scalars().all()


def postpone(connection: Connection, environment: str, customers: Collection[str], until: datetime) -> None:
    """Look at them then."""
    these = known_customer.c.environment == environment, known_customer.c.i_customer.in_(customers)
    connection.execute(update(known_customer).where(*these).values(next_look_at=until))


def look_no_more(connection: Connection, environment: str, i_customer: str) -> None:
    """Read him again only when PortaBilling sends something about him."""
    him = known_customer.c.environment == environment, known_customer.c.i_customer == i_customer
    connection.execute(update(known_customer).where(*him).values(next_look_at=None))


def let_go(connection: Connection, before: Mapping[str, datetime], at_most: int = AT_ONCE) -> bool:
    """Let the next invoices go that were settled before their environment's moment; whether there are more."""
    table = known_invoice
    more = False
    for environment, moment in before.items():
        query = select(table.c.i_invoice).where(table.c.environment == environment, table.c.settled_at < moment)
        gone = connection.execute(query.limit(at_most)).scalars().all()
        connection.execute(delete(table).where(table.c.environment == environment, table.c.i_invoice.in_(gone)))
        more = more or len(gone) == at_most
    return more


def _load(connection: Connection, environment: str, i_customer: str, invoices: Collection[str], *, lock: bool) -> KeptKnown:
    query = select(known_customer.c.known, known_customer.c.began_at).where(
        known_customer.c.environment == environment, known_customer.c.i_customer == i_customer
    )
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        return KeptKnown(known=Known())
    of_his = select(known_invoice.c.i_invoice, known_invoice.c.known).where(
        known_invoice.c.environment == environment,
        known_invoice.c.i_customer == i_customer,
        or_(known_invoice.c.settled_at.is_(None), known_invoice.c.i_invoice.in_(invoices)),
    )
    found = {i_invoice: _INVOICE.validate_json(known) for i_invoice, known in connection.execute(of_his)}
    return KeptKnown(known=Known(customer=_CUSTOMER.validate_json(row.known), invoices=found), began_at=row.began_at)
