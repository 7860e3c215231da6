# SPDX-License-Identifier: LGPL-3.0-only
"""What an SMS gateway's answer, or its silence, says about a message."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import requests
import urllib3

from odoo.api import Environment
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from odoo.addons.iap.tools.iap_tools import InsufficientCreditError
from odoo.addons.sms.tools.sms_api import SmsApiBase

from .own_gateway import NO_ANSWER, NOT_REACHED, REFUSED, TAKEN, Outcome
from .twilio import outcomes_of

_lt = LazyTranslate(__name__)

STATES = {"process": "sent", "pending": "sent", "sent": "delivered", "error": "failed", "canceled": "cancelled"}
"""Of a message, by the state of its SMS; an SMS calls delivered "sent"."""
REFUSALS = {
    "insufficient_credit": _lt("The SMS account has no credit left: buy some."),
    "unregistered": _lt("The SMS account is not registered: register it in Odoo's settings."),
    "wrong_number_format": _lt("The SMS gateway does not know such a number: correct it in billing."),
    "sms_number_missing": _lt("The SMS gateway got no number."),
    "country_not_supported": _lt("The SMS gateway does not send to this country."),
    "registration_needed": _lt("The SMS gateway sends to this country only after a registration."),
    "incompatible_content": _lt("The SMS gateway does not accept this text."),
    "duplicate_message": _lt("The SMS gateway took it for a double."),
    "expired": _lt("The phone could not be reached in time."),
    "not_delivered": _lt("The SMS was not delivered."),
    "invalid_destination": _lt("The number does not exist or takes no SMS."),
    "not_allowed": _lt("The number does not take this SMS."),
    "rejected": _lt("The network rejected the SMS."),
    REFUSED: _lt("The SMS gateway refused the SMS."),
}
"""In plain words, by the word that a gateway uses."""
NAMELESS = {"unknown": REFUSED, None: "not_delivered"}
"""What is meant where a gateway's answer, or its report, has no word for it."""
NOT_TAKEN = _lt("The SMS gateway can't be reached.")
PERHAPS_TAKEN = _lt("The SMS gateway did not answer: the SMS may have been sent.")
IN_DOUBT = (NO_ANSWER, "server_error")
"""The gateway, or Odoo's way to it, broke down over the SMS: it may have been sent."""


class Verdict(NamedTuple):
    """Where a message stands after a gateway: `state` is the message's; None: surely not taken, so it may go again."""

    state: str | None
    because: str | None = None


class Answer(NamedTuple):
    """What a gateway said of an SMS: its word for it, what it said besides, and under which number it knows the SMS."""

    word: str | None
    said: str | None = None
    reference: str | None = None


