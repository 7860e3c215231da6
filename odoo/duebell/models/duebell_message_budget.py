# SPDX-License-Identifier: LGPL-3.0-only
"""When the month's budget for texts is spent, an e-mail tells it instead."""

from __future__ import annotations

from odoo import models

from ..sms_parts import parts_of


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    def _admissible(self) -> DuebellMessage:
        admissible = super()._admissible()
        settings = self.env["duebell.settings"]._in_force(admissible.company_id)
        beyond = self.browse().union(
            *(
                due._beyond_budget(settings[company.id])
                for company, due in admissible.grouped("company_id").items()
                if settings[company.id].monthly_parts
            )
        )
        beyond._by_email_instead()
        return admissible - beyond

    def _beyond_budget(self, settings: models.BaseModel) -> DuebellMessage:
        """The texts of one company for which no parts are left; what the law requires takes its parts first."""
        room = settings.monthly_parts - settings._parts_spent()
        beyond = self.browse()
        fresh = self.filtered(lambda message: message.channel == "sms" and message.state == "waiting")
        for message in fresh.sorted(lambda message: not message.required):
            parts = parts_of(message.body or "").count
            if parts > room and not message.required:
                beyond |= message
            else:
                room -= parts
        return beyond

    def _by_email_instead(self) -> None:
        """Where its rule has an e-mail, that is written unless it was; nothing is told twice."""
        self._advance("cancelled", self.env._("Not sent: this month's budget for texts is spent."))
        self._write_drafts(self._drafts_by("email"), resend=False)

    def _advance(self, state: str, because: str | None = None) -> None:  # pylint: disable=missing-return
        super()._advance(state, because)
        if state == "released":
            settings = self.env["duebell.settings"]._in_force(self.company_id)
            for one in settings.values():
                one._warn_of_budget()
