"""`pair`, `hold`, `release`, `rotate_key` and the terms of `ingest` as the contract has them (docs/contract.md). Pure."""

from __future__ import annotations

import json

from pydantic import Field

from duebell.espf.agreement import Terms, Whom, disagreement
from duebell.handlers.odoo_crm.answer import Json
from duebell.handlers.odoo_crm.group import CREATE
from duebell.handlers.odoo_crm.shape import Shape, read, url_of
from duebell.handlers.odoo_crm.status import Status

SINCE = "pair"
"""Addons that have this method know of terms, and can hold."""


class _Paired(Shape):
    sender: str
    database_uuid: str = Field(min_length=1)


class _Held(Shape):
    since: str
    because: str


class _Hold(Shape):
    held: _Held | None


class _Key(Shape):
    key: str = Field(min_length=40)
    expires_on: str


class _Revoked(Shape):
    revoked: bool


def whom(status: Status, api_url: str) -> Whom:
    """The database that answers, and where: one address may serve copies under several names."""
    return Whom(status.database_uuid, f"{api_url} (database {status.database})")


def objection(terms: Terms | None, status: Status, api_url: str) -> str | None:
    """Why this Odoo must not be told events; None: it may."""
    if terms is None:
        return None
    paired_with = status.paired_with if SINCE in status.methods else terms.sender  # an old addon takes anybody's
    return disagreement(terms, whom(status, api_url), paired_with)


def said(terms: Terms, on_unmatched: str = CREATE) -> str:
    """The JSON text of the terms of a call; what every addon does anyway isn't said."""
    database_uuid = terms.pair.whom.database_uuid if terms.pair else None
    told = {"sender": terms.sender, "database_uuid": database_uuid, "hold": terms.stopped is not None}
    return json.dumps(told if on_unmatched == CREATE else {**told, "unmatched": on_unmatched})


def too_old_for_strangers(addon_version: str) -> str:
    """What is said of an addon that can't do what `On_Unmatched_Customer` says."""
    return f"Odoo's addon duebell {addon_version} is too old for On_Unmatched_Customer: it would make contacts. Upgrade the addon."


def read_paired(answer: Json, api_url: str) -> str:
    """Read the database's own id.

    Raises:
        OtherShape: it can't be read.
    """
    return read(_Paired, answer, url_of(api_url, "pair")).database_uuid


def read_hold(answer: Json, api_url: str) -> bool:
    """Read whether messages are held.

    Raises:
        OtherShape: it can't be read.
    """
    return read(_Hold, answer, url_of(api_url, "hold")).held is not None


def read_key(answer: Json, api_url: str) -> str:
    """Read the new key.

    Raises:
        OtherShape: it can't be read.
    """
    return read(_Key, answer, url_of(api_url, "rotate_key")).key


def read_revoked(answer: Json, api_url: str) -> bool:
    """Read that the key ended.

    Raises:
        OtherShape: it can't be read.
    """
    return read(_Revoked, answer, url_of(api_url, "revoke_key")).revoked
