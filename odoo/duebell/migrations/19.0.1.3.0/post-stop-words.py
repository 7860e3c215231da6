# SPDX-License-Identifier: LGPL-3.0-only
"""Customers said STOP in English alone: gateways that kept those words understand the other languages, too."""

from odoo.sql_db import Cursor

from odoo.addons.duebell.models.duebell_gateway_reply import STOP_WORDS

ENGLISH = "STOP END CANCEL UNSUBSCRIBE QUIT"


def migrate(cr: Cursor, _version: str) -> None:
    cr.execute("UPDATE duebell_gateway SET stop_words = %s WHERE stop_words = %s", [STOP_WORDS, ENGLISH])
