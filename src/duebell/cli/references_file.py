"""A CSV file of customers' references."""

from __future__ import annotations

import csv
from pathlib import Path

from duebell.errors import InvalidValue

COLUMNS = ("i_customer", "reference")


def read_references(file: Path) -> list[tuple[str, str | None]]:
    """Each `i_customer` with his reference; None: it is empty.

    Raises:
        InvalidValue: it can't be read, or isn't of that form; the sentence says where.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines)
            if not set(COLUMNS) <= set(rows.fieldnames or ()):
                raise InvalidValue(
                    f"{file}: its first line must name the columns {' and '.join(COLUMNS)}, with a comma between."
                )
            found: dict[str, str | None] = {}
            for row in rows:
                i_customer = (row["i_customer"] or "").strip()
                if not i_customer or i_customer in found:
                    raise InvalidValue(f"{file}, line {rows.line_num}: each line needs an i_customer of its own.")
                found[i_customer] = (row["reference"] or "").strip() or None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidValue(f"{file} can't be read as CSV in UTF-8: {error}.") from None
    return list(found.items())
