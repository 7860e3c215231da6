# SPDX-License-Identifier: LGPL-3.0-only
"""What the addon says of itself: the first thing that the service asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from odoo import api, fields, models, release
from odoo.http import request
from odoo.tools import SQL

from odoo.addons.base.models.res_users import INDEX_SIZE

from ..contract import EVENT_TYPES, MAX_EVENTS, VERSIONS
from .duebell_event_contract import REPORT_WITHIN_DAYS, UNMATCHED
from .duebell_event_upkeep import METHODS

OFF = ("neutralized", "copied", "release-off")
"""Problems with which nothing leaves at all."""


class DuebellEvent(models.Model):
    _inherit = "duebell.event"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def status(self) -> dict[str, Any]:
        """What the addon is and knows, and what there is to mend."""
        self._check_caller()
        addon = self.sudo()
        problems = addon._problems()
        slugs = {problem["slug"] for problem in problems}
        return {
            "contracts": list(VERSIONS),
            "methods": list(METHODS),
            "unmatched": list(UNMATCHED),
            "addon_version": addon.env.ref("base.module_duebell").installed_version,
            "odoo_version": release.major_version,
            "database_uuid": addon.env["ir.config_parameter"].get_param("database.uuid"),
            "database": self.env.cr.dbname,
            "server_time": str(fields.Datetime.now()),
            "company": addon.env.company.name,
            "user": addon.env.user.login,
            "key_expires_on": self._key_expires_on(),
            "paired_with": self._paired_with(),
            "held": self._held(),
            "max_events": MAX_EVENTS,
            "event_types": list(EVENT_TYPES),
            "templates": addon._told_languages(),
            "sms_ready": not slugs & {"no-sms-account", *OFF},
            "mail_ready": not slugs & {"no-mail-server", "no-sender", *OFF},
            "currency": addon.env.company.currency_id.name,
            "reports": addon._reports(),
            "sms_endpoint": addon.env["ir.config_parameter"].get_param("sms.endpoint") or None,
            "problems": problems,
        }

    @api.model
    def _told_languages(self) -> dict[str, dict[str, list[str]]]:
        """For each event type that is told: the languages of its texts, by channel."""
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        told: dict[str, dict[str, set[str]]] = {}
        for rule in self.env["duebell.message.rule"]._by_event().values():
            for channel in rule._channels():
                written = rule._languages(channel)
                told.setdefault(rule.event_type, {}).setdefault(channel, set(languages)).intersection_update(written)
        return {type_: {channel: sorted(codes) for channel, codes in by.items()} for type_, by in told.items()}

    @api.model
    def _reports(self) -> dict[str, Any]:
        """Where gateways report deliveries to, and how many of the texts that left lately told of theirs."""
        now = fields.Datetime.now()
        left = [
            ("channel", "=", "sms"),
            ("released_at", ">", now - timedelta(days=REPORT_WITHIN_DAYS)),
            ("released_at", "<", now - timedelta(hours=1)),
        ]
        messages = self.env["duebell.message"]
        return {
            "url": f"{self.env['ir.config_parameter'].get_param('web.base.url')}/sms/status",
            "sent": messages.search_count([*left, ("state", "in", ("sent", "unknown", "delivered"))]),
            "delivered": messages.search_count([*left, ("state", "=", "delivered")]),
        }

    @api.model
    def _problems(self) -> list[dict[str, str]]:
        """What keeps messages from leaving this Odoo, most fundamental first."""
        parameters = self.env["ir.config_parameter"]
        checks = [
            (
                "neutralized",
                parameters.get_param("database.is_neutralized"),
                self.env._("This database is neutralized: it is a copy that sends nothing. Use the real one."),
            ),
            ("copied", self._is_copied(), self._copy_line()),
            (
                "release-off",
                not self.env.ref("duebell.cron_release").active,
                self.env._("The scheduled action “Billing: release messages” is off: activate it in Odoo's settings."),
            ),
            (
                "no-sms-account",
                not self._has_sms_account(),
                self.env._(
                    "Odoo has no registered SMS account: register one in Settings, SMS, or remove SMS from the rules."
                ),
            ),
            (
                "no-mail-server",
                not self.env["ir.mail_server"].search_count([], limit=1),
                self.env._("Odoo has no outgoing mail server: add one in Settings, Outgoing Mail Servers."),
            ),
            (
                "no-sender",
                not (self.env.company.email or self.env.company.default_from_email),
                self.env._("The company has no e-mail address to write from: add one in Settings, Companies."),
            ),
        ]
        return [{"slug": slug, "sentence": sentence} for slug, found, sentence in checks if found]

    @api.model
    def _has_sms_account(self) -> bool:
        """A registered account with Odoo, a gateway of one's own at `sms.endpoint`, or another provider's addon."""
        if self.env["ir.config_parameter"].get_param("sms.endpoint"):
            return True
        if self.env.company._get_sms_api_class().__name__ != "SmsApi":
            return True
        accounts = self.env["iap.account"].search([("service_name", "=", "sms"), ("state", "=", "registered")], limit=1)
        return bool(accounts)

    @api.model
    def _key_expires_on(self) -> str | None:
        """Of the key that makes this call; None: never, or there is no key (a shell)."""
        header = request.httprequest.headers.get("Authorization", "") if request else ""
        key = header.partition(" ")[2]
        if not key:
            return None
        rows = self.env.execute_query(
            SQL(
                "SELECT max(expiration_date) FROM res_users_apikeys WHERE user_id = %s AND index = %s",
                self.env.uid,
                key[:INDEX_SIZE],
            )
        )
        return str(rows[0][0].replace(microsecond=0)) if rows[0][0] else None
