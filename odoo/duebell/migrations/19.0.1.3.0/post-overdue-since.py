# SPDX-License-Identifier: LGPL-3.0-only
"""Customers were overdue since their oldest open invoice was due, though the debt may be older than that."""

from __future__ import annotations

from odoo.sql_db import Cursor

# A customer's calendar is at most 14 hours ahead of UTC.
_SINCE = """
    UPDATE duebell_customer customer
       SET overdue_since = customer.due_on
      FROM (SELECT invoice.customer_id, sum(invoice.outstanding) AS overdue
              FROM duebell_invoice invoice
              JOIN duebell_customer told ON told.id = invoice.customer_id
             WHERE invoice.state = 'open' AND told.total_overdue > 0
               AND invoice.due_on < (told.last_event_at + interval '14 hours')::date
             GROUP BY invoice.customer_id) known
     WHERE known.customer_id = customer.id AND known.overdue >= customer.total_overdue
       AND customer.overdue_since IS NULL
"""


def migrate(cr: Cursor, version: str | None) -> None:
    """`version`: the addon's before; none where it is installed anew, without customers."""
    if version:
        cr.execute(_SINCE)
