"""docs/portabilling-verify.md lists what there is."""

from __future__ import annotations

import re
from pathlib import Path

from duebell.console.api.verify import PAGES
from duebell.console.pages.manual import rendered
from duebell.portabilling.group import PORTABILLING
from duebell.portabilling.verify import QUESTIONS

PAGE = (Path(__file__).parents[3] / "docs" / "portabilling-verify.md").read_text(encoding="utf-8")


def test_each_check_of_verify_has_its_heading() -> None:
    assert re.findall(r"^### `(.*)`$", PAGE, re.MULTILINE) == [question.slug for question in QUESTIONS]


def test_the_console_leads_from_each_check_to_its_heading() -> None:
    page = rendered(PAGES["PortaBilling"])

    assert [question.slug for question in QUESTIONS if f'<h3 id="{question.slug}">' not in page] == []


def test_no_option_is_named_that_is_not_there() -> None:
    named = set(re.findall(r"\b(?:[A-Z]\w*_\w+)\b", PAGE))
    assert named <= {option.key for option in PORTABILLING.options}


def test_each_example_of_a_table_may_be_typed() -> None:
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| .* \| `(.*)` \|$", PAGE, re.MULTILINE)
    examples = {keys.split("`")[1]: example for keys, example in rows}

    assert set(examples) == {"Invoice_Fields", "Invoice_Words", "Time_Zones", "Languages", "Event_Types", "Commitment_Words"}
    assert PORTABILLING.checked(examples) == examples
