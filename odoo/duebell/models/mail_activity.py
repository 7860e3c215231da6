# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup, escape

from odoo import api, fields, models

LINES_KEPT = 10
"""Of an activity's reasons; the list of failed messages has all."""


class MailActivity(models.Model):
    _inherit = "mail.activity"

    @api.model
    def _ask_about_messages(self, lines: Mapping[tuple[models.BaseModel, models.BaseModel], list[str]]) -> None:
        """By (contact, company): why its messages did not arrive. A contact has one activity a day and company for all.

        Who looks after a contact that is two companies' customer hears of his own company's alone.
        """
        type_ = self.env.ref("duebell.activity_type_message_failed")
        asked = self._of_today(type_, [contact for contact, _company in lines])
        values = []
        for (contact, company), reasons in lines.items():
            if (contact.id, company) in asked:
                asked[contact.id, company]._add_reasons(reasons)
                continue
            values.append(self._prepare_ask(type_, contact, company, reasons))
        # A morning's failures must not send their reader a mail each, nor make him follow each contact.
        self.with_context(mail_activity_quick_update=True, duebell_nobody_follows=True).create(values)

    @api.model
    def _ask_whose_stop(self, company: models.BaseModel, line: str) -> None:
        """Each counts, however many there were that day; what is told again is asked once."""
        type_, contact = self.env.ref("duebell.activity_type_stop"), company.partner_id
        open_ = contact.activity_ids.filtered(lambda activity: activity.activity_type_id == type_)
        if any(escape(line) in activity.note for activity in open_):
            return
        with_room = open_.filtered(lambda activity: activity.note.count("<li>") < LINES_KEPT)[:1]
        if with_room:
            with_room._add_reasons([line])
        else:
            values = self._prepare_ask(type_, contact, company, [line])
            self.with_context(mail_activity_quick_update=True).create(values)

    @api.model
    def _of_today(
        self, type_: models.BaseModel, contacts: list[models.BaseModel]
    ) -> dict[tuple[int, models.BaseModel], MailActivity]:
        """By (contact's id, company). Those that are done, too: who has just looked is not asked again the same day."""
        found = self.with_context(active_test=False).search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", [contact.id for contact in contacts]),
                ("activity_type_id", "=", type_.id),
                ("create_date", ">=", fields.Datetime.now().replace(hour=0, minute=0, second=0)),
            ]
        )
        return {(activity.res_id, activity.duebell_company_id): activity for activity in found}

    @api.model
    def _prepare_ask(
        self, type_: models.BaseModel, contact: models.BaseModel, company: models.BaseModel, reasons: list[str]
    ) -> dict[str, object]:
        spoken = self.with_context(lang=company.partner_id.lang or self.env.lang)
        return {
            "res_model_id": self.env["ir.model"]._get_id("res.partner"),
            "res_id": contact.id,
            "activity_type_id": type_.id,
            "summary": type_.with_env(spoken.env).summary or spoken.env._("Billing's message did not arrive"),
            "note": _listed(reasons[:LINES_KEPT]),
            "date_deadline": fields.Date.today(),
            "user_id": company._responsible_for(contact).id,
            "duebell_company_id": company.id,
        }

    def _add_reasons(self, reasons: list[str]) -> None:
        """As long as it is read at a glance."""
        kept = str(self.note or "").count("<li>")
        new = [reason for reason in reasons if reason not in str(self.note)][: max(0, LINES_KEPT - kept)]
        if self.active and new:
            self.note = (self.note or Markup("")) + _listed(new)


def _listed(reasons: list[str]) -> Markup:
    return Markup("<ul>%s</ul>") % Markup("").join(Markup("<li>%s</li>") % reason for reason in reasons)
