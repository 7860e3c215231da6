from __future__ import annotations

import pytest

from duebell.sandbox.sms_parts import encoding_of, parts_of


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("Your invoice 17 of $30.00 is ready @ Example & Sons", "GSM-7"),
        ("Zahlung fällig: 30,00 €", "GSM-7"),
        ("La fattura è scaduta", "GSM-7"),
        ("Płatność po terminie", "UCS-2"),
        ("החשבונית מוכנה", "UCS-2"),
        ("Paid 🎉", "UCS-2"),
        ("garçon", "UCS-2"),
    ],
)
def test_a_text_goes_as_gsm_7_only_where_its_alphabet_has_every_letter(content: str, encoding: str) -> None:
    assert encoding_of(content).name == encoding


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("ж" * 134, 2),
        ("ж" * 135, 3),
        ("🎉" * 35, 1),
        ("🎉" * 36, 2),
    ],
)
def test_a_text_is_cut_where_a_network_cuts_it(content: str, parts: int) -> None:
    assert parts_of(content) == parts


def test_a_sign_of_two_septets_is_never_cut_in_two() -> None:
    assert parts_of("€" * 152) == 2  # 76 a part: the 153rd septet of each stays empty
    assert parts_of("€" * 153) == 3  # though 306 septets are two full parts


def test_a_sign_of_two_code_units_is_never_cut_in_two() -> None:
    assert parts_of("🎉" * 66) == 2  # 33 a part: the 67th unit of each stays empty
    assert parts_of("🎉" * 67) == 3
