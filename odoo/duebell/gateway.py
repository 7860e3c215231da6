# SPDX-License-Identifier: LGPL-3.0-only
"""What an SMS gateway's answer, or its silence, says about a message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import requests
import urllib3

from odoo.api import Environment
from odoo.tools import LazyTranslate

from odoo.addons.iap.tools.iap_tools import InsufficientCreditError
from odoo.addons.sms.tools.sms_api import SmsApiBase

from .own_gateway import NO_ANSWER, NOT_REACHED, REFUSED

_lt = LazyTranslate(__name__)

TAKEN = ("success", "processing")
REFUSALS = {
    "insufficient_credit": _lt("The SMS account has no credit left: buy some."),
    "unregistered": _lt("The SMS account is not registered: register it in Odoo's settings."),
    "wrong_number_format": _lt("The SMS gateway does not know such a number: correct it in billing."),
    "sms_number_missing": _lt("The SMS gateway got no number."),
    "country_not_supported": _lt("The SMS gateway does not send to this country."),
    "registration_needed": _lt("The SMS gateway sends to this country only after a registration."),
    "incompatible_content": _lt("The SMS gateway does not accept this text."),
    "duplicate_message": _lt("The SMS gateway took it for a double."),
    "server_error": _lt("The SMS gateway had an error of its own."),
    "expired": _lt("The phone could not be reached in time."),
    "not_delivered": _lt("The SMS was not delivered."),
    "invalid_destination": _lt("The number does not exist or takes no SMS."),
    "not_allowed": _lt("The number does not take this SMS."),
    "rejected": _lt("The network rejected the SMS."),
    REFUSED: _lt("The SMS gateway refused the SMS."),
}
"""In plain words, by the word that a gateway uses."""
NOT_TAKEN = _lt("The SMS gateway can't be reached.")
PERHAPS_TAKEN = _lt("The SMS gateway did not answer: the SMS may have been sent.")


class Verdict(NamedTuple):
    """Where a message stands after a gateway: `state` is the message's; None: surely not taken, so it may go again."""

    state: str | None
    because: str | None = None


class WatchedGateway:
    """An SMS API that remembers what it answered or raised; Odoo's own sender keeps only "server error"."""

    def __init__(self, api: SmsApiBase) -> None:
        self._api = api
        self._answers: dict[str, tuple[str, str | None]] = {}
        self._error: Exception | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)

    def _send_sms_batch(
        self, messages: list[dict[str, Any]], delivery_reports_url: str | bool = False
    ) -> list[dict[str, Any]]:
        try:
            answers: list[dict[str, Any]] = self._api._send_sms_batch(
                messages, delivery_reports_url=delivery_reports_url
            )
        except Exception as error:
            self._error = error
            raise
        self._answers = {answer["uuid"]: (answer["state"], answer.get("duebell_said")) for answer in answers}
        return answers

    def verdict(self, env: Environment, uuid: str) -> Verdict | None:
        """Of the message; None when the gateway answered, but not about it."""
        if self._error is not None:
            return of_error(env, self._error)
        return of_word(env, *self._answers[uuid]) if uuid in self._answers else None


def of_word(env: Environment, word: str, said: str | None = None) -> Verdict:
    """Of a gateway's answer or report about one message; `said`: what it said besides."""
    if word in TAKEN:
        return Verdict("sent")
    aside = f" ({said})" if said else ""
    if word == NOT_REACHED:
        return Verdict(None, env._(NOT_TAKEN) + aside)
    if word == NO_ANSWER:
        return Verdict("unknown", env._(PERHAPS_TAKEN) + aside)
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