class WatchedGateway:
    """An SMS API that asks for no SMS twice, and remembers what it answered or raised.

    Odoo's own sender keeps only "server error" of an answer that doesn't come.

    Args:
        api: which asks the gateway.
        claim: takes uuids, and returns those that nobody can have asked for before.

    """

    def __init__(self, api: SmsApiBase, claim: Callable[[Sequence[str]], set[str]]) -> None:
        self._api = api
        self._claim = claim
        self._outcomes = outcomes_of(api)
        self._asked: set[str] = set()
        self._answers: dict[str, Answer] = {}
        self._error: Exception | None = None
        self.PROVIDER_TO_SMS_FAILURE_TYPE = api.PROVIDER_TO_SMS_FAILURE_TYPE | dict.fromkeys(
            (REFUSED, NO_ANSWER, NOT_REACHED), "sms_server"
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)

    def _send_sms_batch(
        self, messages: list[dict[str, Any]], delivery_reports_url: str | bool = False
    ) -> list[dict[str, Any]]:
        uuids = [number["uuid"] for message in messages for number in message["numbers"]]
        self._asked = self._claim(uuids)
        doubtful: list[dict[str, Any]] = [
            {"uuid": uuid, "state": NO_ANSWER} for uuid in uuids if uuid not in self._asked
        ]
        answers = [*self._ask(_of(messages, self._asked), delivery_reports_url), *doubtful]
        self._answers = {answer["uuid"]: _answer(answer) for answer in answers}
        return answers

    def _ask(self, messages: list[dict[str, Any]], delivery_reports_url: str | bool) -> list[dict[str, Any]]:
        if not messages:
            return []
        try:
            answers: list[dict[str, Any]] = self._api._send_sms_batch(
                messages, delivery_reports_url=delivery_reports_url
            )
        except Exception as error:
            self._error = error
            raise
        return answers

    def verdict(self, env: Environment, uuid: str) -> Verdict | None:
        """Of the message; None when the gateway answered, but not about it."""
        if uuid not in self._asked:
            return of_word(env, NO_ANSWER)
        told = self._noted(uuid) or self._answers.get(uuid)
        if told:
            return of_word(env, told.word, told.said)
        return of_error(env, self._error) if self._error is not None else None

    def _noted(self, uuid: str) -> Outcome | None:
        """What only the watching knows: how a call to Twilio broke off, or that it was never made."""
        if self._outcomes is None:
            return None
        if outcome := self._outcomes.get(uuid):
            return None if uuid in self._answers and outcome.word in (TAKEN, REFUSED) else outcome
        return Outcome(NOT_REACHED, str(self._error) if isinstance(self._error, UserError) else None)

    def references(self) -> dict[str, str]:
        """Under which number the gateway knows an SMS, by our uuid."""
        return {uuid: answer.reference for uuid, answer in self._answers.items() if answer.reference}


def _of(messages: list[dict[str, Any]], uuids: set[str]) -> list[dict[str, Any]]:
    """The SMS of these uuids alone."""
    left = [
        {**message, "numbers": [number for number in message["numbers"] if number["uuid"] in uuids]}
        for message in messages
    ]
    return [message for message in left if message["numbers"]]


def _answer(told: dict[str, Any]) -> Answer:
    """Odoo's own sender has words for a failure where another provider's addon gives some."""
    return Answer(told["state"], told.get("failure_reason") or None, told.get("duebell_reference"))


def of_word(env: Environment, word: str | None, said: str | None = None) -> Verdict:
    """Of a gateway's answer or report about one message; `said`: what it said besides."""
    if taken := env["sms.sms"].IAP_TO_SMS_STATE_SUCCESS.get(word):
        return Verdict(STATES[taken])
    aside = f" ({said})" if said else ""
    if word == NOT_REACHED:
        return Verdict(None, env._(NOT_TAKEN) + aside)
    if word in IN_DOUBT:
        return Verdict("unknown", env._(PERHAPS_TAKEN) + aside)
    word = NAMELESS.get(word, word)
    refusal = env._(REFUSALS[word]) if word in REFUSALS else env._("The SMS gateway said: %s.", word)
    return Verdict("failed", refusal + aside)


def of_error(env: Environment, error: BaseException) -> Verdict:
    """Of a call that failed: only where the gateway surely took nothing may it be made again."""
    chain = tuple(_chain(error))
    if any(isinstance(one, InsufficientCreditError) for one in chain):
        return of_word(env, "insufficient_credit")
    if any(_surely_not_taken(one) for one in chain):
        return Verdict(None, env._(NOT_TAKEN))
    return Verdict("unknown", env._(PERHAPS_TAKEN))


def _surely_not_taken(error: BaseException) -> bool:
    if isinstance(error, requests.HTTPError):
        status = error.response.status_code if error.response is not None else 500
        return status < requests.codes.internal_server_error or status == requests.codes.service_unavailable
    return isinstance(
        error, (requests.ConnectTimeout, requests.exceptions.SSLError, urllib3.exceptions.NewConnectionError)
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what caused it; requests hands its causes over as arguments too."""
    while error is not None:
        yield error
        yield from (one for one in (getattr(a, "reason", None) for a in error.args) if isinstance(one, BaseException))
        error = error.__cause__ or error.__context__
