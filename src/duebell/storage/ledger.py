"""Embedded billing's accounts in SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Executable, Row, Select, Table, bindparam, delete, func, insert, or_, select, update

from duebell.billing.account import Account
from duebell.billing.commitment import Commitment
from duebell.billing.customer import BillingCustomer
from duebell.billing.fee import Fee
from duebell.billing.hold import Hold
from duebell.billing.invoice import Invoice, InvoiceLine
from duebell.billing.ledger import NO_TIME, no_such_customer, taken
from duebell.billing.payment import Payment
from duebell.storage import tables_billing as tables
from duebell.storage.insertion import insert_into
from duebell.storage.ledger_rows import account_values, read_account, read_record, record_values

Record = TypeVar("Record")


_LOCK = 0x626F6F6B73  # any number that nobody else locks


def lock_books(connection: Connection) -> None:
    """Let nobody else use the books until the transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


class SqlLedger:
    """`billing.ledger.Ledger` over a connection, in its transaction.

    Accounts are read and written together, a statement a table. It remembers what it gave, and writes what differs.
    """

    def __init__(self, connection: Connection, environment: str) -> None:
        self._connection = connection
        self._environment = environment
        self._given: dict[str, _Given] = {}

    def add(self, account: Account) -> None:
        self._refuse_taken(account.customer)
        statement = insert(tables.account).values(environment=self._environment, **account_values(account))
        id_ = self._connection.execute(statement.returning(tables.account.c.id)).scalar_one()
        self._given[account.id] = _Given(id_, Account.opened(account.customer, account.policy, account.as_of))
        self.save([account])

    def get(self, external_id: str) -> Account:
        query = self._accounts().where(tables.account.c.external_id == external_id).with_for_update()
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise no_such_customer(external_id)
        return self._load([row], complete=True)[0]

    def page(self, after: str, at_most: int) -> Sequence[Account]:
        external_id = tables.account.c.external_id
        query = self._accounts().where(external_id > after).order_by(external_id).limit(at_most)
        return self._load(self._connection.execute(query).all())

    def due(self, now: datetime, at_most: int) -> Sequence[Account]:
        table = tables.account
        due = table.c.environment == self._environment, table.c.next_visit_at <= now
        earliest = select(func.min(table.c.next_visit_at)).where(*due).scalar_subquery()
        query = self._accounts().where(table.c.next_visit_at == earliest).order_by(table.c.id).limit(at_most)
        return self._load(self._connection.execute(query.with_for_update(skip_locked=True)).all())

    def save(self, accounts: Iterable[Account]) -> None:
        changes = [_Change(*self._given[account.id], account) for account in accounts]
        own = update(tables.account).where(tables.account.c.id == bindparam("account_id"))
        self._execute(own, [account_values(change.now) | {"account_id": change.id} for change in changes])
        for table, part in _PARTS.items():
            self._upsert(table, [row for change in changes for row in change.rows(table, part)])
        self._execute(insert(tables.invoice_line), [row for change in changes for row in change.new_invoice_lines()])
        self._save_charges([change for change in changes if change.before.charges != change.now.charges])
        self._given |= {change.now.id: _Given(change.id, change.now.copy()) for change in changes}

    def next_invoice_number(self, year: int) -> int:
        table = tables.invoice_count
        first = insert_into(self._connection, table).values(environment=self._environment, year=year, invoices=1)
        one_more = {"invoices": table.c.invoices + first.excluded.invoices}
        statement = first.on_conflict_do_update(index_elements=table.primary_key, set_=one_more)
        number: int = self._connection.execute(statement.returning(table.c.invoices)).scalar_one()
        return number

    def clock_offset(self, more: timedelta = NO_TIME) -> timedelta:
        table = tables.clock
        if more:
            seconds = int(more.total_seconds())
            first = insert_into(self._connection, table).values(environment=self._environment, offset_seconds=seconds)
            moved = {"offset_seconds": table.c.offset_seconds + first.excluded.offset_seconds}
            self._connection.execute(first.on_conflict_do_update(index_elements=table.primary_key, set_=moved))
        query = select(table.c.offset_seconds).where(table.c.environment == self._environment)
        return timedelta(seconds=self._connection.execute(query).scalar() or 0)

    # --- reading ------------------------------------------------------------------------------------------------------

    def _accounts(self) -> Select[Any]:
        return select(tables.account).where(tables.account.c.environment == self._environment)

    def _refuse_taken(self, customer: BillingCustomer) -> None:
        table = tables.account
        same = table.c.external_id == customer.external_id
        if customer.reference is not None:
            same = or_(same, table.c.reference == customer.reference)
        others = [row.external_id for row in self._connection.execute(self._accounts().where(same))]
        if others:
            raise taken(customer, customer.external_id if customer.external_id in others else others[0])

    def _load(self, rows: Sequence[Row[Any]], *, complete: bool = False) -> list[Account]:
        """The accounts of these rows; unless `complete`, without settled invoices and payments."""
        if not rows:
            return []
        accounts = {row.id: read_account(row) for row in rows}
        for id_, fee in self._read(tables.fee, Fee, accounts):
            accounts[id_].fees[fee.service] = fee
        for id_, commitment in self._read(tables.commitment, Commitment, accounts):
            accounts[id_].commitments[commitment.reference] = commitment
        for id_, hold in self._read(tables.hold, Hold, accounts):
            accounts[id_].holds[hold.number] = hold
        for id_, charge in self._read(tables.charge, InvoiceLine, accounts):
            accounts[id_].charges.append(charge)
        self._load_invoices(accounts, complete=complete)
        if complete:
            for id_, payment in self._read(tables.payment, Payment, accounts):
                accounts[id_].payments[payment.reference] = payment
        self._given |= {account.id: _Given(id_, account.copy()) for id_, account in accounts.items()}
        return list(accounts.values())

    def _load_invoices(self, accounts: Mapping[int, Account], *, complete: bool) -> None:
        invoice, line = tables.invoice, tables.invoice_line
        wanted = invoice.c.account_id.in_(accounts), *(() if complete else (tables.OUTSTANDING,))
        lines: defaultdict[tuple[int, str], list[InvoiceLine]] = defaultdict(list)
        for row in self._connection.execute(select(line).join(invoice).where(*wanted).order_by(*line.primary_key)):
            currency = accounts[row.account_id].customer.currency
            lines[row.account_id, row.number].append(read_record(InvoiceLine, line, row, currency))
        for row in self._connection.execute(select(invoice).where(*wanted).order_by(*invoice.primary_key)):
            account = accounts[row.account_id]
            of_it = tuple(lines[row.account_id, row.number])
            account.put(read_record(Invoice, invoice, row, account.customer.currency, lines=of_it))

    def _read(self, table: Table, kind: type[Record], accounts: Mapping[int, Account]) -> Iterator[tuple[int, Record]]:
        """The table's records of these accounts, each with its account's id."""
        query = select(table).where(table.c.account_id.in_(accounts)).order_by(*table.primary_key)
        for row in self._connection.execute(query):
            yield row.account_id, read_record(kind, table, row, accounts[row.account_id].customer.currency)

    # --- writing ------------------------------------------------------------------------------------------------------

    def _upsert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        if "environment" in table.c:  # what is unique in it says so in its own row
            rows = [{**row, "environment": self._environment} for row in rows]
        statement = insert_into(self._connection, table)
        others = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
        self._execute(statement.on_conflict_do_update(index_elements=table.primary_key, set_=others), rows)

    def _save_charges(self, changes: Sequence[_Change]) -> None:
        table = tables.charge
        self._connection.execute(delete(table).where(table.c.account_id.in_([change.id for change in changes])))
        self._execute(insert(table), [row for change in changes for row in change.lines(table, change.now.charges)])

    def _execute(self, statement: Executable, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            self._connection.execute(statement, rows)


_PARTS = {
    tables.fee: "fees",
    tables.commitment: "commitments",
    tables.invoice: "invoices",
    tables.payment: "payments",
    tables.hold: "holds",
}
"""Where an account's records are kept that have a key of their own."""


class _Given(NamedTuple):
    """An account as it stands in the tables."""

    id: int
    account: Account


class _Change(NamedTuple):
    """An account as it stands in the tables, and as it is to stand there."""

    id: int
    before: Account
    now: Account

    def rows(self, table: Table, part: str) -> list[dict[str, Any]]:
        """The records of `part` to write; records never change, so that another object is another record."""
        before: Mapping[object, object] = getattr(self.before, part)
        now: Mapping[object, object] = getattr(self.now, part)
        return [self._row(table, record) for key, record in now.items() if before.get(key) is not record]

    def new_invoice_lines(self) -> list[dict[str, Any]]:
        """The lines of invoices that aren't in the tables yet."""
        new = (invoice for number, invoice in self.now.invoices.items() if number not in self.before.invoices)
        return [
            row | {"number": invoice.number} for invoice in new for row in self.lines(tables.invoice_line, invoice.lines)
        ]

    def lines(self, table: Table, lines: Iterable[InvoiceLine]) -> list[dict[str, Any]]:
        """Lines in their order."""
        return [self._row(table, line) | {"position": position} for position, line in enumerate(lines)]

    def _row(self, table: Table, record: object) -> dict[str, Any]:
        return record_values(table, record) | {"account_id": self.id}
