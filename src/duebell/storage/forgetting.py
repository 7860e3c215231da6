"""Forgetting a customer: who he is goes from every row, and is owed to go from every target; ids, amounts and dates stay.

An event keeps its fingerprint, so that the same fact told again is still the same event.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, update

from duebell.errors import NotPossible, Unknown
from duebell.espf.erasure import ERASED, erased
from duebell.espf.provisioning import State
from duebell.storage.customer_words import forget_words
from duebell.storage.insertion import insert_into
from duebell.storage.known import look_no_more
from duebell.storage.ledger import lock_books
from duebell.storage.lines import lock_streams
from duebell.storage.raw_forgetting import forget_raw, is_known
from duebell.storage.tables import alarm, attempt, event, forgetting, handler, provisioning, receipt, stream
from duebell.storage.tables_billing import account, hold, payment

AT_ONCE = 50
"""Events that one unit of work erases: others don't wait for it longer than 50 ms."""
STRAGGLERS = timedelta(minutes=10)
"""A call that was out when a customer was forgotten has reached its target by then: so much later he is forgotten there once more."""
SKIPPED = "The customer was forgotten."
ALARM_ERASED = "The last of these was about a customer who was forgotten since."


@dataclass(frozen=True, slots=True)
class OwedForgetting:
    """A customer who is to be forgotten in a handler's target."""

    id: int
    handler: int
    environment: str
    customer: str
    asked_at: datetime


def begin(connection: Connection, environment: str, customer: str, now: datetime, *, anyway: bool) -> int:
    """Owe it to each of the environment's handlers, forget him in billing, and let nothing of his wait: how much was skipped.

    Raises:
        Unknown: nobody of that id was ever here.
        NotPossible: something of his waits, and that wasn't to be skipped.
    """
    lock_books(connection)
    forget_raw(connection, environment, customer)
    look_no_more(connection, environment, customer)  # before his stream, as who records what was read of him
    stream_id = _stream(connection, environment, customer)
    here = (account.c.environment == environment, account.c.external_id == customer)
    account_id = connection.execute(select(account.c.id).where(*here)).scalar()
    if stream_id is None and account_id is None and not is_known(connection, environment, customer):
        raise Unknown(f"There is no customer {customer!r} in {environment}: `duebell events list` shows ids.")
    skipped = _skip(connection, stream_id, now, anyway=anyway) if stream_id is not None else 0
    forget_words(connection, [] if stream_id is None else [stream_id])
    gone = ("company_name", "phone", "email", "language", "payment_method")
    connection.execute(update(account).where(account.c.id == account_id).values(name=ERASED, **dict.fromkeys(gone)))
    connection.execute(update(payment).where(payment.c.account_id == account_id).values(method=None))
    connection.execute(update(hold).where(hold.c.account_id == account_id).values(because=ERASED))
    _owe(connection, environment, customer, now)
    return skipped


def erase_some(connection: Connection, environment: str, customer: str, before: datetime | None = None) -> int:
    """Erase who he is from the next of his events, of those recorded up to `before` if given; how many, 0: it is done."""
    named = [event.c.stream_id == _stream(connection, environment, customer), event.c.customer_name != ERASED]
    if before is not None:
        named.append(event.c.recorded_at <= before)
    query = select(event.c.number, event.c.cloud_event).where(*named).order_by(event.c.number).limit(AT_ONCE)
    rows = connection.execute(query).all()
    for row in rows:
        values = {"customer_name": ERASED, "cloud_event": erased(row.cloud_event)}
        connection.execute(update(event).where(event.c.number == row.number).values(values))
    if not rows and (stream_id := _stream(connection, environment, customer)) is not None:
        _forget_words_filled_in(connection, stream_id)
    return len(rows)


def _forget_words_filled_in(connection: Connection, stream_id: int) -> None:
    """Older customers' words are filled in meanwhile, perhaps his, from an event that was not erased yet; whoever came back keeps his."""
    lock_streams(connection, [stream_id])
    named = select(event.c.number).where(event.c.stream_id == stream_id, event.c.customer_name != ERASED).limit(1)
    if connection.execute(named).first() is None:
        forget_words(connection, [stream_id])


