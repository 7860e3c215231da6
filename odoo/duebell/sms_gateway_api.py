# SPDX-License-Identifier: LGPL-3.0-only
"""The company's own gateway, as Odoo's SMS sender asks any."""

from __future__ import annotations

from typing import Any

from odoo.addons.sms.tools.sms_api import SmsApiBase

from .own_gateway import NO_ANSWER, NOT_REACHED, REFUSED, Outcome, Text, send_all


class OwnGatewayApi(SmsApiBase):
    """Texts leave by the company's gateway; those left out of the answer weren't asked for: they stay in the queue."""

    PROVIDER_TO_SMS_FAILURE_TYPE = SmsApiBase.PROVIDER_TO_SMS_FAILURE_TYPE | {
        REFUSED: "sms_server",
        NO_ANSWER: "sms_server",
        NOT_REACHED: "sms_server",
    }

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
        claimed = self.env["duebell.gateway.claim"].sudo()._claim([text.uuid for text in texts])
        asked = [text for text in texts if text.uuid in claimed or gateway.deduplicates]
        doubtful = [(text, Outcome(NO_ANSWER)) for text in texts if text not in asked]
        return [
            {
                "uuid": text.uuid,
                "state": outcome.word,
                "failure_reason": outcome.said or False,
                "duebell_said": outcome.said,
                "duebell_reference": outcome.reference,
            }
            for text, outcome in (*doubtful, *send_all(gateway._as_asked(), asked))
        ]
