# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from odoo import fields, models
from odoo.tools import SQL

from ..contract import EVENT_TYPES
from ..models.duebell_message_followed import HOURS, REMINDERS


class DuebellReminderReport(models.Model):
    """Which words make customers pay: of each reminder that left, whether they did within 48 hours.

    A reminder of an invoice counts as followed when that invoice is paid, another when anything is. Those that left
    less than 48 hours ago aren't judged yet.
    """

    _name = "duebell.reminder.report"
    _description = "Paid After Reminders"
    _auto = False
    _order = "left_at desc, id desc"
    _depends = {
        "duebell.message": [
            *("channel", "company_id", "customer_id", "event_type", "lang", "mail_template_id", "meant_for"),
            *("merged_into_id", "paid_at", "released_at", "rule_id", "sms_template_id", "state"),
        ],
    }

    left_at = fields.Datetime("Sent", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    customer_id = fields.Many2one("duebell.customer", "Billing Customer", readonly=True)
    event_type = fields.Selection(list(EVENT_TYPES.items()), "Event", readonly=True)
    rule_id = fields.Many2one("duebell.message.rule", readonly=True)
    sms_template_id = fields.Many2one("sms.template", "SMS Text", readonly=True)
    mail_template_id = fields.Many2one("mail.template", "E-mail Text", readonly=True)
    channel = fields.Selection([("sms", "SMS"), ("email", "E-mail")], readonly=True)
    lang = fields.Char("Language", readonly=True)
    paid_percent = fields.Float("Paid Within 48 Hours (%)", readonly=True, aggregator="avg", digits=(5, 1))

    @property
    def _table_query(self) -> SQL:
        """In two halves, so that the index of when a message left serves both: what was told in one message with
        others left with that one."""
        alone = _reminders(
            left="m",
            rows=SQL("duebell_message m"),
            told=SQL("m.state IN ('released', 'sent', 'delivered', 'unknown')"),
        )
        merged = _reminders(
            left="lead",
            rows=SQL("duebell_message lead JOIN duebell_message m ON m.merged_into_id = lead.id"),
            told=SQL("m.state = 'merged'"),
        )
        return SQL("%s UNION ALL %s", alone, merged)


def _reminders(left: str, rows: SQL, told: SQL) -> SQL:
    """`left`: the one that left, and if a test didn't keep it from the customer reminded him."""
    return SQL(
        """
        SELECT m.id, %(left_at)s AS left_at, m.company_id, m.customer_id, m.event_type, m.rule_id, m.sms_template_id,
               m.mail_template_id, m.channel, m.lang,
               CASE WHEN m.paid_at IS NULL THEN 0.0 ELSE 100.0 END AS paid_percent
          FROM %(rows)s
         WHERE %(told)s
           AND m.event_type IN %(reminders)s
           AND %(meant_for)s IS NULL
           AND %(left_at)s < %(now)s - make_interval(hours => %(hours)s)
        """,
        left_at=SQL.identifier(left, "released_at"),
        meant_for=SQL.identifier(left, "meant_for"),
        rows=rows,
        told=told,
        reminders=REMINDERS,
        now=fields.Datetime.now(),
        hours=HOURS,
    )
