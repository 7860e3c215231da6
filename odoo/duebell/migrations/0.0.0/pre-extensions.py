# SPDX-License-Identifier: LGPL-3.0-only
"""At every change of version: what the addon's views add to its other views comes anew from their files.

Until then it is left out: it was written for the earlier version, and where the view that it adds to lost a field Odoo
would refuse that view, and with it the upgrade.
"""

from odoo.sql_db import Cursor

_LEFT_OUT = """
    UPDATE ir_ui_view view
       SET arch_db = '{"en_US": "<data/>"}'
      FROM ir_model_data known, ir_model_data parent
     WHERE known.module = 'duebell' AND known.model = 'ir.ui.view' AND known.res_id = view.id AND NOT known.noupdate
       AND parent.module = 'duebell' AND parent.model = 'ir.ui.view' AND parent.res_id = view.inherit_id
       AND view.mode = 'extension'
"""


def migrate(cr: Cursor, _version: str) -> None:
    cr.execute(_LEFT_OUT)
