"""Embedded billing's records as rows of its tables, and back: columns are named as the records' fields."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Row, Table

from duebell.billing.account import Account
from duebell.billing.billing_run import next_visit_at
from duebell.billing.collection import CUSTOMER_CLASSES, Collection
from duebell.billing.customer import BillingCustomer
from duebell.events import CustomerStatus
from duebell.money import Money
from duebell.storage import tables_billing as tables

Record = TypeVar("Record")


def record_values(table: Table, record: object) -> dict[str, Any]:
    """The record's fields that the table has columns for; amounts in minor units."""
    values = {column.name: getattr(record, column.name) for column in table.c if hasattr(record, column.name)}
    return {name: value.minor if isinstance(value, Money) else value for name, value in values.items()}


def read_record(kind: type[Record], table: Table, row: Row[Any], currency: str, **more: object) -> Record:
    """The record of a row; a big integer is an amount."""
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]  # records are dataclasses
    values = {column.name: getattr(row, column.name) for column in table.c if column.name in names}
    amounts = {column.name for column in table.c if isinstance(column.type, BigInteger)}
    money = {name: Money.from_minor(values[name], currency) for name in amounts & values.keys() if values[name] is not None}
    return kind(**values | money | more)


def account_values(account: Account) -> dict[str, Any]:
    """The account's own row, without what has tables of its own."""
    return record_values(tables.account, account.customer) | {
        "credit": account.credit.minor,
        "status": account.collection.status.value,
        "status_changes": account.collection.status_changes,
        "collected_since": account.collection.since,
        "warned_of": account.collection.warned_of,
        "as_of": account.as_of,
        "next_visit_at": next_visit_at(account),
    }


def read_account(row: Row[Any]) -> Account:
    """The account of its own row, still without what has tables of its own."""
    customer = read_record(BillingCustomer, tables.account, row, row.currency)
    return Account(
        customer=customer,
        policy=CUSTOMER_CLASSES[customer.customer_class],
        as_of=row.as_of,
        credit=Money.from_minor(row.credit, row.currency),
        collection=Collection(
            status=CustomerStatus(row.status),
            since=row.collected_since,
            warned_of=row.warned_of,
            status_changes=row.status_changes,
        ),
    )