def erase_reasons(connection: Connection, environment: str, customer: str) -> None:
    """Erase why things went wrong with his events: a target may have quoted them, and so may a person who skipped one."""
    his = event.c.stream_id == _stream(connection, environment, customer)
    owed = provisioning.c.event_number.in_(select(event.c.number).where(his))
    tries = attempt.c.provisioning_id.in_(select(provisioning.c.id).where(owed))
    connection.execute(update(attempt).where(tries).values(because=None))
    told = receipt.c.event_id.in_(select(event.c.id).where(his))
    connection.execute(update(receipt).where(told).values(because=None))
    quoted = provisioning.c.state.in_([State.REFUSED.value, State.EXHAUSTED.value, State.SKIPPED.value])
    quoting = (owed, quoted, provisioning.c.because != SKIPPED)
    alarmed = alarm.c.sentence.in_(select(provisioning.c.because).where(*quoting))
    connection.execute(update(alarm).where(alarmed).values(sentence=ALARM_ERASED))
    connection.execute(update(provisioning).where(*quoting).values(because=None))


def due(connection: Connection, now: datetime) -> Sequence[OwedForgetting]:
    """What is to be done in targets now, the longest owed first."""
    columns = (
        forgetting.c.id,
        forgetting.c.handler_id,
        forgetting.c.environment,
        forgetting.c.customer,
        forgetting.c.asked_at,
    )
    rows = connection.execute(
        select(*columns).where(forgetting.c.due_at <= now).order_by(forgetting.c.asked_at, forgetting.c.id)
    )
    return [OwedForgetting(*row) for row in rows]


def settle(connection: Connection, owed: OwedForgetting, answer: str, done_at: datetime | None) -> None:
    """Keep what the target said, and when it had forgotten him: None, it is still owed."""
    values: dict[str, object] = {"answer": answer}
    if done_at is not None:
        again_at = owed.asked_at + STRAGGLERS
        values |= {"done_at": done_at, "due_at": again_at if done_at < again_at else None}
    this = (forgetting.c.id == owed.id, forgetting.c.asked_at == owed.asked_at)  # not one that was asked for anew meanwhile
    connection.execute(update(forgetting).where(*this).values(values))


def owe_again(connection: Connection, handler_id: int, since: datetime, now: datetime) -> int:
    """A target that lost what it did since then has to forget these customers anew: how many."""
    lost = (forgetting.c.handler_id == handler_id, forgetting.c.done_at >= since)
    return connection.execute(update(forgetting).where(*lost).values(asked_at=now, due_at=now, done_at=None)).rowcount


def _stream(connection: Connection, environment: str, customer: str) -> int | None:
    whose = (stream.c.environment == environment, stream.c.customer == customer)
    return connection.execute(select(stream.c.id).where(*whose)).scalar()


def _skip(connection: Connection, stream_id: int, now: datetime, *, anyway: bool) -> int:
    """Settle what waits as skipped."""
    lock_streams(connection, [stream_id])
    waits = (provisioning.c.stream_id == stream_id, provisioning.c.state == State.WAITING.value)
    waiting: int = connection.execute(select(func.count()).select_from(provisioning).where(*waits)).scalar_one()
    if waiting and not anyway:
        raise NotPossible(
            f"{waiting} of this customer's events wait to be provisioned: let them leave first, or add --anyway to skip them."
        )
    skipped = {"state": State.SKIPPED.value, "because": SKIPPED, "is_head": False, "next_at": now}
    connection.execute(update(provisioning).where(*waits).values(skipped))
    return waiting


def _owe(connection: Connection, environment: str, customer: str, now: datetime) -> None:
    upsert = insert_into(connection, forgetting)
    handlers = connection.execute(select(handler.c.id).where(handler.c.environment == environment)).scalars().all()
    asked = {
        "environment": environment,
        "customer": customer,
        "asked_at": now,
        "due_at": now,
        "done_at": None,
        "answer": None,
    }
    anew = {name: upsert.excluded[name] for name in ("asked_at", "due_at", "done_at", "answer")}
    for handler_id in handlers:
        statement = upsert.on_conflict_do_update(index_elements=["handler_id", "environment", "customer"], set_=anew)
        connection.execute(statement, {**asked, "handler_id": handler_id})
