# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from odoo import fields, models
from odoo.tools import SQL

from ..contract import EVENT_TYPES
from ..reasons import reason_sql


class DuebellMessageReport(models.Model):
    """How many messages a day, in how many SMS parts, at which cost; what failed, and why."""

    _name = "duebell.message.report"
    _description = "Messages And Cost"
    _auto = False
    _order = "day_at desc, id desc"
    _depends = {
        "duebell.message": [
            *("because", "channel", "company_id", "create_date", "customer_id", "event_type"),
            *("lang", "part_price", "parts", "released_at", "rule_id", "state"),
        ],
        "res.company": ["currency_id"],
    }

    day_at = fields.Datetime("Day", readonly=True, help="When it left; of what never did, when it was written.")
    company_id = fields.Many2one("res.company", readonly=True)
    customer_id = fields.Many2one("duebell.customer", "Billing Customer", readonly=True)
    event_type = fields.Selection(list(EVENT_TYPES.items()), "Event", readonly=True)
    rule_id = fields.Many2one("duebell.message.rule", readonly=True)
    channel = fields.Selection([("sms", "SMS"), ("email", "E-mail")], readonly=True)
    lang = fields.Char("Language", readonly=True)
    state = fields.Selection(
        selection=lambda self: self.env["duebell.message"]._fields["state"]._description_selection(self.env),
        readonly=True,
    )
    because = fields.Char("What Happened", readonly=True)
    reason = fields.Char(readonly=True, help="What happened, without the customer's own number or address.")
    currency_id = fields.Many2one("res.currency", readonly=True)
    parts = fields.Integer("SMS Parts", readonly=True, help="Of those that left.")
    cost = fields.Monetary(readonly=True, help="SMS parts that left, by the price of the day.")

    @property
    def _table_query(self) -> SQL:
        """In two halves, so that the index of each one's day serves. All joins are outer ones: PostgreSQL leaves those
        out of which nothing is asked."""
        left = _messages(day=SQL("m.released_at"), parts=SQL("m.parts"), where=SQL("m.released_at IS NOT NULL"))
        stayed = _messages(day=SQL("m.create_date"), parts=SQL("0"), where=SQL("m.released_at IS NULL"))
        return SQL("%s UNION ALL %s", left, stayed)


def _messages(day: SQL, parts: SQL, where: SQL) -> SQL:
    return SQL(
        """
        SELECT m.id, %(day)s AS day_at, m.company_id, m.customer_id, m.event_type, m.rule_id, m.channel, m.lang,
               m.state, m.because, %(reason)s AS reason, c.currency_id, %(parts)s AS parts,
               %(parts)s * COALESCE(m.part_price, 0) AS cost
          FROM duebell_message m
          LEFT JOIN res_company c ON c.id = m.company_id
         WHERE %(where)s
        """,
        day=day,
        reason=reason_sql(SQL("m.because")),
        parts=parts,
        where=where,
    )
