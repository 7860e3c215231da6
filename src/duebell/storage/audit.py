"""The audit trail: rows are added, and never changed nor deleted; triggers see to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from duebell.storage.tables_access import audit


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, the newest first: `id`, `at`, `who`, `action`, `subject`, `detail`. `before` is what to ask for next; None: that was all."""

    entries: list[dict[str, Any]]
    before: int | None


def note(  # noqa: PLR0913 - what an entry is made of
    connection: Connection, *, at: datetime, who: str, action: str, subject: str | None = None, detail: str | None = None
) -> None:
    """Keep that somebody did something; in the transaction of what he did, so that there is neither without the other.

    `who` is the principal's name, `action` a few words (`applied a configuration`), `subject` what it was done to
    (`Global.OdooCRM`), `detail` a short sentence. None of them holds a secret or personal data of a customer.
    """
    connection.execute(insert(audit).values(at=at, who=who, action=action, subject=subject, detail=detail))


def list_audit(connection: Connection, before: int | None = None, limit: int = 50) -> AuditPage:
    """Up to `limit` entries older than the one with the id `before`; new ones come at the other end, so no page shifts."""
    query = select(audit).order_by(audit.c.id.desc()).limit(limit + 1)
    if before is not None:
        query = query.where(audit.c.id < before)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    page = rows[:limit]
    return AuditPage(page, page[-1]["id"] if len(rows) > limit else None)
