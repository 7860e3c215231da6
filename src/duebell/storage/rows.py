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

from sqlalchemy import Connection

_TABLE = {"sqlite": "json_each(:rows) AS j", "postgresql": "json_array_elements(CAST(:rows AS json)) AS j(value)"}
NUMBER = "CAST(CAST(j.value AS TEXT) AS BIGINT)"
"""An element that is a number."""
_PARAMETER = re.compile(r"(?<![:\w]):(\w+)")
_PARAMETER_OF = {"sqlite": r":\1", "postgresql": r"%(\1)s"}
_MOMENT = re.compile(r"\{MOMENT (\d+)\}")
_MOMENT_OF = {"sqlite": r"j.value ->> \1", "postgresql": r"CAST(j.value ->> \1 AS timestamptz)"}


class Statement:
    """SQL text that works on both engines, or one for each, with `:name` for parameters; `moments` names those that are times.

    It goes to the driver as it is: hundreds of rows, or one that somebody waits for. Times in the result are read by `moment`.
    """

    def __init__(self, sql: str | Mapping[str, str], *, moments: Iterable[str] = ()) -> None:
        texts = dict.fromkeys(_TABLE, sql) if isinstance(sql, str) else sql
        self._moments = tuple(moments)
        self._has_rows = any("{ROWS}" in one for one in texts.values())
        self._texts = {
            name: _PARAMETER.sub(_PARAMETER_OF[name], _MOMENT.sub(_MOMENT_OF[name], one.replace("{ROWS}", _TABLE[name])))
            for name, one in ((name, one.replace("%", "%%") if name == "postgresql" else one) for name, one in texts.items())
        }

    def run(self, connection: Connection, rows: Iterable[Any] = (), **parameters: Any) -> Any:
        """Execute it; gives SQLAlchemy's result."""
        dialect = connection.dialect.name
        if self._has_rows:
            parameters["rows"] = json.dumps(list(rows))
        if dialect == "sqlite":
            for name in self._moments:
                parameters[name] = moment_text(parameters[name]) if parameters[name] is not None else None
        return connection.exec_driver_sql(self._texts[dialect], parameters)


def moment_text(moment: datetime) -> str:
    """An aware time as both engines read it, and as SQLite keeps it."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def moment(value: str | datetime) -> datetime:
    """A time of a result, aware and in UTC: SQLite gives text, PostgreSQL a time of its session's zone, which is UTC."""
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value
