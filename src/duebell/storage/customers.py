"""Customers as billing's events tell of them, and as embedded billing knows those of whom nothing was told yet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, or_, select

from duebell.configuration.environment import GLOBAL
from duebell.errors import InvalidValue, Unknown
from duebell.storage.customer_words import FEW_CUSTOMERS, few_called, has_words, is_called
from duebell.storage.environments import require_known
from duebell.storage.tables import event, handler, receipt, stream
from duebell.storage.tables_billing import account

LATELY = 200
"""So many of a customer's newest events tell of his invoices and messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCustomer:
    """A customer in a list; `last_at` and `last_type` are those of his newest event, if there is one."""

    environment: str
    customer: str
    name: str | None
    last_at: datetime | None
    last_type: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldCustomer:
    """What his newest events say: `who` and `standing` as the newest has them, `invoices` as each was told of last, the newest first.

    `messages`: what became of each in its target, with the event that it is about, the newest first.
    """

    environment: str
    customer: str
    who: dict[str, Any]
    standing: dict[str, Any]
    told_at: datetime
    invoices: Sequence[dict[str, Any]]
    messages: Sequence[dict[str, Any]]


def find_customers(
    connection: Connection, typed: str | None, *, environment: str | None = None, by_ids_only: bool, limit: int
) -> list[KnownCustomer]:
    """Up to `limit` customers who are meant, those who came last first.

    Without a text all are meant; without an environment, those of each.

    `by_ids_only`: by whole ids, never by who they are.

    Raises:
        InvalidValue: a text that nobody is called.
        Unknown: there is no such environment.
    """
    if typed and "\x00" in typed:
        raise InvalidValue("No customer is called by the character NUL: leave it out.")
    query = _streams(connection, typed, by_ids_only=by_ids_only)
    if environment is not None:
        require_known(connection, environment)
        query = query.where(_is_of(connection, environment))
    found = [_known(connection, row) for row in connection.execute(query.limit(limit))]
    new = _untold(connection, typed, limit) if environment in {None, GLOBAL} else []
    return [*new, *found][:limit]


def show_customer(connection: Connection, environment: str, customer: str) -> ToldCustomer:
    """One customer by his whole id.

    Raises:
        Unknown: no event tells of him (any more).
    """
    query = select(stream.c.id).where(stream.c.environment == environment, stream.c.customer == customer)
    stream_id = connection.execute(query).scalar()
    newest = _newest(connection, stream_id, LATELY) if stream_id is not None else []
    if not newest:
        raise Unknown(f"No event tells of a customer {customer!r} in {environment}: give his whole id as billing has it.")
    data = [json.loads(row.cloud_event)["data"] for row in newest]
    return ToldCustomer(
        environment=environment,
        customer=customer,
        who=data[0]["customer"],
        standing=data[0]["standing"],
        told_at=newest[0].recorded_at,
        invoices=_invoices(newest, data),
        messages=_messages(connection, newest),
    )


def _streams(connection: Connection, typed: str | None, *, by_ids_only: bool) -> Select[Any]:
    query = select(stream.c.id, stream.c.environment, stream.c.customer).order_by(stream.c.id.desc())
    if not typed:
        return query
    by_id = connection.execute(select(stream.c.id).where(stream.c.customer == typed)).scalars().all()
    if by_ids_only or not has_words(typed):
        return query.where(stream.c.id.in_(by_id))
    few = few_called(connection, typed)
    if few is None:
        return query.where(or_(stream.c.id.in_(by_id), is_called(typed, stream.c.id)))
    return query.where(stream.c.id.in_([*by_id, *few]))


def _is_of(connection: Connection, environment: str) -> ColumnElement[bool]:
    """Where there are few they are named; where there are many, each stream that the walk from the newest on meets is looked up."""
    there = select(stream.c.id).where(stream.c.environment == environment)
    few = connection.execute(there.limit(FEW_CUSTOMERS + 1)).scalars().all()
    if len(few) <= FEW_CUSTOMERS:
        return stream.c.id.in_(few)
    same = stream.alias()  # or else an index would be read that isn't in the order of the walk
    return exists().where(same.c.id == stream.c.id, same.c.environment == environment)


def _untold(connection: Connection, typed: str | None, limit: int) -> list[KnownCustomer]:
    """Customers of embedded billing, which is Global's, of whom nothing was told yet."""
    accounts = select(account.c.environment, account.c.external_id, account.c.name)
    if typed:
        accounts = accounts.where(account.c.external_id == typed)
    newest = connection.execute(accounts.order_by(account.c.id.desc()).limit(limit)).all()
    return [
        KnownCustomer(environment=row.environment, customer=row.external_id, name=row.name, last_at=None, last_type=None)
        for row in newest
        if not _is_told(connection, row.environment, row.external_id)
    ]


def _is_told(connection: Connection, environment: str, customer: str) -> bool:
    his = (stream.c.environment == environment, stream.c.customer == customer)
    return connection.execute(select(stream.c.id).where(*his)).first() is not None


def _known(connection: Connection, row: Row[Any]) -> KnownCustomer:
    newest = next(iter(_newest(connection, row.id, 1)), None)
    return KnownCustomer(
        environment=row.environment,
        customer=row.customer,
        name=newest and newest.customer_name,
        last_at=newest and newest.recorded_at,
        last_type=newest and newest.type,
    )


def _newest(connection: Connection, stream_id: int, limit: int) -> Sequence[Row[Any]]:
    """By the place in the line: there is an index of it."""
    columns: list[ColumnElement[Any]] = [
        event.c.id,
        event.c.type,
        event.c.customer_name,
        event.c.recorded_at,
        event.c.cloud_event,
    ]
    query = select(*columns).where(event.c.stream_id == stream_id)
    return connection.execute(query.order_by(event.c.epoch.desc(), event.c.sequence.desc()).limit(limit)).all()


def _invoices(newest: Sequence[Row[Any]], data: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    invoices: dict[str, dict[str, Any]] = {}
    for row, told in zip(newest, data, strict=True):
        if told.get("invoice"):
            last = {"event_id": row.id, "event_type": row.type, "told_at": row.recorded_at}
            invoices.setdefault(told["invoice"]["number"], {**told["invoice"], **last})
    return sorted(invoices.values(), key=lambda one: (one["issued_on"], one["number"]), reverse=True)


def _messages(connection: Connection, newest: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    types = {row.id: row.type for row in newest}
    columns = (receipt.c.event_id, receipt.c.replay, receipt.c.channel, receipt.c.state, receipt.c.because, receipt.c.at)
    query = select(handler.c.name.label("handler"), *columns).join_from(receipt, handler)
    rows = connection.execute(query.where(receipt.c.event_id.in_(list(types))).order_by(receipt.c.at.desc())).mappings()
    return [{**row, "event_type": types[row["event_id"]]} for row in rows]
