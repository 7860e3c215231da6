# SPDX-License-Identifier: LGPL-3.0-only
"""Activities that tell what is in a company's billing: for those who see that, and for whoever is asked."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from odoo import api, fields, models
from odoo.fields import Domain


class MailActivity(models.Model):
    """A rule keeps billing's from the others who read the contact."""

    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    duebell_company_id = fields.Many2one("res.company", "Company of Billing", readonly=True)

    @api.model
    def _search(self, domain: Any, *args: Any, bypass_access: bool = False, **kwargs: Any) -> Any:
        """Odoo looks for contacts by what is to be done for them past all rules: not by what billing asks for."""
        if bypass_access and not self.env.su:
            domain = Domain(domain) & self.env["ir.rule"]._compute_domain(self._name, "read")
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    def _action_done(self, *args: Any, **kwargs: Any) -> tuple[models.BaseModel, models.BaseModel]:
        """What Odoo then writes on the contact repeats the activity: it is a note of billing's."""
        messages, following = self.env["mail.message"], self.browse()
        for company, activities in self.grouped("duebell_company_id").items():
            written, next_ones = super(MailActivity, activities)._action_done(*args, **kwargs)
            for message in written.sudo() if company else ():
                message.write({"message_id": f"<{uuid4().hex}@duebell>", "record_company_id": company.id})
            messages, following = messages + written, following + next_ones
        return messages, following
