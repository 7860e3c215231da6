# SPDX-License-Identifier: LGPL-3.0-only
"""What a gateway tells by itself: where, signed how; and of deliveries."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import Any

from odoo import api, fields, models

from ..own_gateway import ReportReading, reports_of
from .duebell_gateway import SYSTEM

UUID = re.compile(r"[0-9a-f]{32}")


class DuebellGateway(models.Model):
    _inherit = "duebell.gateway"  # pylint: disable=consider-merging-classes-inherited

    token = fields.Char(
        groups=SYSTEM, readonly=True, copy=False, required=True, default=lambda _self: secrets.token_urlsafe(32)
    )
    report_url = fields.Char(
        "Reports Go To", compute="_compute_urls", groups=SYSTEM, help="Whoever knows it may report."
    )
    reply_url = fields.Char("Answers Go To", compute="_compute_urls", groups=SYSTEM)
    signature_header = fields.Char(
        help="In which the gateway signs what it tells: hexadecimal HMAC-SHA256 of the body. Empty: it doesn't sign."
    )
    signature_key = fields.Char(groups=SYSTEM, copy=False)
    reports_path = fields.Char("List of Reports", help="Where it is if it tells several at once, like results.")
    report_key_path = fields.Char("Which SMS", default="id", help="Where the {uuid} or the gateway's own number is.")
    report_state_path = fields.Char("What Became of It", default="status")
    delivered_pattern = fields.Char("Delivered", default="delivered|delivrd", help="A regular expression.")
    failed_pattern = fields.Char(
        "Not Delivered",
        default="undelivered|undeliv|failed|rejected|rejectd|expired|deleted",
        help="A regular expression. Any other word says nothing yet.",
    )
    report_said_path = fields.Char("Why Not", help="Where the words are.")

    _token = models.Constraint("unique (token)", "The token is taken.")

    @api.depends("token")
    def _compute_urls(self) -> None:
        for gateway in self:
            base = f"{gateway.get_base_url()}/duebell/sms/{gateway.token}"
            gateway.report_url = f"{base}/report"
            gateway.reply_url = f"{base}/reply"

    def action_new_token(self) -> None:
        """What knew the addresses before knows them no more."""
        for gateway in self:
            gateway.token = secrets.token_urlsafe(32)

    @api.model
    def _of_token(self, token: str) -> DuebellGateway:
        return self.search([("token", "=", token)], limit=1) if token else self.browse()

    def _is_signed(self, body: bytes, signature: str) -> bool:
        """Whether the gateway said this itself; always where it doesn't sign."""
        if not self.signature_header:
            return True
        expected = hmac.new((self.signature_key or "").encode(), body, hashlib.sha256).hexdigest()
        return bool(self.signature_key) and hmac.compare_digest(expected, signature.strip().lower())

    def _take_reports(self, data: Any) -> bool:
        """Whether all texts that are told of are known: the gateway may be faster than the end of our own sending."""
        reports = list(reports_of(data, self._report_reading()))
        trackers = self._trackers({report.key for report in reports})
        for report in reports:
            if report.key in trackers:
                trackers[report.key]._take_report(report)
        known = [tracker.sms_uuid for tracker in trackers.values()]
        self.env["sms.sms"].search([("uuid", "in", known), ("to_delete", "=", False)]).to_delete = True
        return len(trackers) == len({report.key for report in reports})

    def _report_reading(self) -> ReportReading:
        return ReportReading(
            self.reports_path or "",
            self.report_key_path or "",
            self.report_state_path or "",
            self.delivered_pattern or "",
            self.failed_pattern or "",
            self.report_said_path or "",
        )

    def _trackers(self, keys: set[str]) -> dict[str, models.BaseModel]:
        """Of the texts that are known by the keys: our uuids, or numbers that this gateway gave."""
        trackers = self.env["sms.tracker"]
        by_uuid = trackers.search([("sms_uuid", "in", [key for key in keys if UUID.fullmatch(key)])])
        found = {tracker.sms_uuid: tracker for tracker in by_uuid}
        others = [("duebell_gateway_id", "=", self.id), ("duebell_reference", "in", list(keys - set(found)))]
        return {**{tracker.duebell_reference: tracker for tracker in trackers.search(others)}, **found}
