"""Odoo judges what waits there by the same table as the ESPF what waits here."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from duebell.espf.rules import SUPERSEDED_BY, is_about_the_customer
from duebell.events import FACTS

ADDON = runpy.run_path(str(Path(__file__).parents[3] / "odoo" / "duebell" / "still_true.py"))


def test_the_addon_has_the_table_of_the_espf() -> None:
    assert ADDON["SUPERSEDED_BY"] == SUPERSEDED_BY


@pytest.mark.parametrize("later", FACTS)
def test_the_addon_asks_for_the_same_subject_of_the_same_types(later: str) -> None:
    for earlier in FACTS:
        untrue = later in SUPERSEDED_BY.get(earlier, ())
        assert ADDON["denies"](later, "1", earlier, "1") == untrue
        assert ADDON["denies"](later, "2", earlier, "1") == (untrue and is_about_the_customer(later))
        assert ADDON["denies"](later, None, earlier, None) == (untrue and is_about_the_customer(later))
