# SPDX-License-Identifier: LGPL-3.0-only
"""What is Odoo's to handle of the database, and not ours to catch."""

from __future__ import annotations

import psycopg2

from odoo.api import Environment
from odoo.tools import SQL


def check_database(error: BaseException) -> None:
    """Raises what is wrong with the database or the transaction: a serialization failure is Odoo's to repeat, however
    somebody wrapped it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, psycopg2.OperationalError):
            raise cause
        cause = cause.__cause__


def parameters(env: Environment, *keys: str) -> dict[str, str]:
    """Those of Odoo's system parameters that are set, as this transaction sees them.

    Odoo's cache of them may keep for good what was before a change: a transaction that began earlier fills it so.
    """
    env["ir.config_parameter"].flush_model()
    return dict(env.execute_query(SQL("SELECT key, value FROM ir_config_parameter WHERE key IN %s", keys)))
