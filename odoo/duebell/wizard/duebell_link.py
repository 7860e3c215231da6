# SPDX-License-Identifier: LGPL-3.0-only
"""The state of the link to Duebell, and what is typed there: a page for whoever sets it up or looks after it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from odoo import api, fields, models, release
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..contract import VERSIONS
from ..models.duebell_customer_outlook import CONSOLE


class DuebellLink(models.TransientModel):
    _name = "duebell.link"
    _description = "Link to Duebell"

    state = fields.Selection(
        [("unpaired", "Not connected yet"), ("held", "Connected, messages held"), ("paired", "Connected")],
        compute="_compute_state",
    )
    paired_with = fields.Char(compute="_compute_state", help="The one Duebell whose events this database takes.")
    held_since = fields.Datetime(compute="_compute_state")
    held_because = fields.Char("Why", compute="_compute_state")
    last_event_id = fields.Many2one("duebell.event", compute="_compute_last_event")
    last_event_came_at = fields.Datetime("Came At", compute="_compute_last_event")
    waiting = fields.Integer("Messages Waiting", compute="_compute_waiting")
    problems = fields.Text(compute="_compute_problems")
    unguarded = fields.Text(compute="_compute_unguarded")
    versions = fields.Char(compute="_compute_what_to_type")

    api_url = fields.Char("API_URL", compute="_compute_what_to_type")
    database = fields.Char(compute="_compute_what_to_type")
    keys = fields.Char("API_Access_Key", compute="_compute_keys")
    console_url = fields.Char(
        "Address of Duebell's Console",
        compute="_compute_console_url",
        inverse="_inverse_console_url",
        readonly=False,
        help="Customers get a button that opens their page there.",
    )

    @api.model
    def open_page(self) -> dict[str, Any]:
        """The page, as things are now."""
        action = self.env["ir.actions.act_window"]._for_xml_id("duebell.link_page_action")
        return {**action, "res_id": self.create({}).id}

    def refresh(self) -> dict[str, Any]:
        return self.open_page()

    def _compute_display_name(self) -> None:
        self.display_name = self.env._("Link to Duebell")

    @api.depends_context("lang")
    def _compute_state(self) -> None:
        events = self.env["duebell.event"].sudo()
        sender, held = events._paired_with(), events._held() or {}
        connected = sender or events.search_count([], limit=1)
        for page in self:
            page.state = "held" if held else "paired" if connected else "unpaired"
            page.paired_with = sender
            page.held_since = held.get("since")
            page.held_because = held.get("because")

    def _compute_last_event(self) -> None:
        event = self.env["duebell.event"].search([], order="id desc", limit=1)
        self.last_event_id = event
        self.last_event_came_at = event.create_date

    def _compute_waiting(self) -> None:
        self.waiting = self.env["duebell.message"].search_count([("state", "in", ("waiting", "released"))])

    @api.depends_context("lang")
    def _compute_problems(self) -> None:
        found = self.env["duebell.event"].sudo()._problems()
        self.problems = "\n".join(problem["sentence"] for problem in found)

    @api.depends_context("lang", "allowed_company_ids")
    def _compute_unguarded(self) -> None:
        """For each company in which the person works what its messages lack."""
        settings = self.env["duebell.settings"]._in_force(self.env.companies).values()
        self.unguarded = "\n".join(one.unguarded_line for one in settings if one.unguarded_line)

    def _compute_what_to_type(self) -> None:
        installed = self.env.ref("base.module_duebell").sudo().installed_version
        contracts = ", ".join(map(str, VERSIONS))
        self.versions = self.env._(
            "Odoo %(odoo)s, addon %(addon)s, contract %(contracts)s",
            odoo=release.major_version,
            addon=installed,
            contracts=contracts,
        )
        self.api_url = self.env["ir.config_parameter"].sudo().get_param("web.base.url")
        self.database = self.env.cr.dbname

    @api.depends_context("lang", "tz")
    def _compute_keys(self) -> None:
        """How many keys of the integration user work, and until when; never a key."""
        user = self.env.ref("duebell.user_integration").sudo()
        ((count, eternal, until),) = self.env.execute_query(
            SQL(
                "SELECT count(*), bool_or(expiration_date IS NULL), max(expiration_date) FROM res_users_apikeys"
                " WHERE user_id = %s AND (expiration_date IS NULL OR expiration_date > now() AT TIME ZONE 'UTC')",
                user.id,
            )
        )
        self.keys = self._keys_line(count, None if eternal else until)

    def _keys_line(self, count: int, until: Any) -> str:
        if not count:
            return self.env._("No key works: make one.")
        if until is None:
            return self.env._("%s in use, without end", count)
        day = fields.Date.to_string(fields.Datetime.context_timestamp(self, until))
        return self.env._("%(count)s in use, the last until %(day)s", count=count, day=day)

    def _compute_console_url(self) -> None:
        self.console_url = self.env["ir.config_parameter"].sudo().get_param(CONSOLE)

    def _inverse_console_url(self) -> None:
        """Keeps the address, without what follows the host and its path.

        Raises:
            ValidationError: no browser can open it.

        """
        for page in self:
            address = (page.console_url or "").strip().rstrip("/")
            if address and (urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).netloc):
                raise ValidationError(
                    self.env._("The address of Duebell's console must begin with http:// or https://.")
                )
            self.env["ir.config_parameter"].sudo().set_param(CONSOLE, address)
        self.env["duebell.customer"].invalidate_model(["console_link"])

    def open_console(self) -> dict[str, Any]:
        """Duebell's overview.

        Raises:
            UserError: nobody has said where it is.

        """
        if not self.console_url:
            raise UserError(self.env._("Enter the address of Duebell's console first."))
        return {"type": "ir.actions.act_url", "url": self.console_url, "target": "new"}
