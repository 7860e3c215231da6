# SPDX-License-Identifier: LGPL-3.0-only
"""Who may be told what: what customers don't want, which numbers and addresses are barred, and who is left in peace."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date

from odoo.api import Environment
from odoo.tools import LazyTranslate

from .wording import day_text

_lt = LazyTranslate(__name__)

INVOICES, REMINDERS, SERVICE, COMMITMENTS = "invoices", "reminders", "service", "commitments"
TOPICS = {
    INVOICES: "Invoices and payments",
    REMINDERS: "Reminders",
    SERVICE: "The service: limits, blocks, warnings of them",
    COMMITMENTS: "Commitments",
}
_TOPIC_OF = {
    "invoice.due_soon": REMINDERS,
    "invoice.overdue": REMINDERS,
    "payment.failed": REMINDERS,
    "payment.received": INVOICES,
}
_TOPIC_OF_FAMILY = {"invoice": INVOICES, "customer": SERVICE, "commitment": COMMITMENTS}

PAUSE, DISPUTE, PROMISE = "pause", "dispute", "promise"
RESTS = {PAUSE: "Pause: nothing is told", DISPUTE: "Dispute: no reminders", PROMISE: "Promise to pay: no reminders"}
_RESTING = {
    PAUSE: _lt("Not sent: the customer is told nothing until %s."),
    DISPUTE: _lt("Not sent: the customer disputes the debt; reminders rest until %s."),
    PROMISE: _lt("Not sent: the customer promised to pay; reminders rest until %s."),
}


def topic_of(event_type: str) -> str:
    """What an event of the type is about, as customers choose it."""
    return _TOPIC_OF.get(event_type) or _TOPIC_OF_FAMILY[event_type.partition(".")[0]]


@dataclass(frozen=True, slots=True)
class Telling:
    """Something that a customer is to be told; `address` is a number (E.164) or an e-mail address."""

    partner_id: int
    customer_id: int
    event_type: str
    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class Consent:
    """What stands against telling; nothing of it holds for what the law requires.

    `optouts` are (contact's id, topic, channel), `barred` numbers and addresses; `rests` are by billing customer's id.
    """

    optouts: Set[tuple[int, str, str]]
    barred: Set[str]
    rests: Mapping[int, tuple[str, date]]

    def refusal(self, env: Environment, telling: Telling) -> str | None:
        """Why it must not be told, in plain words; None: it may."""
        topic = topic_of(telling.event_type)
        if (telling.partner_id, topic, telling.channel) in self.optouts:
            return _opted_out(env, telling.channel)
        if telling.address in self.barred:
            return _is_barred(env, telling.channel)
        kind, until = self.rests.get(telling.customer_id, (None, None))
        if kind == PAUSE or (kind and topic == REMINDERS):
            words = env._(_RESTING[kind])
            return words % day_text(until.isoformat(), env.lang or "en_US")
        return None


def _opted_out(env: Environment, channel: str) -> str:
    if channel == "sms":
        return env._("Not sent: the customer wants no texts about this.")
    return env._("Not sent: the customer wants no e-mails about this.")


def _is_barred(env: Environment, channel: str) -> str:
    if channel == "sms":
        return env._("Not sent: the number is on Odoo's phone blacklist.")
    return env._("Not sent: the address is on Odoo's e-mail blacklist.")
