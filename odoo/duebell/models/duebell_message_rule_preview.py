# SPDX-License-Identifier: LGPL-3.0-only
"""What a rule makes of the last event that it is for: before anybody is told in these words."""

from __future__ import annotations

from typing import Any

from odoo import api, fields, models

from ..consequences import ANY_CASE
from ..rendering import Words, words_of
from ..sms_parts import foreign_signs, parts_of
from ..wording import told_language


class DuebellMessageRule(models.Model):
    _inherit = "duebell.message.rule"  # pylint: disable=consider-merging-classes-inherited

    preview_event_id = fields.Many2one("duebell.event", "Shown With", compute="_compute_preview_event_id")
    preview_customer_id = fields.Many2one(related="preview_event_id.customer_id", string="Customer Shown")
    preview_sms = fields.Text("SMS Shown", compute="_compute_preview_sms")
    preview_sms_size = fields.Char(compute="_compute_preview_sms")
    preview_subject = fields.Char("Subject Shown", compute="_compute_preview_mail")
    preview_mail = fields.Html("E-mail Shown", compute="_compute_preview_mail")

    @api.depends("event_type", "case", "company_id", "partner_category_id")
    @api.depends_context("allowed_company_ids")
    def _compute_preview_event_id(self) -> None:
        for rule in self:
            rule.preview_event_id = rule._last_event()

    def _last_event(self) -> models.BaseModel:
        domain = [("type", "=", self.event_type), ("company_id", "in", (self.company_id or self.env.companies).ids)]
        if self.case != ANY_CASE:
            domain.append(("case", "=", self.case))
        if self.partner_category_id:
            domain.append(("customer_id.partner_id.category_id", "in", self.partner_category_id.ids))
        return self.env["duebell.event"].search(domain, limit=1)

    @api.depends("preview_event_id", "sms_template_id.body")
    @api.depends_context("lang")
    def _compute_preview_sms(self) -> None:
        for rule in self:
            words = rule._preview("sms")
            rule.preview_sms = words.body or words.because
            rule.preview_sms_size = rule._size(words.body) if words.body else False

    @api.depends("preview_event_id", "mail_template_id.subject", "mail_template_id.body_html")
    @api.depends_context("lang")
    def _compute_preview_mail(self) -> None:
        for rule in self:
            words = rule._preview("email")
            rule.preview_subject = words.subject
            rule.preview_mail = words.body or words.because

    def _preview(self, channel: str) -> Words:
        """In the words that the customer of the last event would read."""
        event, template = self.preview_event_id, self._template(channel)._origin
        if not event or not template:
            return Words(None, None)
        company_lang = event.company_id.sudo().partner_id.lang
        lang = told_language(event.customer_id.language, company_lang, self._written_in(channel))
        return words_of(template, event.ids, lang)[event.id]

    def _size(self, text: str) -> str:
        """How many SMS the text takes, and why."""
        parts = parts_of(text)
        size = self.env._(
            "%(count)s SMS: %(places)s places in %(encoding)s.",
            count=parts.count,
            places=parts.places,
            encoding=parts.encoding,
        )
        if signs := foreign_signs(text):
            return f"{size} {self.env._('Without %s it would take fewer.', ' '.join(signs))}"
        return size

    def action_send_test(self) -> dict[str, Any]:
        """Asks where to."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send a test"),
            "res_model": "duebell.message.test",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_rule_id": self.id},
        }
