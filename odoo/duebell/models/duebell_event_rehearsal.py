# SPDX-License-Identifier: LGPL-3.0-only
"""The contract's optional methods for proving a setup: a rehearsal of events, who sends, a text to a tester's phone."""

from __future__ import annotations

import re
from typing import Any

from odoo import api, models
from odoo.exceptions import UserError

from ..rehearsal import ended

PHONE = re.compile(r"\+[1-9]\d{6,14}")
UUID = re.compile(r"[0-9a-f]{32}")


class DuebellEvent(models.Model):
    _inherit = "duebell.event"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def rehearse(self, contract: int, events: list[dict[str, Any]]) -> dict[str, Any]:
        """`ingest`, undone: it ends with `RehearsalEnded`, and Odoo keeps nothing.

        Raises:
            RehearsalEnded: all went as it would for real; the message tells what.
            AccessError, UserError: as `ingest`.

        """
        self._check_caller()
        answer = self._ingest(contract, events)
        if "results" not in answer:
            return answer
        keys = {event["key"] for event in events}
        written = self.sudo().search([("event_id", "in", [key.partition("/")[0] for key in keys])]).message_ids
        failed = [
            (f"{message.event_id.event_id}/{message.event_id.replay}", message.channel, message.because)
            for message in written
            if message.state == "failed"
        ]
        raise ended(answer["results"], failed, len(written) - len(failed))

    @api.model
    def senders(self) -> dict[str, Any]:
        """By what texts and mails leave this Odoo.

        It asks Odoo's SMS service for the credit, and tries the mail server.

        """
        self._check_caller()
        addon = self.sudo()
        return {"sms": addon._sms_sender(), "mail": addon._mail_sender()}

    @api.model
    def test_sms(self, phone: str, uuid: str) -> dict[str, Any]:
        """Queues one text that says it is a test; the same uuid again tells what became of it.

        Raises:
            AccessError: the caller is not the integration.
            UserError: that is no phone number, or no uuid.

        """
        self._check_caller()
        if not (isinstance(phone, str) and PHONE.fullmatch(phone)):
            raise UserError(self.env._("phone: must be like +12025550123."))
        if not (isinstance(uuid, str) and UUID.fullmatch(uuid)):
            raise UserError(self.env._("uuid: must be 32 hexadecimal digits."))
        tracker = self.env["sms.tracker"].sudo().search([("sms_uuid", "=", uuid)])
        return tracker._state_of_test() if tracker else self.sudo()._queue_test_sms(phone, uuid)

    @api.model
    def _queue_test_sms(self, phone: str, uuid: str) -> dict[str, Any]:
        company = self.env.company
        spoken = self.with_context(lang=company.partner_id.lang)
        body = spoken.env._("%s: this is a test of billing's messages. There is nothing to do.", company.name)
        tracker = self.env["sms.tracker"].create({"sms_uuid": uuid, "duebell_state": "waiting"})
        self.env["sms.sms"].create({"uuid": uuid, "number": phone, "body": body, "state": "outgoing"})
        return tracker._state_of_test()

    @api.model
    def _sms_sender(self) -> dict[str, Any]:
        """`credit` is told by Odoo's own service only; -1: it could not be asked."""
        if own := self.env["duebell.gateway"]._of(self.env.company):
            return {"provider": own.name, "endpoint": None, "credit": None}
        if endpoint := self.env["ir.config_parameter"].get_param("sms.endpoint"):
            return {"provider": "gateway", "endpoint": endpoint, "credit": None}
        provider = self.env.company._get_sms_api_class().__name__
        if provider != "SmsApi":
            return {"provider": provider, "endpoint": None, "credit": None}
        if not self._has_sms_account():
            return {"provider": None, "endpoint": None, "credit": None}
        return {"provider": "odoo", "endpoint": None, "credit": self.env["iap.account"].get_credits("sms")}

    @api.model
    def _mail_sender(self) -> dict[str, Any]:
        """The outgoing server that goes first, and why it takes no mail; None: it does. Nothing is sent."""
        server = self.env["ir.mail_server"].search([], order="sequence, id", limit=1)
        if not server:
            return {"server": None, "because": None}
        try:
            server.with_context(duebell_sender=self.env.company.email).test_smtp_connection()
        except UserError as error:
            return {"server": server.name, "because": str(error)}
        return {"server": server.name, "because": None}
