# SPDX-License-Identifier: LGPL-3.0-only
"""The same event told once more: by another channel, or again by its own. Always a message of its own, with a uuid of
its own that is the same whenever it is made: nothing goes twice because somebody asked twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid5

from odoo import fields, models

from .. import bulk
from ..contract import Incoming, Known, Refused, read
from ..still_true import UNTRUE_BY
from ..wording import decimals_of
from .duebell_customer_following import Linked
from .duebell_message_draft import NAMESPACE, Draft


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    resend_of_id = fields.Many2one("duebell.message", readonly=True, index="btree_not_null", ondelete="set null")

    def _cancel_late(self) -> DuebellMessage:
        """What a person sends again is late already, and wanted all the same."""
        return super(DuebellMessage, self.filtered(lambda message: not message.resend_of_id))._cancel_late()

    def _drafts_by(self, channel: str) -> dict[DuebellMessage, Draft]:
        """What each one's event would be told by the channel now, to where the customer is reached today.

        Left out are those whose event can't be read any more (the customer was forgotten) or isn't told by the channel.
        """
        companies = {company.name: company for company in self.company_id}
        customers = {
            (customer.environment, customer.external_id): Linked(customer.id, customer.partner_id.id)
            for customer in self.customer_id
        }
        incoming = {message: message._incoming() for message in self}
        events = {event.key: event for event in incoming.values() if event}
        ids = {event.key: message.event_id.id for message, event in incoming.items() if event}
        drafts = {
            draft.event_id: draft
            for draft in self._drafts([*events.values()], ids, customers, companies)
            if draft.channel == channel
        }
        return {message: drafts[message.event_id.id] for message in self if message.event_id.id in drafts}

    def _incoming(self) -> Incoming | None:
        """The event as billing told it, with the customer's contact data of today; None: it can't be read any more."""
        event, customer = self.event_id, self.customer_id
        known = Known([self.company_id.name], decimals_of)
        try:
            told = read(event._entry(), known)
        except Refused:
            return None
        today = replace(told.customer, phone=customer.phone or None, email=customer.email or None)
        return replace(told, company=self.company_id.name, customer=today)

    def _write_drafts(self, drafts: dict[DuebellMessage, Draft], *, resend: bool) -> DuebellMessage:
        """Writes a message for each draft; returns the messages that were written, not those that were there before."""
        refusals = self._refusals([*drafts.values()])
        words = self._words([draft for draft in drafts.values() if draft.uuid not in refusals])
        rows = []
        for message, draft in drafts.items():
            row = self._row(draft, words.get(draft.uuid), refusals.get(draft.uuid))
            if resend:
                row["uuid"] = uuid5(NAMESPACE, f"{message.uuid}/again").hex
            rows.append({**row, "resend_of_id": message.id if resend else None})
        written = self.browse(id_ for (id_,) in bulk.insert(self, rows, unless_known=("uuid",)))
        self.env["duebell.receipt"]._queue(written.ids)
        return written

    def _untrue_since(self) -> DuebellMessage:
        """Those of whose event a later one says that it is no longer so."""
        later = self.env["duebell.event"].search_fetch(
            [("customer_id", "in", self.customer_id.ids), ("type", "in", list(UNTRUE_BY))],
            ["customer_id", "type", "epoch", "sequence", "invoice_number"],
        )
        by_customer = later.grouped("customer_id")
        none = self.env["duebell.event"]
        return self.filtered(
            lambda message: any(event._denies(message.event_id) for event in by_customer.get(message.customer_id, none))
        )

    def _show_anew(self, noted: Sequence[tuple[DuebellMessage, models.BaseModel]]) -> dict[DuebellMessage, int]:
        """Beside a note there is one SMS a contact: the new one takes the place of the one that failed."""
        notifications = self.env["mail.notification"]
        notes = [sms.mail_message_id.id for _message, sms in noted]
        there = {
            (entry.mail_message_id, entry.res_partner_id): entry
            for entry in notifications.search([("mail_message_id", "in", notes)])
        }
        shown = {}
        for message, sms in noted:
            values = {**message._prepare_notification(sms), "failure_type": False, "failure_reason": False}
            if entry := there.get((sms.mail_message_id, sms.partner_id)):
                entry.write(values)
            shown[message] = (entry or notifications.create(values)).id
        return shown
