# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from collections.abc import Collection

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..consequences import ANY_CASE, CASES, cases_of
from ..contract import EVENT_TYPES
from ..hours import AllowedHours

CHANNELS = {
    "sms": ("sms",),
    "email": ("email",),
    "both": ("sms", "email"),
    "sms_else_email": ("sms", "email"),
    "none": (),
}
"""By mode, the channels that a message may take; with "SMS else e-mail" it takes the first that can be used."""

URGENT = (
    "customer.limited",
    "customer.limit_removed",
    "customer.suspended",
    "customer.suspension_removed",
    "customer.terminated",
)
REQUIRED = ("customer.limitation_warning", "customer.suspension_warning", "customer.termination_warning")

RuleKey = tuple[str, str, int | bool, int | bool]


class DuebellMessageRule(models.Model):
    """What customers are told of an event, and how; an event that no rule fits reaches the timeline only."""

    _name = "duebell.message.rule"
    _inherit = "duebell.allowed.hours"
    _description = "Billing Message Rule"
    _order = "event_type, company_id, case, partner_category_id, id"

    event_type = fields.Selection(list(EVENT_TYPES.items()), required=True, index=True)
    case = fields.Selection(list(CASES.items()), required=True, default=ANY_CASE)
    offered_cases = fields.Json(compute="_compute_offered_cases", help="What an event of this type may be.")
    company_id = fields.Many2one(
        "res.company", index=True, help="Only for this company; its own rules go before those of all."
    )
    partner_category_id = fields.Many2one(
        "res.partner.category",
        "Contact Tag",
        index="btree_not_null",
        ondelete="restrict",
        help="Only for contacts with this tag; their rules go before those of all contacts.",
    )
    active = fields.Boolean(default=True)
    mode = fields.Selection(
        [
            ("sms", "SMS"),
            ("email", "E-mail"),
            ("both", "SMS and e-mail"),
            ("sms_else_email", "SMS, else e-mail"),
            ("none", "Nothing"),
        ],
        "Told By",
        required=True,
        default="both",
        help="“SMS, else e-mail” writes an e-mail to who has no number that takes texts, or may not be texted.",
    )
    sms_template_id = fields.Many2one(
        "sms.template", "SMS Text", domain="[('model', '=', 'duebell.event')]", ondelete="restrict"
    )
    sms_text = fields.Char(related="sms_template_id.body", string="SMS Words")
    mail_template_id = fields.Many2one(
        "mail.template", "E-mail Text", domain="[('model', '=', 'duebell.event')]", ondelete="restrict"
    )
    delay_minutes = fields.Integer(
        "Delay", help="Minutes from when billing tells the event until the message may leave."
    )
    urgent = fields.Boolean(
        compute="_compute_urgent",
        store=True,
        readonly=False,
        precompute=True,
        help="Leaves at any hour of any day, and before what isn't urgent.",
    )
    own_hours = fields.Boolean(help="Leaves at hours of its own instead of the company's.")
    merge = fields.Boolean(
        "Merge With Others",
        help="Messages of one customer that leave at the same time become one, if the rule of each says so.",
    )
    required = fields.Boolean(
        "Required By Law",
        compute="_compute_required",
        store=True,
        readonly=False,
        precompute=True,
        help="Leaves before the day on which what it warns of takes effect, at whatever hour; no limit holds it back, "
        "and it is merged with no other.",
    )

    _one_each = models.UniqueIndex(
        '(event_type, "case", COALESCE(company_id, 0), COALESCE(partner_category_id, 0))',
        "There is a rule for this event, case, company and contact tag already.",
    )

    @api.depends("event_type")
    def _compute_offered_cases(self) -> None:
        for rule in self:
            rule.offered_cases = cases_of(rule.event_type)

    @api.onchange("event_type")
    def _onchange_event_type(self) -> None:
        if self.case not in cases_of(self.event_type):
            self.case = ANY_CASE

    @api.constrains("event_type", "case")
    def _check_case(self) -> None:
        for rule in self:
            if rule.case not in cases_of(rule.event_type):
                raise ValidationError(
                    self.env._("“%s” never fits: choose a case that this event may be.", rule.display_name)
                )

    @api.constrains("mode", "sms_template_id", "mail_template_id")
    def _check_texts(self) -> None:
        if any(not rule._template(channel) for rule in self for channel in rule._channels()):
            raise ValidationError(self.env._("Choose a text for each channel that is switched on."))

    @api.constrains("mode", "required")
    def _check_required(self) -> None:
        if any(rule.required and rule.mode == "none" for rule in self):
            raise ValidationError(
                self.env._("The law requires this message: choose how it is told, or say that it isn't required.")
            )

    @api.constrains("delay_minutes")
    def _check_delay(self) -> None:
        if any(rule.delay_minutes < 0 for rule in self):
            raise ValidationError(self.env._("A message can't leave before its event: the delay is 0 or more minutes."))

    @api.depends("event_type")
    def _compute_urgent(self) -> None:
        for rule in self:
            rule.urgent = rule.event_type in URGENT

    @api.depends("event_type")
    def _compute_required(self) -> None:
        for rule in self:
            rule.required = rule.event_type in REQUIRED and rule.mode != "none"

    @api.depends("event_type", "case", "partner_category_id")
    def _compute_display_name(self) -> None:
        types = dict(self._fields["event_type"]._description_selection(self.env))
        cases = dict(self._fields["case"]._description_selection(self.env))
        for rule in self:
            label = types.get(rule.event_type) or ""
            label = label if rule.case == ANY_CASE else f"{label}: {cases.get(rule.case)}"
            category = rule.partner_category_id.name
            rule.display_name = f"{label} ({category})" if category else label

    @api.model
    def _by_event(self) -> dict[RuleKey, DuebellMessageRule]:
        """All rules in force, by (event type, case, company's id or False, contact tag's id or False)."""
        return {
            (rule.event_type, rule.case, rule.company_id.id, rule.partner_category_id.id): rule
            for rule in self.search([])
        }

    def _channels(self) -> tuple[str, ...]:
        """Those that a message of the rule may take."""
        return CHANNELS.get(self.mode, ())

    def _hours(self, settings: models.BaseModel) -> AllowedHours | None:
        """At which messages of the rule may leave; None: at any. `settings` are the company's."""
        if self.urgent:
            return None
        return (self if self.own_hours else settings)._allowed_hours()

    def _template(self, channel: str) -> models.BaseModel:
        return self.sms_template_id if channel == "sms" else self.mail_template_id

    def _languages(self, channel: str) -> list[str]:
        """Odoo's codes of the languages in which the channel's text is written; English is its source."""
        template = self._template(channel)._origin
        names = ("body",) if channel == "sms" else ("subject", "body_html")
        written = [template._fields[name]._get_stored_translations(template) or {} for name in names]
        common = set.intersection(*map(set, written)) - {"en_US"}
        return ["en_US", *(code for code in sorted(common) if not code.startswith("_"))]

    def _written_in(self, channel: str) -> tuple[str, ...]:
        """The installed languages in which the channel's text can be told: each English has the words of its source."""
        written = self._languages(channel)
        installed = (code for code, _name in self.env["res.lang"].get_installed())
        return tuple(code for code in installed if code in written or code.startswith("en_"))


def rule_for(
    rules: dict[RuleKey, DuebellMessageRule],
    event_type: str,
    case: str,
    company_id: int,
    category_ids: Collection[int] = (),
) -> DuebellMessageRule | None:
    """The rule that fits best: the company's own before everybody's, those of the contact's tags (in the order given)
    before those of all contacts, the case's before any case's.

    None where there is none, or it tells nothing.
    """
    candidates = (
        (event_type, one, company, category)
        for company in (company_id, False)
        for category in (*category_ids, False)
        for one in (case, ANY_CASE)
    )
    rule = next((rules[key] for key in candidates if key in rules), None)
    return rule if rule and rule._channels() else None
