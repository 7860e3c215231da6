# SPDX-License-Identifier: LGPL-3.0-only
"""The company's own gateway, as Odoo's SMS sender asks any."""

from __future__ import annotations

from typing import Any

from odoo.addons.sms.tools.sms_api import SmsApiBase

from .own_gateway import Text, send_all


class OwnGatewayApi(SmsApiBase):
    """Texts leave by the company's gateway; those left out of the answer weren't asked for: they stay in the queue."""

    def _send_sms_batch(
        self,
        messages: list[dict[str, Any]],
        delivery_reports_url: str | bool = False,  # noqa: ARG002 - the gateway has one of its own
    ) -> list[dict[str, Any]]:
        gateway = self.env["duebell.gateway"].sudo()._of(self.company)
        texts = [
            Text(number["uuid"], number["number"] or "", message["content"] or "")
            for message in messages
            for number in message["numbers"]
        ]
        return [
            {
                "uuid": text.uuid,
                "state": outcome.word,
                "failure_reason": outcome.said or False,
                "duebell_reference": outcome.reference,
            }
            for text, outcome in send_all(gateway._as_asked(), texts)
        ]
