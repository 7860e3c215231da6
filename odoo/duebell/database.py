# SPDX-License-Identifier: LGPL-3.0-only
"""What is Odoo's to handle of the database, and not ours to catch."""

from __future__ import annotations

import psycopg2


def check_database(error: BaseException) -> None:
    """Raises what is wrong with the database or the transaction: a serialization failure is Odoo's to repeat, however
    somebody wrapped it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, psycopg2.OperationalError):
            raise cause
        cause = cause.__cause__
