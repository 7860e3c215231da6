# SPDX-License-Identifier: LGPL-3.0-only
"""Many rows of one model in one statement, where the ORM would take one by one.

Values are given as the columns hold them (moments naive in UTC), by field name; columns not given stay empty. Nothing
is computed, checked or translated here, and the ORM's cache of the model is emptied.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from odoo.models import BaseModel
from odoo.tools import SQL

Row = dict[str, Any]


def insert(
    model: BaseModel, rows: Sequence[Row], returning: Sequence[str] = ("id",), unless_known: Sequence[str] = ()
) -> list[tuple[Any, ...]]:
    """Inserts rows of one shape; returns what each written row has in `returning`.

    A row whose `unless_known` columns, which are unique, are there already is passed over. Where another transaction
    put it there meanwhile, PostgreSQL raises a serialization failure and Odoo repeats the whole call: don't catch it.
    """
    if not rows:
        return []
    model.flush_model()
    rows = [{**row, **_log(model)} for row in rows]
    claim = SQL("ON CONFLICT (%s) DO NOTHING", _identifiers(unless_known)) if unless_known else SQL()
    query = SQL(
        "INSERT INTO %s (%s) SELECT * FROM unnest(%s) %s RETURNING %s",
        SQL.identifier(model._table),
        _identifiers(rows[0]),
        _columns(model, rows),
        claim,
        _identifiers(returning),
    )
    written = model.env.execute_query(query)
    model.invalidate_model()
    return written


def put(model: BaseModel, rows: Sequence[Row], known_by: Sequence[str]) -> None:
    """Inserts rows of one shape, no two of the same `known_by`.

    Those whose `known_by` columns, which are unique, are there already are written instead.
    """
    if not rows:
        return
    model.flush_model()
    rows = [{**row, **_log(model)} for row in rows]
    changing = [name for name in rows[0] if name not in {*known_by, "create_uid", "create_date"}]
    query = SQL(
        "INSERT INTO %s (%s) SELECT * FROM unnest(%s) ON CONFLICT (%s) DO UPDATE SET %s",
        SQL.identifier(model._table),
        _identifiers(rows[0]),
        _columns(model, rows),
        _identifiers(known_by),
        SQL(", ").join(SQL("%s = %s", SQL.identifier(name), SQL.identifier("excluded", name)) for name in changing),
    )
    model.env.cr.execute(query)
    model.invalidate_model()


def update(model: BaseModel, rows: Sequence[Row]) -> None:
    """Writes rows of one shape, each with its `id`."""
    if not rows:
        return
    model.flush_model()
    log = {name: value for name, value in _log(model).items() if name.startswith("write_")}
    rows = [{**row, **log} for row in rows]
    names = [name for name in rows[0] if name != "id"]
    table = SQL.identifier(model._table)
    query = SQL(
        "UPDATE %s SET %s FROM unnest(%s) AS new (%s) WHERE %s.id = new.id",
        table,
        SQL(", ").join(SQL("%s = %s", SQL.identifier(name), SQL.identifier("new", name)) for name in names),
        _columns(model, rows),
        _identifiers(rows[0]),
        table,
    )
    model.env.cr.execute(query)
    model.invalidate_model()


def _columns(model: BaseModel, rows: Sequence[Row]) -> SQL:
    """The rows turned into one typed array a column."""
    return SQL(", ").join(
        SQL("%s::" + _type(model, name) + "[]", [row[name] for row in rows])  # pylint: disable=sql-injection
        for name in rows[0]
    )


def _type(model: BaseModel, name: str) -> str:
    return "int4" if name == "id" else model._fields[name].column_type[1]


def _identifiers(names: Sequence[str] | Row) -> SQL:
    return SQL(", ").join(SQL.identifier(name) for name in names)


def _log(model: BaseModel) -> Row:
    if not model._log_access:
        return {}
    now = model.env.cr.now()
    return {"create_uid": model.env.uid, "create_date": now, "write_uid": model.env.uid, "write_date": now}
