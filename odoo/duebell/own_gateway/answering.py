# SPDX-License-Identifier: LGPL-3.0-only
"""What a gateway's answer, or its silence, says about the text that it was asked to send."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import NamedTuple

import requests
import urllib3

from .path import text_at

TAKEN, REFUSED, NO_ANSWER, NOT_REACHED = "success", "refused", "no_answer", "not_reached"
"""The gateway has it; won't have it; may have it; surely hasn't it, so that it may be asked again."""
_NOT_NOW = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.PAYMENT_REQUIRED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
"""Says something of the gateway or how it is set up, nothing of the text."""
_LONGEST_WORDS = 200


class Outcome(NamedTuple):
    """`word` is one of the four above; `said`: the gateway's own words; `reference`: under which it knows the text."""

    word: str
    said: str | None = None
    reference: str | None = None


class Reading(NamedTuple):
    """Where answers say what. Without `success_path` the pattern is sought in the whole; without both 2xx says it."""

    success_path: str
    success_pattern: str
    reference_path: str
    said_path: str


def outcome_of_answer(status: int, body: str, reading: Reading) -> Outcome:
    """Of an answer, whatever it is."""
    data = _json(body)
    said = (text_at(reading.said_path, data) if reading.said_path else None) or f"HTTP {status}"
    said = said[:_LONGEST_WORDS]
    if status in _NOT_NOW:
        return Outcome(NOT_REACHED, said)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Outcome(NO_ANSWER, said)
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Outcome(REFUSED, said)
    if reading.success_path and data is None:
        return Outcome(NO_ANSWER, said)
    if not _is_success(body, data, reading):
        return Outcome(REFUSED, said)
    return Outcome(TAKEN, None, text_at(reading.reference_path, data) if reading.reference_path else None)


def outcome_of_error(error: requests.RequestException) -> Outcome:
    """Of no answer: only a connection that never was surely carried nothing."""
    reasons = [getattr(one, "reason", None) for one in error.args]
    never = isinstance(error, (requests.ConnectTimeout, requests.exceptions.SSLError)) or any(
        isinstance(reason, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.NameResolutionError))
        for reason in reasons
    )
    return Outcome(NOT_REACHED if never else NO_ANSWER)


def _is_success(body: str, data: object, reading: Reading) -> bool:
    if not reading.success_path:
        return bool(re.search(reading.success_pattern or "", body))
    found = text_at(reading.success_path, data)
    return found is not None and bool(re.fullmatch(reading.success_pattern or ".*", found, re.DOTALL))


def _json(body: str) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
