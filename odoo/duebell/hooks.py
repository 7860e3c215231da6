# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from odoo.api import Environment

PROOF = "proof-of-notice.csv.gz"


def uninstall_hook(env: Environment) -> None:
    """Leaves the one thing that nobody can make anew, where customers were told anything: the proof that they were.

    The page that uninstalls offers it, too; but who uninstalls otherwise isn't asked.
    """
    messages = env["duebell.message"]
    if messages.search_count([], limit=1):
        env["ir.attachment"].create({"name": PROOF, "raw": messages._everything_as_csv()})
