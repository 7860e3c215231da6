"""The history of Verify: for each group of each environment its last runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from duebell.configuration.check import Check, Result
from duebell.storage.tables_verify import verify_run

KEPT = 100
"""Runs of a group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run to its end; `began_at` is aware. `applied`: it put the group's configuration in force."""

    environment: str
    group: str
    began_at: datetime
    who: str
    applied: bool
    checks: Sequence[Check]

    @property
    def passed(self) -> bool:
        return not self.failed

    @property
    def failed(self) -> list[Check]:
        return [check for check in self.checks if check.result is Result.FAILED]


def keep_run(connection: Connection, run: Run) -> int:
    """Keep a run, let go the oldest beyond those that are kept, and return its number."""
    place = (verify_run.c.environment == run.environment, verify_run.c.group_name == run.group)
    kept = connection.execute(
        insert(verify_run)
        .values(
            environment=run.environment,
            group_name=run.group,
            began_at=run.began_at,
            who=run.who,
            passed=run.passed,
            applied=run.applied,
            checks=json.dumps([_kept(check) for check in run.checks], ensure_ascii=False),
        )
        .returning(verify_run.c.id)
    ).scalar_one()
    oldest = select(verify_run.c.id).where(*place).order_by(verify_run.c.id.desc()).offset(KEPT).limit(1)
    beyond = connection.execute(oldest).scalar()
    if beyond is not None:
        connection.execute(delete(verify_run).where(*place, verify_run.c.id <= beyond))
    return int(kept)


def note_applied(connection: Connection, number: int) -> None:
    """What the run proved is in force now."""
    connection.execute(update(verify_run).where(verify_run.c.id == number).values(applied=True))


def runs(connection: Connection, environment: str, group: str, limit: int = KEPT) -> list[Run]:
    """The last runs of a group, the newest first."""
    query = (
        select(verify_run)
        .where(verify_run.c.environment == environment, verify_run.c.group_name == group)
        .order_by(verify_run.c.id.desc())
        .limit(limit)
    )
    return [_run(row) for row in connection.execute(query)]


def _kept(check: Check) -> dict[str, Any]:
    """Without what only its own run needs: earlier releases read the history too."""
    return {name: value for name, value in asdict(check).items() if name != "ends_soon"}


def _run(row: Row[Any]) -> Run:
    checks = [Check(**{**one, "result": Result(one["result"])}) for one in json.loads(row.checks)]
    return Run(
        environment=row.environment,
        group=row.group_name,
        began_at=row.began_at,
        who=row.who,
        applied=row.applied,
        checks=checks,
    )
