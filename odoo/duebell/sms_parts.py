# SPDX-License-Identifier: LGPL-3.0-only
"""How a text travels as SMS: in which alphabet, and in how many parts, each of which is paid for."""

from __future__ import annotations

from typing import NamedTuple

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_ESCAPED = frozenset("\f^{}\\[~]|€")
"""Take two places, and are never cut in two."""

GSM_7_PLACES = (160, 153)
UCS_2_PLACES = (70, 67)
LAST_OF_ONE_PLACE = 0xFFFF
"""Of a text in one part, and of each part of a longer one."""


class Parts(NamedTuple):
    """`encoding` is "GSM-7" or "UCS-2"; `places` are those that the text takes."""

    encoding: str
    places: int
    count: int


def parts_of(text: str) -> Parts:
    """The parts of a text; an empty one has none."""
    if set(text) <= GSM_7 | GSM_7_ESCAPED:
        return _cut("GSM-7", [2 if sign in GSM_7_ESCAPED else 1 for sign in text], *GSM_7_PLACES)
    return _cut("UCS-2", [2 if ord(sign) > LAST_OF_ONE_PLACE else 1 for sign in text], *UCS_2_PLACES)


def foreign_signs(text: str) -> str:
    """The signs for which the text needs UCS-2, each once, in the text's order."""
    return "".join(dict.fromkeys(sign for sign in text if sign not in GSM_7 | GSM_7_ESCAPED))


def _cut(encoding: str, places: list[int], alone: int, each: int) -> Parts:
    total = sum(places)
    if total <= alone:
        return Parts(encoding, total, min(total, 1))
    count, left = 1, each
    for taken in places:
        if taken > left:
            count, left = count + 1, each
        left -= taken
    return Parts(encoding, total, count)
