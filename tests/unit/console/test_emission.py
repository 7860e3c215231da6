import re
from pathlib import Path

from duebell.console.pages.emission import EMISSIONS
from duebell.events import FACTS

DOCS = Path(__file__).resolve().parents[3] / "docs"


def test_the_page_says_of_each_type_what_the_reference_says():
    reference = (DOCS / "events.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z_.]+)` \| [^|]+ \| [^|]+ \| ([^|]+) \| ([^|]+) \|$", reference, re.MULTILINE)
    assert {type_: (one.embedded_billing, one.portabilling) for type_, one in EMISSIONS.items()} == {
        type_: (embedded, portabilling) for type_, embedded, portabilling in rows
    }
    assert list(EMISSIONS) == list(FACTS)
