# SPDX-License-Identifier: LGPL-3.0-only
"""Texts in Odoo's queue didn't say whose they are."""

from odoo.sql_db import Cursor


def migrate(cr: Cursor, _version: str) -> None:
    cr.execute(
        """
        UPDATE sms_sms sms
           SET duebell_company_id = message.company_id
          FROM duebell_message message
         WHERE message.uuid = sms.uuid AND sms.duebell_company_id IS NULL
        """
    )
