# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from odoo.api import Environment

from odoo.addons.duebell.hooks import withdraw_activities


def uninstall_hook(env: Environment) -> None:
    """Nobody is asked to call any more; opportunities are the salespeople's and stay."""
    withdraw_activities(env, "duebell_crm")
