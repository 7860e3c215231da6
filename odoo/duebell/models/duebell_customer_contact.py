# SPDX-License-Identifier: LGPL-3.0-only
"""What billing changed of its customers, on their contacts too: of all whom a call is about at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from odoo import api, models

from ..contract import Customer
from .duebell_customer_following import PARTNER_FIELDS


class DuebellCustomer(models.Model):
    _inherit = "duebell.customer"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _follow_contacts(self, changes: Sequence[tuple[DuebellCustomer, Customer]]) -> None:
        """Writes on the partners what billing changed, except where somebody edited the partner meanwhile.

        Where several customers are one partner, the first of them goes before the others.
        """
        values: dict[int, dict[str, Any]] = defaultdict(dict)
        for customer, told in changes:
            if changed := customer._changed_on_partner(told):
                values[customer.partner_id.id] = {**changed, **values[customer.partner_id.id]}
            for contact in customer._renamed_invoice_contacts(told):
                values[contact.id].setdefault("name", told.invoice_contact)
        self._partner_model()._write_each(values)

    def _changed_on_partner(self, told: Customer) -> dict[str, Any]:
        changed = {}
        for ours, theirs in PARTNER_FIELDS.items():
            before, after = self[ours] or None, getattr(told, ours)
            if before != after and self.partner_id[theirs] == self._on_partner(ours, before):
                changed[theirs] = self._on_partner(ours, after)
        return changed

    def _renamed_invoice_contacts(self, told: Customer) -> models.BaseModel:
        """The partner's child that gets the invoices, still named as billing named it, if billing names it anew."""
        before, after = self.invoice_contact, told.invoice_contact
        if not before or not after or before == after:
            return self.env["res.partner"]
        return self.partner_id.child_ids.filtered(lambda child: child.type == "invoice" and child.name == before)
