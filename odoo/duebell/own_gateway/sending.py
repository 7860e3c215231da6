# SPDX-License-Identifier: LGPL-3.0-only
"""Texts to the gateway, one after the other: at its pace, and no more once it is silent."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import requests
import urllib3

from .answering import NO_ANSWER, NOT_REACHED, Outcome, Reading, outcome_of_answer, outcome_of_error
from .asking import Text, fields_of, filled, filled_json, headers_of, json_of

TIMEOUT = 15
"""Seconds until connected, and again until something is answered."""
LONGEST_ANSWER = 64 * 1024
LONGEST_BATCH = 40.0
"""Seconds after which nothing more of a batch is begun: Odoo ends scheduled actions that take minutes."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """How a gateway is asked. `pause`: seconds between two texts, at least. `deduplicates`: asked again with the same
    uuid, it doesn't send again."""

    url: str
    method: str
    body_format: str
    body: str
    headers: str
    secret: str
    sender: str
    report_url: str
    reading: Reading
    pause: float
    deduplicates: bool


def send_all(gateway: Gateway, texts: Sequence[Text]) -> Iterator[tuple[Text, Outcome]]:
    """The outcome of each text that was begun within `LONGEST_BATCH`; the others weren't asked for at all.

    Once the gateway can't be reached or doesn't answer, the rest isn't asked for either: surely not taken.
    """
    until = time.monotonic() + LONGEST_BATCH
    away = False
    with requests.Session() as session:
        for number, text in enumerate(texts):
            if away:
                yield text, Outcome(NOT_REACHED)
                continue
            if number and gateway.pause:
                time.sleep(gateway.pause)
            if time.monotonic() > until:
                return
            outcome = send(gateway, text, session)
            away = outcome.word in (NOT_REACHED, NO_ANSWER)
            yield text, outcome


def send(gateway: Gateway, text: Text, session: requests.Session) -> Outcome:
    """Asks for one text. Silence of a gateway that knows doubles is as good as never having been asked."""
    outcome = _asked(gateway, text, session)
    if outcome.word == NO_ANSWER and gateway.deduplicates:
        return outcome._replace(word=NOT_REACHED)
    return outcome


def _asked(gateway: Gateway, text: Text, session: requests.Session) -> Outcome:
    try:
        # A redirect could lead past the address that an administrator chose.
        with session.request(
            **prepared(gateway, text), timeout=TIMEOUT, allow_redirects=False, stream=True
        ) as response:
            body = response.raw.read(LONGEST_ANSWER, decode_content=True).decode("utf-8", "replace")
            return outcome_of_answer(response.status_code, body, gateway.reading)
    except requests.RequestException as error:
        return outcome_of_error(error)
    except (OSError, urllib3.exceptions.HTTPError):
        return Outcome(NO_ANSWER)


def prepared(gateway: Gateway, text: Text) -> dict[str, Any]:
    """What `requests` is given."""
    values = {
        "number": text.number,
        "digits": text.number.removeprefix("+"),
        "text": text.content,
        "uuid": text.uuid,
        "sender": gateway.sender,
        "secret": gateway.secret,
        "report_url": gateway.report_url,
    }
    asked: dict[str, Any] = {
        "method": gateway.method,
        "url": filled(gateway.url, values, lambda value: quote(value, safe="")),
        "headers": {name: filled(value, values) for name, value in headers_of(gateway.headers)},
    }
    if gateway.body_format == "json":
        return {**asked, "json": filled_json(json_of(gateway.body), values)}
    fields = [(name, filled(value, values)) for name, value in fields_of(gateway.body)]
    return {**asked, "params" if gateway.method == "GET" else "data": fields}
