"""`told` as the contract has it (docs/contract.md): the messages of events in their words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from duebell.espf.told import Message, Partner, Told
from duebell.handlers.odoo_crm.answer import Json
from duebell.handlers.odoo_crm.receipts import Channel, State
from duebell.handlers.odoo_crm.shape import Rfc3339Time, Shape, read, url_of

_Link = Annotated[str, Field(pattern="^/([^/]|$)")]
"""A path of Odoo's, and of no other host."""


class _Partner(Shape):
    name: str
    link: _Link


class _Message(Shape):
    channel: Channel
    recipient: str | None = None
    subject: str | None = None
    text: str | None = None
    state: State
    because: str | None = None
    at: Rfc3339Time


class _Event(Shape):
    link: _Link
    partner: _Partner
    messages: list[_Message]


class _Told(Shape):
    told: dict[str, _Event]


def read_told(answer: Json, api_url: str) -> Mapping[str, Told]:
    """Read what the addon tells of each key that it has, links made whole with `api_url`.

    Raises:
        OtherShape: it can't be read.
    """
    shape = read(_Told, answer, url_of(api_url, "told"))
    return {key: _whole(event, api_url) for key, event in shape.told.items()}


def _whole(event: _Event, api_url: str) -> Told:
    return Told(
        link=f"{api_url}{event.link}",
        partner=Partner(name=event.partner.name, link=f"{api_url}{event.partner.link}"),
        messages=[Message(**message.model_dump()) for message in event.messages],
    )
