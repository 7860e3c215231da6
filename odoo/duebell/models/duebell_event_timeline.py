# SPDX-License-Identifier: LGPL-3.0-only
"""What colleagues read on the contact: a note for each event, with what the customer was told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from markupsafe import Markup

from odoo import api, models
from odoo.api import Environment
from odoo.tools import LazyTranslate

from .. import bulk
from ..contract import Incoming
from ..wording import clock_text, invoice_texts, other_texts, standing_texts

_lt = LazyTranslate(__name__)

HEADLINES = {
    "invoice.generated": _lt(
        "Invoice %(invoice_number)s of %(invoice_total)s: %(invoice_outstanding)s is due by %(due_date)s."
    ),
    "invoice.due_soon": _lt("Invoice %(invoice_number)s falls due soon: %(invoice_outstanding)s by %(due_date)s."),
    "invoice.overdue": _lt(
        "Invoice %(invoice_number)s is overdue: "
        "%(invoice_outstanding)s of %(invoice_total)s is outstanding since %(due_date)s."
    ),
    "invoice.paid": _lt("Invoice %(invoice_number)s of %(invoice_total)s is paid."),
    "invoice.voided": _lt("Invoice %(invoice_number)s of %(invoice_total)s was withdrawn."),
    "payment.received": _lt("A payment of %(payment_amount)s came in."),
    "payment.failed": _lt("A payment of %(payment_amount)s failed."),
    "customer.limited": _lt("The service was limited."),
    "customer.limit_removed": _lt("The limit on the service was lifted."),
    "customer.suspended": _lt("The service was blocked."),
    "customer.suspension_removed": _lt("The service works again."),
    "customer.terminated": _lt("The contract ended."),
    "customer.limitation_warning": _lt("The service will be limited on %(effective_date)s."),
    "customer.suspension_warning": _lt("The service will be blocked on %(effective_date)s."),
    "customer.termination_warning": _lt("The contract will end on %(effective_date)s."),
    "commitment.started": _lt("The commitment for %(service)s began."),
    "commitment.ending": _lt("The commitment for %(service)s ends on %(end_date)s."),
    "commitment.terminated": _lt("The commitment for %(service)s ended early on %(end_date)s."),
}
REASONS = {
    "non_payment": _lt("Reason: not paid."),
    "paid": _lt("Reason: paid."),
    "delayed": _lt("Reason: delayed, not paid."),
    "insufficient_funds": _lt("Reason: insufficient funds."),
    "reseller_suspended": _lt("Reason: the reseller is suspended."),
    "cancelled_early": _lt("Reason: cancelled early."),
}
OUTCOMES = {
    "invoice.overdue": _lt("overdue"),
    "invoice.paid": _lt("paid"),
    "invoice.voided": _lt("withdrawn"),
    "payment.received": _lt("paid"),
    "customer.limited": _lt("limited"),
    "customer.limit_removed": _lt("limit lifted"),
    "customer.suspended": _lt("suspended"),
    "customer.suspension_removed": _lt("restored"),
    "customer.terminated": _lt("terminated"),
}
OTHERWISE = _lt("no longer true")
"""What a later event made of an earlier one, in a word: "Not sent: paid 14:02"."""


class DuebellEvent(models.Model):
    _inherit = "duebell.event"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _note(self, events: Sequence[Incoming], ids: Mapping[str, int]) -> None:
        """Writes a note for each event on its contact, in its company's language.

        Past the ORM, which takes longer for the notes than for all the rest of a call: its create looks through the
        fields of each contact, and cleans HTML of which we wrote every tag.
        """
        written = self.browse(ids[event.key] for event in events)
        incoming = {ids[event.key]: event for event in events}
        values: list[bulk.Row] = []
        for company, of_company in written.grouped("company_id").items():
            common = self._prepare_notes(company)
            localized = of_company.with_context(lang=company.partner_id.lang or self.env.lang)
            values.extend({**common, **event._prepare_note(incoming[event.id])} for event in localized)
        bulk.insert(self.env["mail.message"], values)
        self.env["res.partner"].invalidate_model(["message_ids"])

    @api.model
    def _prepare_notes(self, company: models.BaseModel) -> bulk.Row:
        """What the notes of a company have in common, defaults that other addons may have added among it."""
        sender = company.email_formatted or self.env.user.name
        notes = self.env["mail.message"]
        values = notes._add_missing_default_values(
            {
                "model": "res.partner",
                "record_company_id": company.id,
                "message_type": "notification",
                "subtype_id": self.env.ref("mail.mt_note").id,
                "is_internal": True,
                "author_id": self.env.user.partner_id.id,
                "email_from": sender,
                "reply_to": sender,
            }
        )
        stored = {
            name: notes._fields[name]
            for name in values
            if notes._fields[name].store and notes._fields[name].column_type
        }
        return {name: field.convert_to_column_insert(values[name], notes) for name, field in stored.items()}

    def _prepare_note(self, incoming: Incoming) -> bulk.Row:
        return {
            "res_id": self.partner_id.id,
            "message_id": self._note_id(),
            "body": str(Markup("").join(_paragraph(line) for line in self._note_lines(incoming))),
        }

    def _note_lines(self, incoming: Incoming) -> list[str]:
        told = [message._note_line() for message in self.message_ids.sorted("id")]
        untold = self._untold_line(incoming)
        return [self._headline(incoming), *told, *([untold] if untold else [])]

    def _headline(self, incoming: Incoming) -> str:
        data, lang = self._data(), self.env.lang or "en_US"
        texts = {**invoice_texts(data, lang), **standing_texts(data, lang), **other_texts(data, lang)}
        headline = self.env._(HEADLINES[self.type])
        reason = self.env._(REASONS[incoming.reason]) if incoming.reason in REASONS else ""
        return f"{headline % {**texts, 'invoice_number': self.invoice_number}} {reason}".strip()

    def _untold_line(self, incoming: Incoming) -> str | None:
        """Why the customer wasn't told; nothing where that goes without saying."""
        if incoming.superseded_by:
            later = incoming.superseded_by
            return outcome_line(self.env, later.type, later.at, incoming.occurred_at, incoming.customer.time_zone)
        if self.untold == "too late":
            return self.env._("Not sent: too late.")
        if self.untold == "older":
            return self.env._("Not sent: something newer is known.")
        return None

    def _notes(self) -> dict[DuebellEvent, models.BaseModel]:
        """The note of each event, where nobody has deleted it."""
        by_id = {event._note_id(): event for event in self}
        notes = self.env["mail.message"].search([("message_id", "in", list(by_id))])
        return {by_id[note.message_id]: note for note in notes}

    def _add_to_notes(self, because: str) -> None:
        for note in self._notes().values():
            note.body += _paragraph(because)


def _paragraph(line: str) -> Markup:
    """In the direction of its own words: who reads it may have another language than the company."""
    return Markup('<p class="mb-1" dir="auto">%s</p>') % line


def outcome_line(env: Environment, type_: str, at: datetime, beside: datetime, time_zone: str | None) -> str:
    """What a later event of the type made of a message: "Not sent: paid 14:02."."""
    clock = clock_text(at, beside, time_zone)
    return env._("Not sent: %(outcome)s %(clock)s.", outcome=env._(OUTCOMES.get(type_, OTHERWISE)), clock=clock)
