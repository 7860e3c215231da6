# SPDX-License-Identifier: LGPL-3.0-only
"""How a customer stood when a call was asked for was not noted before: as he stands now, or all are asked anew."""

from __future__ import annotations

from odoo.sql_db import Cursor

_STATUSES = """
    UPDATE duebell_collection collection
       SET status = customer.status
      FROM duebell_customer customer
     WHERE customer.id = collection.customer_id AND collection.closed_on IS NULL AND collection.status IS NULL
"""


def migrate(cr: Cursor, version: str | None) -> None:
    """`version`: the addon's before; none where it is installed anew, and nobody was asked."""
    if version:
        cr.execute(_STATUSES)
