"""Whether a target may be told events on the terms that were agreed on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from builders import NOON
from duebell.espf.agreement import Pair, Terms, Whom, disagreement, not_told

OURS, ANOTHER = "0b5f4a92-ca5a-4d44-92ed-7f834c083e0b", "61ce4a92-ca5a-4d44-92ed-7f834c083e0b"
ODOO = Whom("5a5e4cde-0000-4000-8000-000000000000", "https://odoo.example.com (database telecom)")
UNPAIRED = Terms(handler="OdooCRM", sender=OURS)
PAIRED = replace(UNPAIRED, pair=Pair(ODOO, NOON))


def test_what_was_agreed_on_holds_as_long_as_nothing_changes() -> None:
    assert disagreement(PAIRED, ODOO, OURS) is None


@pytest.mark.parametrize("paired_with", [None, OURS])
def test_before_anything_was_agreed_on_any_odoo_will_do_that_is_nobody_elses(paired_with: str | None) -> None:
    assert disagreement(UNPAIRED, ODOO, paired_with) is None


@pytest.mark.parametrize(
    ("terms", "whom", "paired_with", "because"),
    [
        (UNPAIRED, ODOO, ANOTHER, "is paired with another Duebell"),
        (PAIRED, replace(ODOO, database_uuid="another"), OURS, "another one than was agreed on 2026-"),
        (PAIRED, replace(ODOO, address="https://staging.example.com"), OURS, "reached at https://staging.example.com, but"),
        (PAIRED, ODOO, None, "has forgotten that it was paired"),
        (PAIRED, ODOO, ANOTHER, "was paired with another Duebell since"),
        (replace(PAIRED, copied=True), ODOO, OURS, "own data was copied"),
    ],
)
def test_whatever_was_copied_or_replaced_is_told_nothing_and_it_is_said_how_to_go_on(
    terms: Terms, whom: Whom, paired_with: str | None, because: str
) -> None:
    said = disagreement(terms, whom, paired_with)
    assert said is not None
    assert because in said
    assert said.endswith("If this is the one that shall: `duebell pair OdooCRM`.")


def test_a_target_that_holds_nothing_back_gets_no_events_while_nobody_is_told_nor_from_a_copy() -> None:
    assert not_told(UNPAIRED) is None
    assert "A price list is wrong" in (not_told(replace(UNPAIRED, stopped="A price list is wrong")) or "")
    assert "`duebell pair OdooCRM`" in (not_told(replace(UNPAIRED, copied=True)) or "")
