"""Many rows in one statement: a JSON array as a table, on either engine.

A statement with `{ROWS}` in it reads the array that is bound to `:rows`, each element as `j.value`; if an element is an array,
`{MOMENT 3}` is the time at its place 3, as `moment_text` wrote it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.sql.selectable import TextualSelect

from duebell.storage.columns import Moment

_TABLE = {"sqlite": "json_each(:rows) AS j", "postgresql": "json_array_elements(CAST(:rows AS json)) AS j(value)"}
NUMBER = "CAST(CAST(j.value AS TEXT) AS BIGINT)"
"""An element that is a number."""
_MOMENT = re.compile(r"\{MOMENT (\d+)\}")
_MOMENT_OF = {"sqlite": r"j.value ->> \1", "postgresql": r"CAST(j.value ->> \1 AS timestamptz)"}


class Statement:
    """SQL text that works on both engines, or one for each. `moments` names the parameters that are times, `returns` the columns."""

    def __init__(self, sql: str | Mapping[str, str], *, moments: Iterable[str] = (), returns: Iterable[str] = ()) -> None:
        texts = dict.fromkeys(_TABLE, sql) if isinstance(sql, str) else sql
        self._has_rows = any("{ROWS}" in one for one in texts.values())
        self._texts: dict[str, TextClause | TextualSelect] = {}
        for name, one in texts.items():
            sql_text = _MOMENT.sub(_MOMENT_OF[name], one.replace("{ROWS}", _TABLE[name]))
            clause = text(sql_text).bindparams(*(bindparam(at, type_=Moment()) for at in moments))
            self._texts[name] = clause.columns(**dict.fromkeys(returns, Moment())) if returns else clause

    def run(self, connection: Connection, rows: Iterable[Any] = (), **parameters: Any) -> Any:
        """Execute it; gives SQLAlchemy's result."""
        if self._has_rows:
            parameters["rows"] = json.dumps(list(rows))
        return connection.execute(self._texts[connection.dialect.name], parameters)


def moment_text(moment: datetime) -> str:
    """An aware time as both engines read it, and as SQLite keeps it."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
