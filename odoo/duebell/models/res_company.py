# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from odoo import models

from odoo.addons.sms.tools.sms_api import SmsApiBase

from ..sms_gateway_api import OwnGatewayApi


class ResCompany(models.Model):
    _inherit = "res.company"

    def _get_sms_api_class(self) -> type[SmsApiBase]:
        """Its own gateway, if it has one; where another provider's addon overrides this, the sender sees to it."""
        own = self.env["duebell.gateway"].sudo()._of(self)
        api_class: type[SmsApiBase] = super()._get_sms_api_class()
        return OwnGatewayApi if own else api_class

    def _responsible_for(self, contact: models.BaseModel) -> models.BaseModel:
        """Who looks after a contact: the salesperson, else the company's billing manager, else one of Billing's own."""
        settings = self.env["duebell.settings"]._in_force(self)[self.id]
        named = (contact.user_id, settings.manager_id)
        return next((user for user in named if user.active), settings._managers()[:1])
