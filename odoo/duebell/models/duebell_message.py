# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from markupsafe import Markup

from odoo import api, fields, models

from .. import bulk
from ..consequences import Untruth, case_of
from ..contract import Incoming
from ..recipients import Recipient, recipient_of
from ..rendering import Words, words_of
from ..wording import odoo_language
from .duebell_customer import Linked
from .duebell_message_rule import rule_for

NAMESPACE = UUID("5f7f1c0e-5a3e-5d0c-9a55-0f6b8a3c8d11")
FORWARD = {
    "waiting": ("released", "failed", "cancelled"),
    "released": ("sent", "delivered", "failed", "unknown", "cancelled"),
    "sent": ("delivered", "failed"),
    "unknown": ("sent", "delivered", "failed"),
    "failed": ("delivered",),
    "delivered": (),
    "cancelled": (),
}
"""Where a state may go. Reports come in any order: who got the text got it, however late another report denies it."""

COLORS = {"released": 4, "sent": 10, "delivered": 10, "failed": 1, "unknown": 3}
"""Of Odoo's palette: blue, green, red, yellow; none for the others."""

TIME_OF = {"released": "released_at", "sent": "sent_at", "delivered": "delivered_at"}


class Draft(NamedTuple):
    """A message to be."""

    event: Incoming
    event_id: int
    channel: str
    recipient: Recipient
    template: models.BaseModel
    lang: str

    @property
    def uuid(self) -> str:
        """The same for the same message whenever it is drafted; 32 hex digits, as SMS gateways report it back."""
        return uuid5(NAMESPACE, f"{self.event.key}/{self.channel}/{self.recipient.address}").hex


class Later(NamedTuple):
    """An event that may make what waits for its customer untrue; `because`: what it made of it, in plain words."""

    event: Incoming
    untruth: Untruth
    customer_id: int
    because: str

    def denies(self, earlier: models.BaseModel) -> bool:
        """Whether the customer's earlier event is no longer true by this one."""
        invoice = self.event.invoice and self.event.invoice.number
        return (
            earlier.type in self.untruth.types
            and (earlier.epoch, earlier.sequence) < self.event.place
            and (not self.untruth.same_invoice or earlier.invoice_number == invoice)
        )


class DuebellMessage(models.Model):
    """The outbox: what a customer is told of an event by one channel, settled when the event came, sent when released."""

    _name = "duebell.message"
    _description = "Billing Message"
    _order = "id desc"

    event_id = fields.Many2one("duebell.event", required=True, readonly=True, ondelete="restrict", index=True)
    event_type = fields.Selection(related="event_id.type")
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
            ("unknown", "Unknown"),
            ("cancelled", "Cancelled"),
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
    body_html = fields.Html("Text", compute="_compute_body_html", sanitize=False)
    mail_template_id = fields.Many2one("mail.template", readonly=True, ondelete="set null")
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
            message.body_html = Markup(body) if message.channel == "email" else Markup("<p>%s</p>") % body

    @api.model
    def _queue(
        self,
        events: Sequence[Incoming],
        ids: Mapping[str, int],
        customers: Mapping[tuple[str, str], Linked],
        companies: Mapping[str | None, models.BaseModel],
    ) -> set[str]:
        """Drafts and writes the messages of these events, each in the customer's language; one that can't be told is written as
        failed. Returns the keys of the events for which there is no rule."""
        drafts = self._drafts(events, ids, companies)
        words = self._words(drafts)
        rows = [
            self._row(draft, words.get(draft.uuid), customers[draft.event.identity], companies[draft.event.company])
            for draft in drafts
        ]
        written = bulk.insert(self, rows, ("id", "state"), unless_known=("uuid",))
        self.env["duebell.receipt"]._queue([id_ for id_, state in written if state == "failed"])
        return {event.key for event in events} - {draft.event.key for draft in drafts}

    @api.model
    def _drafts(
        self, events: Sequence[Incoming], ids: Mapping[str, int], companies: Mapping[str | None, models.BaseModel]
    ) -> list[Draft]:
        rules = self.env["duebell.message.rule"]._by_event()
        installed = tuple(code for code, _name in self.env["res.lang"].get_installed())
        drafts = []
        for event in events:
            company = companies[event.company]
            rule = rule_for(rules, event.type, case_of(event), company.id)
            if rule is None:
                continue
            lang = odoo_language(event.customer.language, installed) or company.partner_id.lang or "en_US"
            for channel in rule._channels():
                recipient = recipient_of(self.env, event.customer, channel, company.country_id.code)
                drafts.append(Draft(event, ids[event.key], channel, recipient, rule._template(channel), lang))
        return drafts

    @api.model
    def _words(self, drafts: Sequence[Draft]) -> dict[str, Words]:
        """The text of each draft that has a recipient, by its uuid: rendered by template and language, all events at once."""
        groups: dict[tuple[models.BaseModel, str], list[Draft]] = defaultdict(list)
        for draft in drafts:
            if not draft.recipient.because:
                groups[draft.template, draft.lang].append(draft)
        words = {}
        for (template, lang), group in groups.items():
            by_event = words_of(template, [draft.event_id for draft in group], lang)
            words.update((draft.uuid, by_event[draft.event_id]) for draft in group)
        return words

    def _row(self, draft: Draft, words: Words | None, customer: Linked, company: models.BaseModel) -> dict[str, Any]:
        because = draft.recipient.because or (words and words.because)
        return {
            "event_id": draft.event_id,
            "customer_id": customer.id,
            "company_id": company.id,
            "channel": draft.channel,
            "recipient": draft.recipient.address,
            "uuid": draft.uuid,
            "state": "failed" if because else "waiting",
            "because": because,
            "lang": draft.lang,
            "subject": words and words.subject,
            "body": words and words.body,
            "mail_template_id": draft.template.id if draft.channel == "email" else None,
        }

    @api.model
    def _cancel_untrue(self, later: Sequence[Later]) -> None:
        """Cancels what waits and is no longer true by what came later."""
        by_customer: dict[int, list[Later]] = defaultdict(list)
        for one in later:
            by_customer[one.customer_id].append(one)
        because = {}
        for message in self._waiting_for(list(by_customer), {type_ for one in later for type_ in one.untruth.types}):
            reasons = [one.because for one in by_customer[message.customer_id.id] if one.denies(message.event_id)]
            if reasons:
                because[message] = reasons[0]
        for reason, messages in self.browse(message.id for message in because).grouped(because.__getitem__).items():
            messages._advance("cancelled", reason)
            messages.event_id._add_to_notes(reason)

    @api.model
    def _waiting_for(self, customer_ids: list[int], types: Collection[str]) -> DuebellMessage:
        return self.search(
            [("state", "=", "waiting"), ("customer_id", "in", customer_ids), ("event_id.type", "in", list(types))]
        )

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
        if self.state == "failed":
            by = self.env._("SMS failed") if self.channel == "sms" else self.env._("E-mail failed")
            return f"{by}: {self.because}"
        if self.channel == "sms":
            return self.env._("SMS to %(recipient)s: “%(body)s”", recipient=self.recipient, body=self.body)
        return self.env._("E-mail to %(recipient)s: “%(subject)s”", recipient=self.recipient, subject=self.subject)
