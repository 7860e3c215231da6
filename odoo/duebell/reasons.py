# SPDX-License-Identifier: LGPL-3.0-only
"""What the sentence about a failure says of everyone to whom it happened.

Such a sentence has the customer's own number or address in quotation marks, in whichever a language uses, and a
server's own words in brackets at its end: without both many failures have one reason.
"""

from __future__ import annotations

import re

from odoo.tools import SQL

OWN = "[“„«][^”“»]*[”“»]"
"""As Python and PostgreSQL both understand it, and so the next."""
SERVERS_WORDS = r"\s*\(.*\)$"


def reason_of(because: str) -> str:
    return re.sub(SERVERS_WORDS, "", re.sub(OWN, "…", because), flags=re.DOTALL)


def reason_sql(because: SQL) -> SQL:
    """The same in a query."""
    return SQL("regexp_replace(regexp_replace(%s, %s, '…', 'g'), %s, '')", because, OWN, SERVERS_WORDS)
