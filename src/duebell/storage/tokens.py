"""API tokens: rows of `access_token`, found by the digest of a secret that was shown once."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from duebell.errors import InvalidValue, NotPossible, Unknown
from duebell.storage.tables_access import token

_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SHOWN = (
    token.c.label,
    token.c.scopes,
    token.c.created_at,
    token.c.created_by,
    token.c.expires_at,
    token.c.used_at,
    token.c.revoked_at,
)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whose token it is: its label; and what it may do."""

    label: str
    scopes: frozenset[str]
    used_at: datetime | None


def all_tokens(connection: Connection) -> list[dict[str, Any]]:
    """The newest first: `label`, `scopes`, `created_at`, `created_by`, `expires_at`, `used_at`, `revoked_at`."""
    rows = connection.execute(select(*_SHOWN).order_by(token.c.id.desc())).mappings()
    return [{**row, "scopes": row["scopes"].split()} for row in rows]


def add(  # noqa: PLR0913 - what a token is made of
    connection: Connection,
    label: str,
    digest: str,
    scopes: Collection[str],
    *,
    created_by: str,
    now: datetime,
    expires_at: datetime,
) -> dict[str, Any]:
    """A new token, as one of `all_tokens`.

    Raises:
        InvalidValue: it can't be a label, or the token could do nothing.
        NotPossible: another one that isn't revoked has the label.
    """
    if not _LABEL.fullmatch(label):
        raise InvalidValue(
            "A token's label has 1 to 64 letters, digits and . _ -: name who will use it, like billing-system."
        )
    if not scopes:
        raise InvalidValue("Say what the token may do: name at least one scope.")
    if connection.execute(_live(label)).first():
        raise NotPossible(f"There is a token {label} already: choose another label, or revoke that one first.")
    values = {
        "label": label,
        "digest": digest,
        "scopes": " ".join(sorted(scopes)),
        "created_at": now,
        "created_by": created_by,
        "expires_at": expires_at,
    }
    connection.execute(insert(token).values(values))
    return next(row for row in all_tokens(connection) if row["label"] == label)


def revoke(connection: Connection, label: str, now: datetime) -> None:
    """It opens nothing any more, from now on.

    Raises:
        Unknown: no token that isn't revoked has the label.
    """
    changed = update(token).where(token.c.id.in_(_live(label))).values(revoked_at=now).returning(token.c.id)
    if connection.execute(changed).first() is None:
        raise Unknown(f"There is no token {label!r} that could be revoked: `duebell tokens list` shows them.")


def bearer(connection: Connection, digest: str, now: datetime) -> Bearer | None:
    """The token's rights; None: there is no such token, it is revoked or has expired."""
    row = connection.execute(
        select(token.c.label, token.c.scopes, token.c.used_at).where(
            token.c.digest == digest, token.c.revoked_at.is_(None), token.c.expires_at > now
        )
    ).first()
    return Bearer(row.label, frozenset(row.scopes.split()), row.used_at) if row else None


def used(connection: Connection, digest: str, now: datetime) -> None:
    """Somebody came with it."""
    connection.execute(update(token).where(token.c.digest == digest).values(used_at=now))


def _live(label: str) -> Any:
    return select(token.c.id).where(token.c.label == label, token.c.revoked_at.is_(None))
