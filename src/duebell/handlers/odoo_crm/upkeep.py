"""`known`, `match` and `forget`, the contract's optional methods (docs/contract.md). Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated

from pydantic import Field

from duebell.espf.upkeep import Forgotten, Match
from duebell.handlers.odoo_crm.answer import Json
from duebell.handlers.odoo_crm.shape import Shape, read, url_of


class _Known(Shape):
    known: list[str]


class _Matches(Shape):
    matches: dict[str, Annotated[Match, Field(strict=False)]]


class _Forgotten(Shape):
    events: int = Field(ge=0)
    messages: int = Field(ge=0)
    left: list[str]


def read_known(answer: Json, api_url: str) -> Collection[str]:
    """Read which keys the addon has.

    Raises:
        OtherShape: it can't be read.
    """
    return set(read(_Known, answer, url_of(api_url, "known")).known)


def read_matches(answer: Json, api_url: str) -> Mapping[str, Match]:
    """Read who the customers are.

    Raises:
        OtherShape: it can't be read.
    """
    return read(_Matches, answer, url_of(api_url, "match")).matches


def read_forgotten(answer: Json, api_url: str) -> Forgotten:
    """Read what the addon erased, links made whole with `api_url`.

    Raises:
        OtherShape: it can't be read.
    """
    shape = read(_Forgotten, answer, url_of(api_url, "forget"))
    left = [sentence.replace(" /odoo/", f" {api_url}/odoo/") for sentence in shape.left]
    return Forgotten(events=shape.events, messages=shape.messages, left=left)
