"""Many rows in one statement: a JSON array as a table, on either engine.

A statement with `{ROWS}` in it reads the array that is bound to `:rows`, each element as `j.value`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.sql.selectable import TextualSelect

from duebell.storage.columns import Moment

_TABLE = {"sqlite": "json_each(:rows) AS j", "postgresql": "json_array_elements(CAST(:rows AS json)) AS j(value)"}
NUMBER = "CAST(CAST(j.value AS TEXT) AS BIGINT)"
"""An element that is a number."""


class Statement:
    """SQL text that works on both engines, or one for each. `moments` names the parameters that are times, `returns` the columns."""

    def __init__(self, sql: str | Mapping[str, str], *, moments: Iterable[str] = (), returns: Iterable[str] = ()) -> None:
        texts = dict.fromkeys(_TABLE, sql) if isinstance(sql, str) else sql
        self._has_rows = any("{ROWS}" in one for one in texts.values())
        self._texts: dict[str, TextClause | TextualSelect] = {}
        for name, one in texts.items():
            clause = text(one.replace("{ROWS}", _TABLE[name])).bindparams(*(bindparam(at, type_=Moment()) for at in moments))
            self._texts[name] = clause.columns(**dict.fromkeys(returns, Moment())) if returns else clause

    def run(self, connection: Connection, rows: Iterable[Any] = (), **parameters: Any) -> Any:
        """Execute it; gives SQLAlchemy's result."""
        if self._has_rows:
            parameters["rows"] = json.dumps(list(rows))
        return connection.execute(self._texts[connection.dialect.name], parameters)
