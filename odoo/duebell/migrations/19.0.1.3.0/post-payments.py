# SPDX-License-Identifier: LGPL-3.0-only
"""Which reminders a payment followed was looked up by the report; it is noted on the reminder now."""

from __future__ import annotations

from odoo.sql_db import Cursor

from odoo.addons.duebell.models.duebell_message_followed import HOURS, PAYMENTS, REMINDERS

_PAID = """
    UPDATE duebell_message message
       SET paid_at = followed.at
      FROM (SELECT reminder.id, min(payment.occurred_at) AS at
              FROM duebell_message reminder
              JOIN duebell_event event ON event.id = reminder.event_id
              LEFT JOIN duebell_message lead ON lead.id = reminder.merged_into_id
              JOIN duebell_event payment ON payment.customer_id = reminder.customer_id
               AND payment.type IN %(payments)s
               AND payment.occurred_at >= COALESCE(reminder.released_at, lead.released_at)
               AND payment.occurred_at < COALESCE(reminder.released_at, lead.released_at)
                                         + make_interval(hours => %(hours)s)
               AND (event.invoice_number IS NULL OR event.invoice_number = payment.invoice_number)
             WHERE reminder.event_type IN %(reminders)s AND reminder.paid_at IS NULL
             GROUP BY reminder.id) followed
     WHERE followed.id = message.id
"""


def migrate(cr: Cursor, version: str | None) -> None:
    """`version`: the addon's before; none where it is installed anew, without messages."""
    if version:
        cr.execute(_PAID, {"payments": PAYMENTS, "reminders": REMINDERS, "hours": HOURS})
