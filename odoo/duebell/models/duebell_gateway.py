# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..own_gateway import PLACEHOLDERS, Gateway, Reading, Unusable, fields_of, headers_of, json_of, placeholders_in

SYSTEM = "base.group_system"
PATTERNS = ("success_pattern", "delivered_pattern", "failed_pattern")
TEMPLATES = ("url", "headers", "body")


class DuebellGateway(models.Model):
    """A company's own SMS gateway: how it is asked over HTTP, and what its answers mean. For administrators alone."""

    _name = "duebell.gateway"
    _description = "SMS Gateway"
    _order = "company_id, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="cascade", default=lambda self: self.env.company, index=True
    )
    url = fields.Char("Address", required=True, help="To which each SMS is sent, with https:// or http://.")
    method = fields.Selection([("POST", "POST"), ("PUT", "PUT"), ("GET", "GET")], required=True, default="POST")
    headers = fields.Text(default="Authorization: Bearer {secret}", help="One a line, like Name: value.")
    body_format = fields.Selection(
        [("json", "JSON"), ("form", "Form: a name=value on each line")], required=True, default="json"
    )
    body = fields.Text(
        required=True,
        default='{\n  "to": "{number}",\n  "from": "{sender}",\n  "text": "{text}",\n  "id": "{uuid}"\n}',
        help="May name {number}, {digits} (the number without +), {text}, {uuid}, {sender}, {secret} and {report_url}.",
    )
    secret = fields.Char(groups=SYSTEM, copy=False, help="The key that the gateway gave: put as {secret} above.")
    sender = fields.Char(help="The name or number that customers see: put as {sender} above.")
    per_second = fields.Float(
        "Texts a Second", default=10.0, required=True, help="The most that the gateway takes from this sender."
    )
    deduplicates = fields.Boolean(
        "Knows Doubles",
        help="The gateway never sends the same {uuid} twice. Then a text that it left unanswered goes again by itself;"
        " otherwise it never does, as it may have been sent.",
    )
    success_path = fields.Char("Success Is Told At", help="Where its JSON answer says so, like messages.0.status.")
    success_pattern = fields.Char("As", help="A regular expression. Empty: any answer without an error is a success.")
    reference_path = fields.Char(
        "Its Own Number of the SMS", help="Where its answer has it, like messages.0.id: reports may name it."
    )
    said_path = fields.Char("Why It Refused", help="Where its answer has the words, like error.message.")

    _one_each = models.UniqueIndex("(company_id) WHERE active", "The company has an SMS gateway already.")

    @api.constrains(*TEMPLATES, "body_format")
    def _check_templates(self) -> None:
        for gateway in self:
            address = urlsplit(gateway.url)
            if address.scheme not in ("http", "https") or not address.hostname or "{" in address.netloc:
                raise ValidationError(self.env._("The address must begin like https://sms.example.com/."))
            unknown = set().union(*(placeholders_in(gateway[name] or "") for name in TEMPLATES)) - set(PLACEHOLDERS)
            if unknown:
                words = self.env._("There is no {%(unknown)s}: use %(known)s.")
                known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
                raise ValidationError(words % {"unknown": min(unknown), "known": known})
            gateway._check_readable()

    def _check_readable(self) -> None:
        parse_body = json_of if self.body_format == "json" else fields_of
        self._check_parsed(self.env._("Headers"), self.headers or "", headers_of)
        self._check_parsed(self.env._("Body"), self.body, parse_body)

    def _check_parsed(self, label: str, template: str, parse: Callable[[str], Any]) -> None:
        try:
            parse(template)
        except Unusable as error:
            raise ValidationError(self.env._("%(label)s: %(error)s.", label=label, error=error)) from None

    @api.constrains(*PATTERNS)
    def _check_patterns(self) -> None:
        for gateway in self:
            for name in PATTERNS:
                gateway._check_pattern(name)

    def _check_pattern(self, name: str) -> None:
        try:
            re.compile(self[name] or "")
        except re.error as error:
            label = self._fields[name]._description_string(self.env)
            raise ValidationError(
                self.env._("%(label)s is no regular expression: %(error)s.", label=label, error=error)
            ) from None

    @api.constrains("per_second")
    def _check_pace(self) -> None:
        if any(gateway.per_second <= 0 for gateway in self):
            raise ValidationError(self.env._("A gateway takes more than 0 texts a second."))

    @api.model
    def _of(self, company: models.BaseModel) -> DuebellGateway:
        """The company's gateway in use, if any."""
        return self.search([("company_id", "=", company.id)], limit=1)

    def _as_asked(self) -> Gateway:
        return Gateway(
            url=self.url,
            method=self.method,
            body_format=self.body_format,
            body=self.body,
            headers=self.headers or "",
            secret=self.secret or "",
            sender=self.sender or "",
            report_url=self.report_url,
            reading=Reading(
                self.success_path or "", self.success_pattern or "", self.reference_path or "", self.said_path or ""
            ),
            pause=1 / self.per_second,
            deduplicates=self.deduplicates,
        )
