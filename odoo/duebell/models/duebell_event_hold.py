# SPDX-License-Identifier: LGPL-3.0-only
"""Nobody is told for a while: events still reach the timeline, and what they would tell is held until that ends."""

from __future__ import annotations

from typing import Any

from odoo import api, models
from odoo.exceptions import UserError

from ..database import parameters
from .duebell_message_hold import BECAUSE, SINCE


class DuebellEvent(models.Model):
    _inherit = "duebell.event"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def hold(self, because: str) -> dict[str, Any]:
        """Sends no message from now on, nor those that are in Odoo's own queues already. Again: the new reason counts.

        Raises:
            AccessError: the caller is not the integration.
            UserError: no reason is given.

        """
        self._check_caller()
        if not isinstance(because, str) or not because.strip():
            raise UserError(self.env._("because: must say why nobody is told."))
        self.env["duebell.message"].sudo()._hold(because.strip())
        return {"held": self._held()}

    @api.model
    def release(self) -> dict[str, Any]:
        """Sends again: of what was held, what is still true and not too late.

        Raises:
            AccessError: the caller is not the integration.

        """
        self._check_caller()
        self.env["duebell.message"].sudo()._let_go()
        return {"held": None}

    @api.model
    def _held(self) -> dict[str, str] | None:
        """Since when (UTC) messages are held, and why; None: they aren't."""
        values = parameters(self.env, SINCE, BECAUSE)
        return {"since": values[SINCE], "because": values.get(BECAUSE, "")} if SINCE in values else None
