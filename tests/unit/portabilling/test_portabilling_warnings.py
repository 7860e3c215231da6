from datetime import UTC, date, datetime

import pytest
from watched import LADDER, Watched, an_invoice, november, paid, the_options

from duebell.events import StatusFact
from duebell.portabilling.readings import CustomerCondition, InvoiceStatus

OVERDUE = an_invoice(status=InvoiceStatus.OVERDUE)
"""Due on 15 November: limited on the 20th, suspended on the 29th, ended on 14 January."""


def who_owes(**other: object) -> Watched:
    """A customer with an invoice that is overdue since 16 November, of which he was told."""
    watched = Watched(options=the_options(Collection_Ladder=LADDER), **other)
    watched.read(november(10), an_invoice())
    watched.read(november(16), OVERDUE)
    return watched


def test_who_owes_is_warned_so_many_days_before_each_step_once():
    watched = who_owes()
    assert watched.next_look == november(18, 5), "in the morning, where he lives"
    assert watched.read(november(18, 5), OVERDUE) == ["customer.limitation_warning"]
    assert watched.read(november(18, 6), OVERDUE) == []
    assert isinstance(watched.last, StatusFact)
    assert watched.last.effective_on == date(2026, 11, 20)
    assert watched.last.invoice is not None
    assert watched.last.invoice.number == OVERDUE.number
    assert watched.next_look == november(24, 5)
    assert watched.read(november(24, 5), OVERDUE) == ["customer.suspension_warning"]
    assert watched.next_look == november(27, 5)
    assert watched.read(november(27, 5), OVERDUE) == ["customer.suspension_warning"]
    assert watched.ids[2:] == [
        "customer/5/limitation_warning/2026-11-20/2",
        "customer/5/suspension_warning/2026-11-29/5",
        "customer/5/suspension_warning/2026-11-29/2",
    ]
    assert watched.next_look == datetime(2027, 1, 7, 5, tzinfo=UTC)


def test_nobody_is_warned_ahead_of_portabillings_word_that_he_is_late():
    watched = Watched(options=the_options(Collection_Ladder=LADDER))
    watched.read(november(10), an_invoice())
    assert watched.read(november(18), an_invoice()) == []
    assert watched.read(november(19), OVERDUE) == ["invoice.overdue", "customer.limitation_warning"], "in time still"


@pytest.mark.parametrize(
    "invoice",
    [paid(OVERDUE), an_invoice(status=InvoiceStatus.DO_NOT_COLLECT), an_invoice(status=InvoiceStatus.UNDER_REVIEW)],
)
def test_nobody_is_warned_if_the_reading_just_made_says_that_it_doesnt_hold(invoice):
    watched = who_owes()
    assert "customer.limitation_warning" not in watched.read(november(18), invoice)
    assert watched.next_look is None


def test_nobody_is_warned_because_of_an_invoice_that_the_reading_doesnt_show():
    watched = who_owes()
    assert watched.read(november(18)) == []


def test_of_warnings_that_were_missed_only_the_last_is_given():
    watched = who_owes()
    assert watched.read(november(28), OVERDUE) == ["customer.suspension_warning"]
    assert watched.ids[-1].endswith("2026-11-29/2")


@pytest.mark.parametrize(
    ("condition", "day"),
    [
        (CustomerCondition.SUSPENDED, 24),
        (CustomerCondition.BLOCKED, 24),
        (CustomerCondition.CLOSED, 24),
        (CustomerCondition.ACTIVE, 29),  # it is to happen today
    ],
)
def test_nobody_is_warned_of_what_has_happened_or_happens_today(condition, day):
    watched = who_owes(condition=condition)
    assert "customer.suspension_warning" not in watched.read(november(day), OVERDUE)


def test_an_older_invoice_brings_the_suspension_nearer_and_a_warning_of_that_day():
    watched = who_owes()
    watched.read(november(24), OVERDUE)
    older = an_invoice("9", InvoiceStatus.OVERDUE, due_on=date(2026, 11, 12))
    assert watched.read(november(25), OVERDUE, older)[-1] == "customer.suspension_warning"
    assert isinstance(watched.last, StatusFact)
    assert watched.last.effective_on == date(2026, 11, 26)


def test_a_suspension_that_comes_later_after_a_payment_is_warned_of_anew():
    watched = who_owes()
    younger = an_invoice("9", InvoiceStatus.OVERDUE, due_on=date(2026, 11, 18))
    watched.read(november(27), OVERDUE, younger)
    assert watched.ids[-1].endswith("suspension_warning/2026-11-29/2")
    watched.read(november(28), paid(OVERDUE), younger)
    assert watched.ids[-1].endswith("suspension_warning/2026-12-02/5")


def test_while_a_suspension_is_put_off_he_is_warned_before_that_ends():
    watched = who_owes(condition=CustomerCondition.DELAYED, delayed_until=date(2026, 12, 10))
    assert watched.read(november(28), OVERDUE) == []
    assert watched.next_look == datetime(2026, 12, 6, 5, tzinfo=UTC)
    assert watched.read(datetime(2026, 12, 6, 5, tzinfo=UTC), OVERDUE) == ["customer.suspension_warning"]
    assert isinstance(watched.last, StatusFact)
    assert watched.last.effective_on == date(2026, 12, 11)
    watched.read(datetime(2026, 12, 9, 5, tzinfo=UTC), OVERDUE)
    assert watched.ids[-1] == "customer/5/suspension_warning/2026-12-11/2", "and of no limit"
    assert not any("limitation" in one for one in watched.ids)


def test_until_when_portabilling_doesnt_say_nothing_is_said_to_come():
    watched = who_owes(condition=CustomerCondition.DELAYED)
    assert watched.read(november(28), OVERDUE) == []
    assert watched.told[-1].fact.standing.next_step is None


def test_each_class_is_warned_by_its_own_ladder():
    options = the_options(Collection_Ladder=LADDER + "; patient: suspend 30")
    watched = Watched(options=options, customer_class="patient")
    watched.read(november(10), an_invoice())
    watched.read(november(16), OVERDUE)
    assert watched.next_look is None
    assert watched.read(november(40), OVERDUE) == []


def test_without_a_ladder_nobody_is_warned():
    watched = Watched()
    watched.read(november(10), an_invoice())
    watched.read(november(16), OVERDUE)
    assert watched.next_look is None
    assert watched.read(november(24), OVERDUE) == []
