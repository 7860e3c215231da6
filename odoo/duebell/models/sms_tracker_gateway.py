# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from odoo import fields, models

from ..own_gateway import Report


class SmsTracker(models.Model):
    _inherit = "sms.tracker"  # pylint: disable=consider-merging-classes-inherited

    duebell_gateway_id = fields.Many2one("duebell.gateway", "Gateway", readonly=True, ondelete="set null")
    duebell_reference = fields.Char(
        "Gateway's Number", readonly=True, index="btree_not_null", help="Under which the gateway knows the SMS."
    )

    def _take_report(self, report: Report) -> None:
        """What the gateway tells of the SMS."""
        if report.delivered:
            self._action_update_from_sms_state("sent")
        elif report.delivered is False:
            said = self.with_context(sms_known_failure_reason=report.said)
            said._action_update_from_provider_error("not_delivered")
