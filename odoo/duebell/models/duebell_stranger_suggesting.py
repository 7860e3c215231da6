# SPDX-License-Identifier: LGPL-3.0-only
"""Which contacts a billing customer may be. It only suggests: a phone that a family shares must not disclose a debt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from odoo import api, fields, models
from odoo.tools import LazyTranslate, email_normalize

from odoo.addons.phone_validation.tools.phone_validation import phone_format

from .duebell_customer_following import fits

_lt = LazyTranslate(__name__)

MARKS = {
    "reference": (16, "ref", _lt("reference")),
    "vat_number": (8, "vat", _lt("VAT number")),
    "email": (4, "email_normalized", _lt("e-mail")),
    "phone": (2, "phone_sanitized", _lt("phone")),
    "name": (1, "name", _lt("name")),
}
"""By what a contact is known: how much it says (each says more than all below it), the contact's field, in a word."""
SHOWN = 5
"""Contacts that are suggested for a customer."""


class Suggestion(NamedTuple):
    """A contact that a customer may be, and the marks that speak for it, the strongest first."""

    partner: models.BaseModel
    marks: tuple[str, ...]

    @property
    def weight(self) -> int:
        return sum(MARKS[mark][0] for mark in self.marks)

    @property
    def because(self) -> str:
        env = self.partner.env
        return env._("same %s", ", ".join(env._(MARKS[mark][2]) for mark in self.marks))


class DuebellStranger(models.Model):
    _inherit = "duebell.stranger"  # pylint: disable=consider-merging-classes-inherited

    suggested_partner_id = fields.Many2one(
        "res.partner", "Suggested Contact", compute="_compute_suggested", help="Which contact fits best, if one does."
    )
    suggested_because = fields.Char("Because", compute="_compute_suggested")

    @api.depends("company_id", *MARKS)
    @api.depends_context("uid", "lang")
    def _compute_suggested(self) -> None:
        suggestions = suggestions_for(self)
        for stranger in self:
            best = suggestions[stranger][:2]
            even = len(best) > 1 and best[0].weight == best[1].weight
            stranger.suggested_partner_id = best and not even and best[0].partner
            stranger.suggested_because = (
                self.env._("several fit: choose one") if even else best[0].because if best else False
            )

    def action_link_suggested(self) -> None:
        """Links each for whom one contact fits best; the others stay."""
        certain = self.filtered("suggested_partner_id")
        certain._link({stranger.id: stranger.suggested_partner_id.id for stranger in certain})

    def action_open_linking(self) -> dict[str, Any]:
        """The dialog in which a person says who it is."""
        return self.env["duebell.linking"]._open(self._checked())

    def _linked_partner(self) -> models.BaseModel:
        """None yet."""
        return self.env["res.partner"]


def suggestions_for(customers: models.BaseModel) -> dict[models.BaseModel, list[Suggestion]]:
    """For each billing customer, known or not, the contacts that he may be, the likeliest first.

    A query for each mark, however many customers; only contacts that the reader may see.
    """
    env = customers.env
    wanted = {customer: _marks_of(customer) for customer in customers}
    found = {mark: _having(env["res.partner"], mark, {marks.get(mark) for marks in wanted.values()}) for mark in MARKS}
    return {customer: _fitting(customer.company_id.id, marks, found) for customer, marks in wanted.items()}


def _marks_of(customer: models.BaseModel) -> dict[str, str]:
    """What is looked for, as contacts have it."""
    country = customer.sudo().company_id.country_id.code
    marks = {
        "reference": customer.reference,
        "vat_number": customer.vat_number,
        "email": customer.email and email_normalize(customer.email),
        "phone": customer.phone
        and phone_format(customer.phone, country, None, force_format="E164", raise_exception=False),
        "name": customer.company_name or customer.name,
    }
    return {mark: value for mark, value in marks.items() if value}


def _having(partners: models.BaseModel, mark: str, values: set[str | None]) -> Mapping[str, list[models.BaseModel]]:
    """The contacts by their value of the mark; an invoice contact stands for the company whose invoices it gets."""
    name = MARKS[mark][1]
    by_value: dict[str, list[models.BaseModel]] = defaultdict(list)
    for partner in partners.search([(name, "in", [value for value in values if value])]):
        by_value[partner[name]].append(partner.parent_id if _is_invoice_contact(partner) else partner)
    return by_value


def _is_invoice_contact(partner: models.BaseModel) -> bool:
    return partner.type == "invoice" and bool(partner.parent_id)


def _fitting(
    company_id: int, wanted: Mapping[str, str], found: Mapping[str, Mapping[str, Sequence[models.BaseModel]]]
) -> list[Suggestion]:
    marks: dict[models.BaseModel, list[str]] = defaultdict(list)
    for mark, value in wanted.items():
        for partner in dict.fromkeys(found[mark].get(value, ())):
            if fits(partner, company_id):
                marks[partner].append(mark)
    suggestions = [Suggestion(partner, tuple(of_partner)) for partner, of_partner in marks.items()]
    return sorted(suggestions, key=lambda suggestion: (-suggestion.weight, suggestion.partner.id))[:SHOWN]
