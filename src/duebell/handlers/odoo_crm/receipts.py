"""`receipts` as the contract has it (docs/contract.md): what became of messages. Pure."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Field

from duebell.espf.receipts import Receipt, Receipts
from duebell.handlers.odoo_crm.answer import Json
from duebell.handlers.odoo_crm.shape import Rfc3339Time, Shape, read, url_of

Channel: TypeAlias = Literal["sms", "email"]
State: TypeAlias = Literal["waiting", "released", "sent", "delivered", "failed", "unknown", "cancelled"]
"""Of a message."""


class _Receipt(Shape):
    id: int
    event: str
    replay: int
    channel: Channel
    state: State
    because: str | None = None
    at: Rfc3339Time


class _Receipts(Shape):
    receipts: list[_Receipt]
    open: int = Field(ge=0)


def read_receipts(answer: Json, api_url: str) -> Receipts:
    """Read the answer.

    Raises:
        OtherShape: it can't be read.
    """
    shape = read(_Receipts, answer, url_of(api_url, "receipts"))
    return Receipts(receipts=[_receipt(one) for one in shape.receipts], open=shape.open)


def _receipt(one: _Receipt) -> Receipt:
    return Receipt(
        id=one.id,
        event_id=one.event,
        replay=one.replay,
        channel=one.channel,
        state=one.state,
        because=one.because,
        at=one.at,
    )
