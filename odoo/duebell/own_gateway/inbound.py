# SPDX-License-Identifier: LGPL-3.0-only
"""What a gateway tells by itself: deliveries, and what customers answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from unicodedata import combining, normalize

from .path import at, text_at

_LONGEST_WORDS = 200
_WORD = re.compile(r"\w+")


class Report(NamedTuple):
    """`key`: our uuid or the gateway's reference. `delivered` None: neither delivered nor failed yet."""

    key: str
    delivered: bool | None
    said: str | None


class Reply(NamedTuple):
    """A customer's answer: from which number, empty where none is told, and in which words."""

    number: str
    text: str


class ReplyReading(NamedTuple):
    """Where answers say what."""

    list_path: str
    number_path: str
    text_path: str


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
    for one in _each(reading.list_path, data):
        key, word = text_at(reading.key_path, one), text_at(reading.state_path, one)
        if key and word is not None:
            said = text_at(reading.said_path, one) if reading.said_path else None
            yield Report(key, _delivered(word, reading), (said or word)[:_LONGEST_WORDS])


def replies_of(data: Any, reading: ReplyReading) -> Iterator[Reply]:
    """Those that have words."""
    for one in _each(reading.list_path, data):
        text = text_at(reading.text_path, one)
        if text is not None:
            yield Reply(text_at(reading.number_path, one) or "", text)


def is_stop(text: str, words: str) -> bool:
    """Whether the first word of the text is one of the words; accents and small or capital letters don't matter."""
    first = _WORD.search(_plain(text))
    return bool(first) and first[0] in _WORD.findall(_plain(words))


def _plain(text: str) -> str:
    return "".join(letter for letter in normalize("NFKD", text.casefold()) if not combining(letter))


def _each(path: str, data: Any) -> list[Any]:
    """What stands in the list at the path; what stands there alone, too."""
    found = at(path, data)
    return found if isinstance(found, list) else [found]


def _delivered(word: str, reading: ReportReading) -> bool | None:
    if re.fullmatch(reading.delivered_pattern, word, re.IGNORECASE):
        return True
    return False if re.fullmatch(reading.failed_pattern, word, re.IGNORECASE) else None
