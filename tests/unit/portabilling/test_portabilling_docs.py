import re
from pathlib import Path

from watched import the_options

from duebell.console.pages.emission import EMISSIONS
from duebell.portabilling.options import About
from duebell.portabilling.types import TYPES

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "portabilling.md").read_text(encoding="utf-8")


def test_the_page_says_of_each_type_how_a_portabilling_emits_it():
    rows = re.findall(r"^\| `([a-z]+\.[a-z_]+)` \| ([^|]+) \|", PAGE, re.MULTILINE)
    assert rows == [(type_, emission.portabilling) for type_, emission in EMISSIONS.items()]


def test_the_page_names_every_raw_type_that_is_known_and_what_it_is_about():
    said = {}
    for words, about in (("an invoice", About.INVOICE), ("a customer", About.CUSTOMER), ("nothing", About.NOTHING)):
        (row,) = re.findall(rf"^\| {words} \| (.+) \|[^|]*\|$", PAGE, re.MULTILINE)
        said |= dict.fromkeys(re.findall(r"`([A-Za-z]+/[A-Za-z/]+[a-z])`", row), about)
    assert said == TYPES


def test_the_ladder_of_the_page_is_one():
    (typed,) = re.findall(r'"Collection_Ladder=([^"]+)"', PAGE)
    assert the_options(Collection_Ladder=typed).collection_ladder
