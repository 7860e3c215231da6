"""How many parts a text takes on the air.

GSM-7 where its alphabet suffices, UCS-2 otherwise (3GPP TS 23.038); several parts carry a header each (TS 23.040).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

GSM_7_PLAIN = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_ESCAPED = frozenset("\f^{}\\[~]|€")
GSM_7 = GSM_7_PLAIN | GSM_7_ESCAPED


@dataclass(frozen=True, slots=True)
class Encoding:
    """An alphabet on the air; lengths in its own units: septets for GSM-7, 16-bit code units for UCS-2."""

    name: str
    whole: int
    part: int


GSM_7_ENCODING = Encoding("GSM-7", whole=160, part=153)
UCS_2_ENCODING = Encoding("UCS-2", whole=70, part=67)


def encoding_of(content: str) -> Encoding:
    """Return the encoding that a network would choose for `content`."""
    return GSM_7_ENCODING if GSM_7.issuperset(content) else UCS_2_ENCODING


def parts_of(content: str) -> int:
    """Return how many parts `content` takes; an empty text takes one."""
    encoding = encoding_of(content)
    if 2 * len(content) <= encoding.whole:
        return 1  # no character takes more than two units
    widths = _widths(content, encoding)
    if sum(widths) <= encoding.whole:
        return 1
    return _packed(widths, encoding.part)


def _widths(content: str, encoding: Encoding) -> list[int]:
    if encoding is GSM_7_ENCODING:
        return [2 if character in GSM_7_ESCAPED else 1 for character in content]
    return [2 if character > "\uffff" else 1 for character in content]


def _packed(widths: Iterable[int], size: int) -> int:
    """Count the parts of `size` units; no character is cut in two."""
    parts, used = 1, 0
    for width in widths:
        if used + width > size:
            parts, used = parts + 1, 0
        used += width
    return parts
