"""The references that an operator entered of a PortaBilling's customers, instead of those that PortaBilling has."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, insert, select

from duebell.storage.tables_known import customer_reference


def enter_references(connection: Connection, environment: str, references: Mapping[str, str | None]) -> None:
    """Keep them by `i_customer`, instead of those of before; None: as PortaBilling has it."""
    forget_references(connection, environment, references.keys())
    rows = [
        {"environment": environment, "i_customer": i_customer, "reference": reference}
        for i_customer, reference in references.items()
        if reference
    ]
    if rows:
        connection.execute(insert(customer_reference), rows)


def references_of(connection: Connection, environment: str, customers: Collection[str]) -> Mapping[str, str]:
    """Those that were entered of these customers, by `i_customer`."""
    table = customer_reference
    query = select(table.c.i_customer, table.c.reference).where(table.c.environment == environment)
    found = connection.execute(query.where(table.c.i_customer.in_(customers)))
    return {row.i_customer: row.reference for row in found}


def forget_references(connection: Connection, environment: str, customers: Collection[str]) -> None:
    """Have none of these customers."""
    table = customer_reference
    connection.execute(delete(table).where(table.c.environment == environment, table.c.i_customer.in_(customers)))
