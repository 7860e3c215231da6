from datetime import date

import pytest
from watched import Watched, a_raw, november, the_options, usd

from duebell.events import CommitmentTerminated, Reason
from duebell.portabilling.answer import UnreadableAnswer
from duebell.portabilling.raw import RawEvent

ENDED = "Account/Commitment/Ended"


def the_end(type_: str = ENDED, **other: str) -> RawEvent:
    variables = {
        "i_account": "9",
        "service": "Internet",
        "started_on": "2026-01-01",
        "discount_until": "2026-12-31 22:59:59",
        "penalty": "60.00000",
    }
    return a_raw(type_, november(3, 9), **{name: value for name, value in (variables | other).items() if value})


def watched_with_types(**typed: str) -> Watched:
    typed = {"Commitment_Types": ENDED, "Commitment_Fields": "ends_on=discount_until"} | typed
    watched = Watched(options=the_options(**typed))
    watched.read(november(1))
    return watched


def test_a_commitments_end_is_told_as_the_event_says_it_in_the_customers_days_and_currency():
    watched = watched_with_types()
    assert watched.read(november(3), causes=[the_end()]) == ["commitment.terminated"]
    assert isinstance(watched.last, CommitmentTerminated)
    told = watched.last.commitment
    assert (told.reference, told.service, told.penalty) == ("9", "Internet", usd("60"))
    assert (told.started_on, told.ends_on, told.terminated_on) == (date(2026, 1, 1), date(2026, 12, 31), date(2026, 11, 3))
    assert watched.last.reason is None, "whether he cancelled it or didn't pay isn't said"
    assert watched.told[-1].occurred_at == november(3, 9)


def test_it_is_told_once_however_often_it_comes_and_each_commitment_for_itself():
    watched = watched_with_types()
    watched.read(november(3), causes=[the_end(), the_end(), the_end(i_account="10")])
    watched.read(november(4), causes=[the_end(), the_end(reference="fibre", terminated_on="2026-11-04")])
    assert watched.ids == [
        "commitment/9/2026-12-31/terminated",
        "commitment/10/2026-12-31/terminated",
        "commitment/fibre/2026-12-31/terminated",
    ]


def test_a_type_that_nobody_configured_ends_no_commitment():
    assert watched_with_types().read(november(3), causes=[the_end("Account/Updated")]) == []


@pytest.mark.parametrize(
    ("words", "variables", "reason"),
    [
        ("", {"reason": "left by himself"}, None),
        ("left by himself=cancelled_early", {}, None),
        ("left by himself=cancelled_early", {"reason": "Left_by_himself"}, Reason.CANCELLED_EARLY),
        ("left by himself=cancelled_early, dunning=non_payment", {"reason": "dunning"}, Reason.NON_PAYMENT),
        (f"{ENDED}=cancelled_early", {"reason": "whatever"}, Reason.CANCELLED_EARLY),
    ],
)
def test_why_it_was_ended_is_what_the_operator_says_of_its_word_or_its_type(words, variables, reason):
    watched = watched_with_types(Commitment_Words=words)
    watched.read(november(3), causes=[the_end(**variables)])
    assert isinstance(watched.last, CommitmentTerminated)
    assert watched.last.reason is reason


def test_the_variable_that_says_why_may_be_called_otherwise():
    watched = watched_with_types(
        Commitment_Fields="ends_on=discount_until, reason=closed_by", Commitment_Words="customer=cancelled_early"
    )
    watched.read(november(3), causes=[the_end(closed_by="Customer")])
    assert isinstance(watched.last, CommitmentTerminated)
    assert watched.last.reason is Reason.CANCELLED_EARLY


def test_a_reason_of_which_nobody_said_what_it_means_is_an_error_that_says_where_to_say_it():
    watched = watched_with_types(Commitment_Words="dunning=non_payment")
    with pytest.raises(UnreadableAnswer, match=r"'Moved'.*reason.*Commitment_Words, as Moved="):
        watched.read(november(3), causes=[the_end(reason="Moved")])


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("started_on", "Ended has no started_on.*Commitment_Fields, as started_on="),
        ("discount_until", "Ended has no discount_until.*Commitment_Fields, as ends_on="),
        ("service", "Ended has no service"),
        ("i_account", "Ended has no reference"),
    ],
)
def test_a_missing_date_is_an_error_that_says_so(missing, sentence):
    with pytest.raises(UnreadableAnswer, match=sentence):
        watched_with_types().read(november(3), causes=[the_end(**{missing: ""})])
