from datetime import date

import pytest

from duebell.configuration.group import InvalidOptions
from duebell.events import CollectionStep
from duebell.portabilling.group import PORTABILLING
from duebell.portabilling.ladder import NO_LADDER, checked, parse

TYPED = """
*: due_soon 1 10 7; overdue 1; limitation_warning 3; limit 10; suspension_warning 5; suspend 14; termination_warning 7; terminate 60
business: suspend 30
"""


def test_a_class_has_its_own_ladder_else_that_of_any():
    ladders = parse(TYPED)
    assert ladders.of("business").steps == {CollectionStep.OVERDUE: 1, CollectionStep.SUSPEND: 30}
    assert ladders.of("private") == ladders.of(None) == ladders.by_class["*"]
    assert ladders.of("private").due_soon == (10, 7, 1), "the farthest first"
    assert ladders.of("private").step_on(CollectionStep.LIMIT, date(2026, 11, 15)) == date(2026, 11, 25)


def test_a_class_that_is_charged_by_itself_says_how_many_days_before_the_due_date():
    ladders = parse("*: suspend 14; card: charge 0; debit: charge 3")
    days = [ladders.of(name).charge_on(date(2026, 11, 15)) for name in ("card", "debit", "any")]
    assert days == [date(2026, 11, 15), date(2026, 11, 12), None]


def test_without_a_ladder_only_what_portabilling_documents_is_expected():
    assert parse("").of("any") is NO_LADDER
    assert parse("business: suspend 30").of("private") is NO_LADDER
    assert NO_LADDER.step_on(CollectionStep.OVERDUE, date(2026, 11, 15)) == date(2026, 11, 16)
    assert NO_LADDER.step_on(CollectionStep.SUSPEND, date(2026, 11, 15)) is None


def test_it_is_kept_as_it_was_typed_on_one_line_and_reads_the_same():
    assert parse(checked(TYPED)) == parse(TYPED)
    assert checked("*:suspend   14 ;\n\n b : limit 3") == "*:suspend 14; b : limit 3"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("suspend 14", "'suspend 14' is of no class"),
        (": suspend 14", "a colon has no class before it"),
        ("a: suspend 14; a: limit 3", "the class 'a' is there twice"),
        ("*: suspnd 14", "there is no 'suspnd', use one of due_soon, charge, overdue"),
        ("*: suspend", "behind suspend come days"),
        ("*: suspend 0", "whole numbers from 1 to 3650"),
        ("*: suspend 1.5", "whole numbers"),
        ("*: suspend ²", "whole numbers"),
        ("*: charge -1", "behind charge come days, whole numbers from 0"),
        ("*: charge 3 1", "charge is done once"),
        ("*: suspend 14 15", "suspend is done once"),
        ("*: suspend 14; suspend 15", "suspend is there twice in the class '*'"),
        ("*: limit 14; suspend 14", "suspend comes after 14 days, that is not after limit"),
        ("*: suspension_warning 3; limit 5", "suspension_warning has nothing to warn of"),
        ("*: suspension_warning 5; suspend 5", "suspension_warning 5 would come before the invoice is overdue"),
    ],
)
def test_a_ladder_that_cant_be_is_refused_with_a_sentence_that_names_the_part(typed, sentence):
    with pytest.raises(ValueError, match="^.*" + sentence.replace("*", r"\*").replace("(", r"\(")):
        checked(typed)


def test_the_configuration_refuses_it_too():
    with pytest.raises(InvalidOptions, match=r"PortaBilling\.Collection_Ladder: .*suspnd"):
        PORTABILLING.checked({"Collection_Ladder": "*: suspnd 14"})
