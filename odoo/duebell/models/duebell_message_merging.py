# SPDX-License-Identifier: LGPL-3.0-only
"""Several messages that leave for one customer at the same time become one, where their rules say so.

The first of them leads: it leaves in words that tell them all. The others wait for what becomes of it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from markupsafe import Markup

from odoo import fields, models
from odoo.tools import SQL

from .duebell_message import FORWARD
from .duebell_message_release import RELEASED_AT_ONCE

TOLD = ("sent", "delivered", "unknown", "shadow")
"""States of the leading message in which the customer has, or may have, been told of the others too."""


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    merged_into_id = fields.Many2one(
        "duebell.message",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The message that tells it too.",
    )
    own_subject = fields.Char(readonly=True, help="Its own, while it tells others too.")
    own_body = fields.Text(readonly=True, help="Its own, while it tells others too.")

    def _merged(self) -> DuebellMessage:
        """Makes one of those that belong together; returns what is to leave."""
        bundles = self._within_caps(list(self.grouped(lambda message: message._bundle()).values()))
        for bundle in bundles:
            if len(bundle) > 1:
                bundle._merge()
        return self.browse(bundle[0].id for bundle in bundles)

    def _bundle(self) -> tuple[Any, ...]:
        """Messages of which this is the same leave as one."""
        if not self._may_merge():
            return (self.id,)
        return self.customer_id.id, self.company_id.id, self.channel, self.recipient, self.lang

    def _may_merge(self) -> bool:
        return bool(self.rule_id.merge) and self.state == "waiting" and not self.required

    def _mates(self) -> DuebellMessage:
        """What is due, too, for the customers of those that may be merged: it takes no more sending."""
        merging = self.filtered(lambda message: message._may_merge())
        if not merging:
            return self.browse()
        condition = SQL(
            "customer_id = ANY(%s) AND id <> ALL(%s) AND state = 'waiting' AND due_at <= %s AND merged_into_id IS NULL",
            merging.customer_id.ids,
            self.ids,
            fields.Datetime.now(),
        )
        return self._locked(condition, SQL("due_at"), RELEASED_AT_ONCE).filtered(lambda message: message._may_merge())

    def _merge(self) -> None:
        """The first tells them all."""
        lead, others = self[0], self[1:]
        words = self._merged_email() if lead.channel == "email" else {"body": self._merged_sms()}
        lead.write({"own_subject": lead.subject, "own_body": lead.body, **words})
        others.merged_into_id = lead

    def _merged_sms(self) -> str:
        """The company's name once, then each text."""
        company = self[0].company_id.name
        texts = "\n".join(f"- {(message.body or '').removeprefix(f'{company}: ')}" for message in self)
        spoken = self.with_context(lang=self[0].lang)
        return spoken.env._(
            "%(company)s, %(count)s messages:\n%(texts)s", company=company, count=len(self), texts=texts
        )

    def _merged_email(self) -> dict[str, str]:
        """What it is about, then each text as it would have come."""
        spoken = self.with_context(lang=self[0].lang)
        subject = spoken.env._("%(company)s: %(count)s messages", company=self[0].company_id.name, count=len(self))
        subjects = Markup("").join(Markup("<li>%s</li>") % message.subject for message in self)
        bodies = Markup("<hr/>").join(Markup(message.body) for message in self)  # noqa: S704 - HTML that we rendered
        return {"subject": subject, "body": str(Markup("<ul>%s</ul><hr/>%s") % (subjects, bodies))}

    def _advance(self, state: str, because: str | None = None) -> None:
        """What becomes of one that leads becomes of all that it tells."""
        leading = self.filtered(lambda message: message.own_body and state in FORWARD[message.state])
        super()._advance(state, because)
        led = leading._led() if state != "released" else None
        if not led:
            return
        if state in TOLD:
            led._advance("merged", self.env._("Told in one message with others."))
        else:
            led._advance("cancelled" if state == "cancelled" else "failed", because)

    def _led(self) -> DuebellMessage:
        """Those that these tell too, and that wait for what becomes of them."""
        return self.search([("merged_into_id", "in", self.ids), ("state", "=", "waiting")]) if self else self

    def _retry_later(self, because: str) -> None:  # pylint: disable=missing-return
        super()._retry_later(because)
        self._part()

    def _take_back(self) -> None:  # pylint: disable=missing-return
        super()._take_back()
        self._part()

    def _part(self) -> None:
        """Each is on its own again: until the gateway takes them one of them may become untrue."""
        leading = self.filtered(lambda message: message.own_body and message.retry_at)
        for lead, led in leading._led().grouped("merged_into_id").items():
            led.write({"merged_into_id": False, "due_at": lead.retry_at})
        for lead in leading:
            lead.write({"subject": lead.own_subject, "body": lead.own_body, "own_subject": False, "own_body": False})

    def _waiting_for(self, customer_ids: list[int], types: Collection[str]) -> DuebellMessage:
        """What is told by a message that has left can't be held back any more."""
        return super()._waiting_for(customer_ids, types).filtered(lambda message: not message.merged_into_id)
