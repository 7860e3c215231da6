# SPDX-License-Identifier: LGPL-3.0-only
"""What a gateway tells by itself: deliveries, and what customers answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from .path import at, text_at

_LONGEST_WORDS = 200


class Report(NamedTuple):
    """`key`: our uuid or the gateway's reference. `delivered` None: neither delivered nor failed yet."""

    key: str
    delivered: bool | None
    said: str | None


class Reply(NamedTuple):
    """A customer's answer: from which number, in which words."""

    number: str
    text: str


class ReportReading(NamedTuple):
    """Where reports say what; patterns are matched against the whole word, small and capital letters alike."""

    list_path: str
    key_path: str
    state_path: str
    delivered_pattern: str
    failed_pattern: str
    said_path: str


def reports_of(data: Any, reading: ReportReading) -> Iterator[Report]:
    """Those that can be read: a gateway that tells more than we know must not be told to repeat it."""
    found = at(reading.list_path, data)
    for one in found if isinstance(found, list) else [found]:
        key, word = text_at(reading.key_path, one), text_at(reading.state_path, one)
        if key and word is not None:
            said = text_at(reading.said_path, one) if reading.said_path else None
            yield Report(key, _delivered(word, reading), (said or word)[:_LONGEST_WORDS])


def reply_of(data: Any, number_path: str, text_path: str) -> Reply | None:
    number, text = text_at(number_path, data), text_at(text_path, data)
    return Reply(number, text) if number and text is not None else None


def is_stop(text: str, words: str) -> bool:
    """Whether the first word of the text is one of the words, which stand apart by spaces or commas."""
    first = re.split(r"[\s.,;:!]+", text.strip(), maxsplit=1)[0]
    return bool(first) and first.casefold() in {word.casefold() for word in re.split(r"[\s,]+", words) if word}


def _delivered(word: str, reading: ReportReading) -> bool | None:
    if re.fullmatch(reading.delivered_pattern, word, re.IGNORECASE):
        return True
    return False if re.fullmatch(reading.failed_pattern, word, re.IGNORECASE) else None
