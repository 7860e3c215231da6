# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from odoo import fields, models
from odoo.tools import SQL

from ..contract import EVENT_TYPES

REMINDERS = (
    "invoice.due_soon",
    "invoice.overdue",
    "payment.failed",
    "customer.limitation_warning",
    "customer.suspension_warning",
    "customer.termination_warning",
    "customer.limited",
    "customer.suspended",
)
PAYMENTS = ("invoice.paid", "payment.received")
HOURS = 48


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
            "channel",
            "company_id",
            "customer_id",
            "event_id",
            "lang",
            "released_at",
            "rule_id",
            "state",
        ],
        "duebell.event": ["customer_id", "invoice_number", "occurred_at", "type"],
    }

    left_at = fields.Datetime("Sent", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    customer_id = fields.Many2one("duebell.customer", "Billing Customer", readonly=True)
    event_type = fields.Selection(list(EVENT_TYPES.items()), "Event", readonly=True)
    rule_id = fields.Many2one("duebell.message.rule", readonly=True)
    channel = fields.Selection([("sms", "SMS"), ("email", "E-mail")], readonly=True)
    lang = fields.Char("Language", readonly=True)
    paid_percent = fields.Float("Paid Within 48 Hours (%)", readonly=True, aggregator="avg", digits=(5, 1))

    @property
    def _table_query(self) -> SQL:
        """Each reminder's event is looked up by itself: all events of these types would be read for one week's else."""
        return SQL(
            """
            SELECT m.id, m.released_at AS left_at, m.company_id, m.customer_id, e.type AS event_type, m.rule_id,
                   m.channel, m.lang,
                   CASE WHEN EXISTS (
                       SELECT 1
                         FROM duebell_event p
                        WHERE p.customer_id = m.customer_id
                          AND p.type IN %(payments)s
                          AND (e.invoice_number IS NULL OR p.invoice_number = e.invoice_number)
                          AND p.occurred_at >= m.released_at
                          AND p.occurred_at < m.released_at + make_interval(hours => %(hours)s)
                   ) THEN 100.0 ELSE 0.0 END AS paid_percent
              FROM duebell_message m
              JOIN LATERAL (SELECT type, invoice_number FROM duebell_event WHERE id = m.event_id LIMIT 1) e ON TRUE
             WHERE m.state IN ('released', 'sent', 'delivered', 'unknown')
               AND e.type IN %(reminders)s
               AND m.released_at < %(judged)s - make_interval(hours => %(hours)s)
            """,
            payments=PAYMENTS,
            reminders=REMINDERS,
            hours=HOURS,
            judged=fields.Datetime.now(),
        )
