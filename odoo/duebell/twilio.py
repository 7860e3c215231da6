# SPDX-License-Identifier: LGPL-3.0-only
"""Odoo's way to Twilio keeps neither how a call broke off nor the status of an answer: what they say is noted here."""

from __future__ import annotations

from typing import Any

import requests

from odoo.addons.sms.tools.sms_api import SmsApiBase

from .own_gateway import Outcome, Reading, outcome_of_answer, outcome_of_error

READING = Reading(success_path="", success_pattern="", reference_path="", said_path="message")
"""Twilio's answers tell by their status whether it took the SMS."""


class _NotedSession:
    """A session of `requests` that notes what became of the SMS that is posted."""

    def __init__(self, session: requests.Session, uuid: str, outcomes: dict[str, Outcome]) -> None:
        self._session = session
        self._uuid = uuid
        self._outcomes = outcomes

    def post(self, *args: Any, **kwargs: Any) -> requests.Response:
        try:
            response = self._session.post(*args, **kwargs)
        except requests.RequestException as error:
            self._outcomes[self._uuid] = outcome_of_error(error)
            raise
        self._outcomes[self._uuid] = outcome_of_answer(response.status_code, response.text, READING)
        return response


def outcomes_of(api: SmsApiBase) -> dict[str, Outcome] | None:
    """What becomes of each SMS that the API asks Twilio for from now on, by its uuid; None: it isn't Twilio's."""
    ask = getattr(api, "_sms_twilio_send_request", None)
    if ask is None:
        return None
    outcomes: dict[str, Outcome] = {}

    def noted(session: requests.Session, to_number: str, body: str, uuid: str) -> requests.Response | None:
        response: requests.Response | None = ask(_NotedSession(session, uuid, outcomes), to_number, body, uuid)
        return response

    api._sms_twilio_send_request = noted
    return outcomes
