# SPDX-License-Identifier: LGPL-3.0-only
"""What stands on the envelope of an e-mail: who writes it, who gets the answer, by which server it goes."""

from __future__ import annotations

from typing import Any

from odoo import models


class DuebellEvent(models.Model):
    _inherit = "duebell.event"  # pylint: disable=consider-merging-classes-inherited

    def _envelope(self, template: models.BaseModel) -> dict[str, Any]:
        """Values of a `mail.mail` that tells the event in the template's words: the template's, else the company's."""
        company = self.company_id
        sender = self._rendered_on(template, "email_from") or company.email_formatted or company.default_from_email
        return {
            "email_from": sender,
            "reply_to": self._rendered_on(template, "reply_to") or sender,
            "author_id": company.partner_id.id,
            "mail_server_id": template.mail_server_id.id,
            "record_company_id": company.id,
        }

    def _rendered_on(self, template: models.BaseModel, name: str) -> str | None:
        """A field of the e-mail's template, if a person has filled it."""
        return template._render_field(name, self.ids)[self.id] if template[name] else None
