from __future__ import annotations

import re
from pathlib import Path

from duebell.sandbox.portabilling import faults
from duebell.sandbox.portabilling.change import COMMITMENT_TERMINATED
from duebell.sandbox.portabilling.nuisances import Nuisances

PAGE = (Path(__file__).parents[3] / "docs" / "portabilling-sandbox.md").read_text(encoding="utf-8")


def test_the_page_lists_each_nuisance_in_order() -> None:
    table = PAGE.partition("## Nuisances")[2].partition("## What is ours")[0]

    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(Nuisances.model_fields)


def test_the_page_names_what_is_ours() -> None:
    ours = [faults.Fault, faults.AccessDenied, faults.NoSuchMethod, faults.BadParameter, faults.NotFound]

    for name in (COMMITMENT_TERMINATED, *(fault.code for fault in ours)):
        assert f"`{name}`" in PAGE
