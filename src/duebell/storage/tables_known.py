"""What is known of a PortaBilling's customers and invoices: what was last read and told of them. No names, no contacts."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, Text

from duebell.storage.columns import Moment
from duebell.storage.metadata import metadata

known_customer = Table(
    "known_customer",
    metadata,
    Column("environment", String, primary_key=True),
    Column("i_customer", String, primary_key=True),
    Column("known", Text, nullable=False),
    Column("began_at", Moment),
    Column("next_look_at", Moment),
)
"""`known` is JSON. `began_at`: when the last reading that counts began; none: none yet. `next_look_at`: when to read again unasked."""
Index("known_customer_look", known_customer.c.environment, known_customer.c.next_look_at)

known_invoice = Table(
    "known_invoice",
    metadata,
    Column("environment", String, primary_key=True),
    Column("i_invoice", String, primary_key=True),
    Column("i_customer", String, nullable=False),
    Column("known", Text, nullable=False),
    Column("settled_at", Moment),
)
"""`settled_at`: when it was read that nothing is to be paid any more; history lets it go from then on."""
Index("known_invoice_customer", known_invoice.c.environment, known_invoice.c.i_customer)
Index("known_invoice_settled", known_invoice.c.environment, known_invoice.c.settled_at)

customer_reference = Table(
    "customer_reference",
    metadata,
    Column("environment", String, primary_key=True),
    Column("i_customer", String, primary_key=True),
    Column("reference", String, nullable=False),
)
"""By which reference the handlers' targets know a customer, where an operator said so; others as PortaBilling has it."""
