# SPDX-License-Identifier: LGPL-3.0-only
"""Rules said "by SMS" and "by e-mail" each for itself; messages had no time at which they are due."""

from odoo.sql_db import Cursor
from odoo.tools.sql import column_exists, create_column

URGENT = ["limited", "limit_removed", "suspended", "suspension_removed", "terminated"]


def migrate(cr: Cursor, _version: str) -> None:
    if column_exists(cr, "duebell_message_rule", "sms"):
        _add(cr, "duebell_message_rule", "mode", "varchar")
        cr.execute(
            """
            UPDATE duebell_message_rule
               SET mode = CASE WHEN sms AND email THEN 'both'
                               WHEN sms THEN 'sms'
                               WHEN email THEN 'email'
                               ELSE 'none'
                           END
            """
        )
    # An empty column is added at once, whatever the table's size; Odoo would write a default into each row.
    for name, type_ in (("due_at", "timestamp"), ("urgent", "boolean"), ("goes_first", "boolean")):
        _add(cr, "duebell_message", name, type_)
    cr.execute(
        """
        UPDATE duebell_message message
           SET due_at = date_trunc('second', message.create_date), urgent = known.urgent, goes_first = known.urgent
          FROM (SELECT id, type = ANY(%s) AS urgent FROM duebell_event) known
         WHERE known.id = message.event_id AND message.state = 'waiting'
        """,
        [[f"customer.{what}" for what in URGENT]],
    )


def _add(cr: Cursor, table: str, name: str, type_: str) -> None:
    if not column_exists(cr, table, name):
        create_column(cr, table, name, type_)
