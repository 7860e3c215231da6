# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..consequences import ANY_CASE, CASES
from ..contract import EVENT_TYPES


class DuebellMessageRule(models.Model):
    """What customers are told of an event, and how; an event that no rule fits reaches the timeline only."""

    _name = "duebell.message.rule"
    _description = "Billing Message Rule"
    _order = "event_type, company_id, case, id"

    event_type = fields.Selection(list(EVENT_TYPES.items()), required=True, index=True)
    case = fields.Selection(list(CASES.items()), required=True, default=ANY_CASE)
    company_id = fields.Many2one(
        "res.company", index=True, help="Only for this company; its own rules go before those of all."
    )
    active = fields.Boolean(default=True)
    sms = fields.Boolean("By SMS", default=True)
    sms_template_id = fields.Many2one(
        "sms.template", "SMS Text", domain="[('model', '=', 'duebell.event')]", ondelete="restrict"
    )
    sms_text = fields.Char(related="sms_template_id.body", string="SMS Words")
    email = fields.Boolean("By E-mail", default=True)
    mail_template_id = fields.Many2one(
        "mail.template", "E-mail Text", domain="[('model', '=', 'duebell.event')]", ondelete="restrict"
    )

    _one_each = models.UniqueIndex(
        '(event_type, "case", COALESCE(company_id, 0))', "There is a rule for this event, case and company already."
    )

    @api.constrains("sms", "sms_template_id", "email", "mail_template_id")
    def _check_texts(self) -> None:
        for rule in self:
            if (rule.sms and not rule.sms_template_id) or (rule.email and not rule.mail_template_id):
                raise ValidationError(self.env._("Choose a text for each channel that is switched on."))

    @api.depends("event_type", "case")
    def _compute_display_name(self) -> None:
        types = dict(self._fields["event_type"]._description_selection(self.env))
        cases = dict(self._fields["case"]._description_selection(self.env))
        for rule in self:
            label = types.get(rule.event_type) or ""
            rule.display_name = label if rule.case == ANY_CASE else f"{label}: {cases.get(rule.case)}"

    @api.model
    def _by_event(self) -> dict[tuple[str, str, int | bool], DuebellMessageRule]:
        """All rules in force, by (event type, case, company's id or False)."""
        return {(rule.event_type, rule.case, rule.company_id.id): rule for rule in self.search([])}

    def _channels(self) -> list[str]:
        return [channel for channel in ("sms", "email") if self[channel]]

    def _template(self, channel: str) -> models.BaseModel:
        return self.sms_template_id if channel == "sms" else self.mail_template_id

    def _languages(self, channel: str) -> list[str]:
        """Odoo's codes of the languages in which the channel's text is written; English is its source."""
        template = self._template(channel)
        field = template._fields["body" if channel == "sms" else "subject"]
        stored = field._get_stored_translations(template) or {}
        return ["en_US", *(code for code in stored if not code.startswith("_"))]


def rule_for(
    rules: dict[tuple[str, str, int | bool], DuebellMessageRule], event_type: str, case: str, company_id: int
) -> DuebellMessageRule | None:
    """The rule that fits best: the company's own before everybody's, the case's before any case's.

    None where there is none, or none of its channels is on.
    """
    candidates = ((event_type, one, company) for company in (company_id, False) for one in (case, ANY_CASE))
    rule = next((rules[key] for key in candidates if key in rules), None)
    return rule if rule and rule._channels() else None
