# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from odoo import models

from ..erasure import ERASED
from .duebell_customer_following import PARTNER_FIELDS

_GOES = (
    "company_name",
    "vat_number",
    "invoice_contact",
    "phone",
    "email",
    "language",
    "time_zone",
    "payment_method",
)
_ON_CONTACT = {theirs for ours, theirs in PARTNER_FIELDS.items() if ours in _GOES}


class DuebellCustomer(models.Model):
    _inherit = "duebell.customer"  # pylint: disable=consider-merging-classes-inherited

    def _forget(self) -> list[str]:
        """Erases who it is; returns what a person still has to look at."""
        self.ensure_one()
        self.message_ids._forget()
        self.event_ids._forget()
        self.invoice_ids._forget()
        self.write({"name": ERASED, **dict.fromkeys(_GOES, False)})
        return [self._forget_contact()]

    def _forget_contact(self) -> str:
        """Empties the contact of what billing wrote there, if billing made it for this customer alone."""
        partner = self.partner_id
        place = f"/odoo/contacts/{partner.id}"
        if partner.create_uid not in self.env.ref("duebell.group_integration").all_user_ids:
            return self.env._("The contact %s was not made by billing: erase it in Odoo if it has to go.", place)
        if any(other.name != ERASED for other in partner.duebell_customer_ids - self):
            return self.env._("The contact %s is another billing customer's too and was left as it is.", place)
        made = partner | partner.child_ids.filtered(lambda child: child.create_date == partner.create_date)
        self._partner_model().browse(made.ids).write({"name": ERASED, **dict.fromkeys(_ON_CONTACT, False)})
        return self.env._("The contact %s was emptied of what billing had written: see what colleagues added.", place)
