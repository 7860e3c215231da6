# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from typing import Any

from odoo import api, models
from odoo.fields import Domain


class MailMessage(models.Model):
    """Billing's notes, known by their Message-Id, are for those who see billing: a rule keeps them from the others."""

    _inherit = "mail.message"

    @api.model
    def _search(self, domain: Any, *args: Any, bypass_access: bool = False, **kwargs: Any) -> Any:
        """Odoo looks for contacts by what their messages say past all rules: not by what billing's notes say."""
        if bypass_access and not self.env.su:
            domain = Domain(domain) & self.env["ir.rule"]._compute_domain(self._name, "read")
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)
