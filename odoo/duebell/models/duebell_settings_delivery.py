# SPDX-License-Identifier: LGPL-3.0-only
"""To whom messages go: to customers; all to one phone and one address; or to nobody, to see what would go."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import email_normalize

from odoo.addons.phone_validation.tools import phone_validation

UTF_8_MARK = "\ufeff"
"""By which spreadsheets know the encoding."""


class DuebellSettings(models.Model):
    _inherit = "duebell.settings"  # pylint: disable=consider-merging-classes-inherited

    delivery = fields.Selection(
        [
            ("live", "To customers"),
            ("test", "Test: all to one phone and one address"),
            ("shadow", "Shadow: to nobody, only written down"),
        ],
        "Messages Go",
        required=True,
        default="live",
    )
    test_phone = fields.Char(help="Gets each text while testing, for example +12025550123.")
    test_email = fields.Char("Test E-mail", help="Gets each e-mail while testing.")
    shadow_csv = fields.Binary(compute="_compute_shadow_csv")

    @api.constrains("delivery", "test_phone", "test_email")
    def _check_test(self) -> None:
        for settings in self.filtered(lambda one: one.delivery == "test"):
            if not settings._test_number() or not email_normalize(settings.test_email or ""):
                raise ValidationError(
                    self.env._("For a test enter the phone, like +12025550123, and the e-mail address that get all.")
                )

    def _test_number(self) -> str | None:
        """E.164; None: it is no number."""
        country = self.company_id.country_id.code
        try:
            return self.test_phone and phone_validation.phone_format(self.test_phone, country, None, "E164")
        except UserError:
            return None

    def _test_recipient(self, channel: str) -> str:
        return self._test_number() if channel == "sms" else email_normalize(self.test_email)

    @api.depends_context("tz", "lang")
    def _compute_shadow_csv(self) -> None:
        """When, whom and in which words customers would have been told, the first to leave first."""
        zone = self.env.context.get("tz") or self.env.user.tz or "UTC"
        for settings in self:
            text = UTF_8_MARK + settings._shadows().sorted("released_at")._as_csv(zone)
            settings.shadow_csv = b64encode(text.encode())

    def _shadows(self) -> models.BaseModel:
        return self.env["duebell.message"].search([("company_id", "=", self.company_id.id), ("state", "=", "shadow")])

    def action_shadow_csv(self) -> dict[str, Any]:
        self.ensure_one()
        if not self._shadows():
            raise UserError(self.env._("Nothing was written down in shadow mode yet."))
        where = f"/web/content/duebell.settings/{self.id}/shadow_csv/shadow.csv"
        return {"type": "ir.actions.act_url", "url": f"{where}?download=true", "target": "download"}

    def write(self, vals: dict[str, Any]) -> bool:
        """What is in Odoo's queues goes by the new word, too: it comes back to the outbox first."""
        if vals.keys() & {"delivery", "test_phone", "test_email"}:
            self.env["duebell.message"].sudo()._take_back_queued()
            self.env.ref("duebell.cron_release").sudo()._trigger()
        return super().write(vals)
