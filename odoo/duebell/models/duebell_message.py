# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from markupsafe import Markup

from odoo import api, fields, models

FORWARD = {
    "waiting": ("released", "failed", "cancelled", "superseded", "merged", "shadow"),
    "released": ("sent", "delivered", "failed", "bounced", "unknown", "cancelled", "superseded", "shadow"),
    "sent": ("delivered", "failed", "bounced"),
    "unknown": ("sent", "delivered", "failed", "bounced"),
    "failed": ("delivered",),
    "bounced": (),
    "delivered": (),
    "cancelled": (),
    "superseded": (),
    "merged": (),
    "shadow": (),
}
"""Where a state may go. Reports come in any order: who got the text got it, however late another report denies it."""

IN_CONTRACT = {"superseded": "cancelled", "merged": "cancelled", "shadow": "cancelled", "bounced": "failed"}
"""What billing's side is told instead of states that version 1 of the contract does not have."""

COLORS = {"released": 4, "sent": 10, "delivered": 10, "failed": 1, "bounced": 1, "unknown": 3}
"""Of Odoo's palette: blue, green, red, yellow; none for the others."""

TIME_OF = {"released": "released_at", "shadow": "released_at", "sent": "sent_at", "delivered": "delivered_at"}


class DuebellMessage(models.Model):
    """The outbox: what a customer is told of an event by one channel; written when that comes, sent when released."""

    _name = "duebell.message"
    _description = "Billing Message"
    _order = "id desc"

    event_id = fields.Many2one("duebell.event", required=True, readonly=True, ondelete="restrict", index=True)
    event_type = fields.Selection(related="event_id.type", store=True)
    customer_id = fields.Many2one("duebell.customer", required=True, readonly=True, ondelete="restrict", index=True)
    partner_id = fields.Many2one(related="customer_id.partner_id")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    channel = fields.Selection([("sms", "SMS"), ("email", "E-mail")], required=True, readonly=True)
    recipient = fields.Char(readonly=True, help="The number or address, from the event.")
    uuid = fields.Char("UUID", required=True, readonly=True, help="Under which the SMS gateway knows the message.")
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("released", "Released"),
            ("sent", "Sent"),
            ("delivered", "Delivered"),
            ("failed", "Failed"),
            ("bounced", "Bounced"),
            ("unknown", "Unknown"),
            ("cancelled", "Cancelled"),
            ("superseded", "No Longer True"),
            ("merged", "Merged"),
            ("shadow", "Shadow: Not Sent"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    because = fields.Char(readonly=True, help="Why it went no further, in plain words.")
    color = fields.Integer(compute="_compute_color")
    lang = fields.Char("Language", readonly=True)
    subject = fields.Char(readonly=True)
    body = fields.Text(readonly=True)
    body_html = fields.Html("Text", compute="_compute_body_html")
    mail_template_id = fields.Many2one("mail.template", readonly=True, ondelete="set null")
    sms_template_id = fields.Many2one("sms.template", readonly=True, ondelete="set null")
    released_at = fields.Datetime(readonly=True)
    sent_at = fields.Datetime(readonly=True)
    delivered_at = fields.Datetime(readonly=True)
    tries = fields.Integer(readonly=True, help="How often the gateway was unreachable.")
    retry_at = fields.Datetime(readonly=True, help="When a message that the gateway surely didn't take goes again.")

    _uuid = models.Constraint("unique (uuid)", "This message is queued already.")
    _waiting = models.Index("(customer_id) WHERE state = 'waiting'")
    _retrying = models.Index("(retry_at) WHERE retry_at IS NOT NULL")

    @api.depends("channel", "state")
    def _compute_display_name(self) -> None:
        channels = dict(self._fields["channel"]._description_selection(self.env))
        states = dict(self._fields["state"]._description_selection(self.env))
        for message in self:
            message.display_name = f"{channels.get(message.channel)}: {states.get(message.state)}"

    @api.depends("state")
    def _compute_color(self) -> None:
        for message in self:
            message.color = COLORS.get(message.state, 0)

    @api.depends("body", "channel")
    def _compute_body_html(self) -> None:
        for message in self:
            body = message.body or ""
            message.body_html = body if message.channel == "email" else Markup("<p>%s</p>") % body

    def _advance(self, state: str, because: str | None = None) -> None:
        """Takes each message on to a state that may follow its own; for the others nothing happens."""
        moving = self.filtered(lambda message: state in FORWARD[message.state])
        if not moving:
            return
        values = {"state": state, "because": because, "retry_at": False}
        if state in TIME_OF:
            values[TIME_OF[state]] = fields.Datetime.now()
        moving.write(values)
        self.env["duebell.receipt"]._queue(moving.ids)

    def _note_line(self) -> str:
        """For the timeline: what the customer is told, or why he isn't."""
        if self.state in ("failed", "bounced"):
            by = self.env._("SMS failed") if self.channel == "sms" else self.env._("E-mail failed")
            return f"{by}: {self.because}"
        if self.state in ("cancelled", "superseded", "merged", "shadow"):
            return str(self.because)
        if self.channel == "sms":
            return self.env._("SMS to %(recipient)s: “%(body)s”", recipient=self.recipient, body=self.body)
        return self.env._("E-mail to %(recipient)s: “%(subject)s”", recipient=self.recipient, subject=self.subject)
