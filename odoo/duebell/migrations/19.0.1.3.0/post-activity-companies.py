# SPDX-License-Identifier: LGPL-3.0-only
"""Billing's activities on contacts didn't say of which company they tell."""

from odoo.sql_db import Cursor


def migrate(cr: Cursor, _version: str) -> None:
    cr.execute(
        """
        UPDATE mail_activity activity
           SET duebell_company_id = customer.company_id
          FROM duebell_customer customer, ir_model_data type
         WHERE activity.res_model = 'res.partner' AND activity.res_id = customer.partner_id
           AND activity.activity_type_id = type.res_id AND activity.duebell_company_id IS NULL
           AND type.model = 'mail.activity.type' AND type.module IN ('duebell', 'duebell_crm')
        """
    )
