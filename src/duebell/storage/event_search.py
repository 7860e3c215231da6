"""Events by what an operator types into one field: an event's id, an invoice's number, a customer's id, name or phone.

Each is looked up by its index, by what it begins with. What begins too many is looked for from the newest event on instead: a page is
soon full then.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, union_all

from duebell.storage.customer_words import few_called, has_words, is_called
from duebell.storage.tables import event, stream

FEW_EVENTS = 2_000
"""Up to so many that are found are gone through; where there are more, a walk from the newest event on soon meets some."""
_ID = re.compile(r"[0-9a-f-]{4,36}")
"""The beginning of an event's id; less would begin too many."""
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Found:
    """Which events: a condition on `event`, and whether an index leads to all of them."""

    condition: ColumnElement[bool]
    by_index: bool


def find(connection: Connection, typed: str, *, by_ids_only: bool) -> Found:
    """What is meant by `typed`. `by_ids_only`: a customer by his whole id, never by who he is."""
    by_id = connection.execute(select(stream.c.id).where(stream.c.customer == typed)).scalars().all()
    called = () if by_ids_only or not has_words(typed) else few_called(connection, typed)
    numbers = [*_by_id(connection, typed), *_by_subject(connection, typed)]
    if called is not None and len(numbers) <= FEW_EVENTS:
        of_customers, others = event.alias(), event.alias()
        found = union_all(
            select(of_customers.c.number).where(of_customers.c.stream_id.in_([*by_id, *called])),
            select(others.c.number).where(others.c.number.in_(numbers)),
        )
        return Found(event.c.number.in_(found), by_index=True)
    subject, stream_id = func.coalesce(event.c.subject, ""), event.c.stream_id + 0  # by no index: the walk is newest first
    begins = [_begins(connection, subject, prefix) for prefix in _spellings(typed)]
    customers: list[ColumnElement[bool]] = [stream_id.in_([*by_id, *(called or ())])]
    if called is None:
        customers.append(is_called(typed, event.c.stream_id))
    return Found(or_(*begins, *customers), by_index=False)


def _by_id(connection: Connection, typed: str) -> Sequence[int]:
    low = typed.lower()
    if not _ID.fullmatch(low):
        return ()
    begins = select(event.c.number).where(event.c.id.between(low, low + "g"))
    return connection.execute(begins.limit(FEW_EVENTS)).scalars().all()


def _by_subject(connection: Connection, typed: str) -> Sequence[int]:
    """Of events about an invoice, payment or commitment; one more than `FEW_EVENTS` at most."""
    begins = or_(*(_begins(connection, event.c.subject, prefix) for prefix in _spellings(typed)))
    return connection.execute(select(event.c.number).where(begins).limit(FEW_EVENTS + 1)).scalars().all()


def _spellings(typed: str) -> Sequence[str]:
    """Numbers of invoices are in capitals mostly, and people type small letters."""
    return list(dict.fromkeys((typed, typed.upper())))


def _begins(connection: Connection, column: ColumnElement[Any], prefix: str) -> ColumnElement[bool]:
    """By bytes, as the index is sorted on either engine."""
    least, most = ("~>=~", "~<=~") if connection.dialect.name == "postgresql" else (">=", "<=")
    return and_(column.bool_op(least)(prefix), column.bool_op(most)(prefix + _LAST))
