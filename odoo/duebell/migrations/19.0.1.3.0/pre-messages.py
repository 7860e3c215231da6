# SPDX-License-Identifier: LGPL-3.0-only
"""Messages know their event's type and what a part of them cost; Odoo would look both up one by one."""

from __future__ import annotations

from odoo.sql_db import Cursor
from odoo.tools.sql import column_exists, create_column

_TYPES = """
    UPDATE duebell_message message
       SET event_type = event.type
      FROM duebell_event event
     WHERE event.id = message.event_id AND message.event_type IS NULL
"""
_PRICES = """
    UPDATE duebell_message message
       SET part_price = settings.sms_price
      FROM duebell_settings settings
     WHERE settings.company_id = message.company_id AND settings.sms_price > 0
       AND message.channel = 'sms' AND message.released_at IS NOT NULL AND message.part_price IS NULL
"""
_SUPERSEDED_INDEX = "DROP INDEX IF EXISTS duebell_customer__company_id_index"


def migrate(cr: Cursor, _version: str) -> None:
    for name, type_ in (("event_type", "varchar"), ("part_price", "numeric")):
        if not column_exists(cr, "duebell_message", name):
            create_column(cr, "duebell_message", name, type_)
    cr.execute(_TYPES)
    if column_exists(cr, "duebell_settings", "sms_price"):
        cr.execute(_PRICES)
    cr.execute(_SUPERSEDED_INDEX)
