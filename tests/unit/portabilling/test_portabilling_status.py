from datetime import date

import pytest
from watched import LADDER, Watched, a_raw, an_invoice, november, paid, the_options, usd

from duebell.events import CollectionStep, CustomerStatus, Reason, StatusFact
from duebell.portabilling.readings import CustomerCondition, InvoiceStatus

OVERDUE = an_invoice(status=InvoiceStatus.OVERDUE)
ACTIVE, LIMITED, SUSPENDED, DELAYED = (
    CustomerCondition.ACTIVE,
    CustomerCondition.LIMITED,
    CustomerCondition.SUSPENDED,
    CustomerCondition.DELAYED,
)


def who_owes(**other: object) -> Watched:
    """A customer with an invoice that is overdue since 16 November, of which he was told."""
    watched = Watched(**other)
    watched.read(november(1), an_invoice())
    watched.read(november(16), OVERDUE)
    return watched


def who_is(condition: CustomerCondition, **other: object) -> Watched:
    """One who owes, and was told on 30 November that he is so."""
    watched = who_owes(**other)
    watched.condition = condition
    watched.read(november(30), OVERDUE)
    return watched


def the_reason(watched: Watched) -> Reason:
    assert isinstance(watched.last, StatusFact)
    return watched.last.reason


# --- limited, suspended -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("condition", "type_"), [(LIMITED, "customer.limited"), (SUSPENDED, "customer.suspended")])
def test_who_doesnt_pay_is_told_once_what_became_of_his_service_and_what_mends_it(condition, type_):
    watched = who_owes()
    watched.condition = condition
    assert watched.read(november(30), OVERDUE) == [type_]
    assert watched.read(november(30), OVERDUE) == []
    assert isinstance(watched.last, StatusFact)
    assert watched.last.reason is Reason.NON_PAYMENT
    assert watched.last.invoice is not None
    assert watched.last.invoice.number == OVERDUE.number
    assert watched.last.standing.amount_to_restore == usd("30")


def test_a_suspension_after_a_limit_is_one_event_and_its_removal_another():
    watched = who_is(LIMITED)
    watched.condition = SUSPENDED
    assert watched.read(november(31), OVERDUE) == ["customer.suspended"]
    watched.condition = ACTIVE
    assert watched.read(november(32), paid(OVERDUE)) == ["invoice.paid", "customer.suspension_removed"]


def test_each_suspension_has_a_name_of_its_own():
    watched = who_is(SUSPENDED)
    for condition in (DELAYED, SUSPENDED):
        watched.condition = condition
        watched.read(november(31), OVERDUE)
    assert watched.ids[2:] == ["customer/5/suspended/1", "customer/5/suspension_removed/1", "customer/5/suspended/2"]


def test_the_oldest_of_several_overdue_invoices_is_the_one_behind():
    watched = who_owes()
    watched.condition = SUSPENDED
    older = an_invoice("9", InvoiceStatus.OVERDUE, due_on=date(2026, 11, 9))
    watched.read(november(30), OVERDUE, older)
    assert isinstance(watched.last, StatusFact)
    assert watched.last.invoice is not None
    assert watched.last.invoice.number == older.number
    assert watched.last.standing.amount_to_restore == usd("60")


@pytest.mark.parametrize(
    ("condition", "balance", "limit", "reason"),
    [
        (SUSPENDED, "50", "40", Reason.INSUFFICIENT_FUNDS),
        (SUSPENDED, "0", "0", Reason.INSUFFICIENT_FUNDS),
        (LIMITED, "50", "40", Reason.INSUFFICIENT_FUNDS),
        (SUSPENDED, "39", "40", Reason.OTHER),
        (SUSPENDED, "50", None, Reason.OTHER),
        (CustomerCondition.RESELLER_SUSPENDED, "50", "40", Reason.RESELLER_SUSPENDED),
    ],
)
def test_who_is_suspended_without_an_overdue_invoice_is_told_why_and_asked_for_none(condition, balance, limit, reason):
    watched = Watched(balance=balance, credit_limit=limit)
    watched.read(november(1), an_invoice())
    watched.condition = condition
    watched.read(november(2), an_invoice())
    assert isinstance(watched.last, StatusFact)
    assert (watched.last.reason, watched.last.invoice) == (reason, None)


def test_who_lacks_funds_is_told_how_much():
    watched = Watched(balance="50", credit_limit="40")
    watched.read(november(1))
    watched.condition = SUSPENDED
    watched.read(november(2))
    assert watched.last.standing.amount_to_restore == usd("10")
    watched.balance, watched.condition = "35", ACTIVE
    watched.read(november(3))
    assert the_reason(watched) is Reason.PAID


def test_a_debt_that_isnt_collected_is_not_why_he_is_suspended():
    watched = Watched(condition=ACTIVE)
    watched.read(november(1), an_invoice())
    watched.condition = SUSPENDED
    watched.read(november(20), an_invoice(status=InvoiceStatus.DO_NOT_COLLECT))
    assert the_reason(watched) is Reason.OTHER


# --- lifted -----------------------------------------------------------------------------------------------------------


def test_what_was_paid_is_told_before_what_that_lifts():
    watched = who_is(LIMITED)
    watched.condition = ACTIVE
    assert watched.read(november(31), paid(OVERDUE)) == ["invoice.paid", "customer.limit_removed"]
    assert the_reason(watched) is Reason.PAID
    assert not watched.last.standing.amount_to_restore


def test_a_suspension_that_was_put_off_isnt_paid():
    watched = who_is(SUSPENDED)
    watched.condition, watched.delayed_until = DELAYED, date(2026, 12, 10)
    assert watched.read(november(31), OVERDUE) == ["customer.suspension_removed"]
    assert the_reason(watched) is Reason.DELAYED
    assert (watched.last.standing.next_step, watched.last.standing.next_step_on) == (
        CollectionStep.SUSPEND,
        date(2026, 12, 11),
    )


@pytest.mark.parametrize(
    ("delayed_until", "reason"), [(date(2026, 12, 1), Reason.DELAYED), (date(2026, 11, 30), Reason.OTHER)]
)
def test_without_a_word_of_it_a_day_ahead_says_that_it_is_put_off(delayed_until, reason):
    watched = who_is(SUSPENDED)
    watched.condition, watched.delayed_until = ACTIVE, delayed_until
    watched.read(november(31), OVERDUE)
    assert the_reason(watched) is reason


def test_what_is_put_off_by_portabillings_word_isnt_paid_though_nothing_is_collected_any_more():
    watched = who_is(SUSPENDED)
    watched.condition = DELAYED
    watched.read(november(31), an_invoice(status=InvoiceStatus.DO_NOT_COLLECT))
    assert the_reason(watched) is Reason.DELAYED


def test_who_paid_while_it_was_put_off_before_is_thanked_for_the_payment():
    watched = who_is(SUSPENDED)
    watched.condition, watched.delayed_until = ACTIVE, date(2026, 12, 10)
    watched.read(november(31), paid(OVERDUE))
    assert the_reason(watched) is Reason.PAID


def test_nobody_is_thanked_for_a_payment_when_what_others_did_is_undone():
    watched = Watched()
    watched.read(november(1))
    watched.condition = CustomerCondition.RESELLER_SUSPENDED
    watched.read(november(2))
    watched.condition = ACTIVE
    assert watched.read(november(3)) == ["customer.suspension_removed"]
    assert the_reason(watched) is Reason.OTHER


def test_a_suspension_that_becomes_a_limit_is_lifted_before():
    watched = who_is(SUSPENDED)
    watched.condition = LIMITED
    assert watched.read(november(31), OVERDUE) == ["customer.suspension_removed", "customer.limited"]


# --- blocked, closed --------------------------------------------------------------------------------------------------


def test_an_administrators_block_tells_nobody_and_undoes_nothing_that_was_told():
    watched = who_is(SUSPENDED)
    watched.condition = CustomerCondition.BLOCKED
    assert watched.read(november(31), OVERDUE) == []
    watched.condition = SUSPENDED
    assert watched.read(november(32), OVERDUE) == []
    watched.condition = CustomerCondition.BLOCKED
    watched.read(november(33), paid(OVERDUE))
    watched.condition = ACTIVE
    assert watched.read(november(34), paid(OVERDUE)) == ["customer.suspension_removed"]
    assert the_reason(watched) is Reason.PAID


def test_whoever_looks_in_odoo_sees_that_a_blocked_customers_service_doesnt_work():
    watched = Watched(condition=CustomerCondition.BLOCKED)
    assert watched.read(november(1), an_invoice()) == ["invoice.generated"]
    assert watched.last.standing.status is CustomerStatus.SUSPENDED
    assert not watched.last.standing.amount_to_restore, "no payment lifts it"


def test_a_closed_customer_is_told_once_and_may_come_back():
    watched = who_is(SUSPENDED)
    watched.condition = CustomerCondition.CLOSED
    assert watched.read(november(60), OVERDUE) == ["customer.terminated"]
    assert the_reason(watched) is Reason.NON_PAYMENT
    watched.condition = ACTIVE
    assert watched.read(november(61), paid(OVERDUE)) == ["invoice.paid"]
    watched.condition = CustomerCondition.CLOSED
    assert watched.read(november(62), paid(OVERDUE)) == ["customer.terminated"]
    assert watched.ids[-1] == "customer/5/terminated/2"


def test_who_leaves_though_he_owes_isnt_said_to_be_thrown_out():
    watched = who_owes()
    watched.condition = CustomerCondition.CLOSED
    watched.read(november(18), OVERDUE)
    assert the_reason(watched) is Reason.OTHER


# --- next step --------------------------------------------------------------------------------------------------------


def test_who_owes_nothing_late_learns_when_it_is_late():
    watched = Watched(options=the_options(Collection_Ladder=LADDER))
    watched.read(november(1), an_invoice("8", due_on=date(2026, 11, 20)), an_invoice())
    standing = watched.last.standing
    assert (standing.next_step, standing.next_step_on) == (CollectionStep.OVERDUE, date(2026, 11, 16))


@pytest.mark.parametrize(
    ("condition", "day", "step", "step_on"),
    [
        (ACTIVE, 16, CollectionStep.LIMIT, date(2026, 11, 20)),
        (LIMITED, 20, CollectionStep.SUSPEND, date(2026, 11, 29)),
        (SUSPENDED, 29, CollectionStep.TERMINATE, date(2027, 1, 14)),
        (LIMITED, 31, CollectionStep.SUSPEND, date(2026, 12, 1)),  # PortaBilling is late: it may come today
    ],
)
def test_who_is_late_learns_what_comes_next_and_when(condition, day, step, step_on):
    watched = Watched(options=the_options(Collection_Ladder=LADDER))
    watched.read(november(1), an_invoice())
    watched.condition = condition
    watched.read(november(day), OVERDUE)
    assert (watched.last.standing.next_step, watched.last.standing.next_step_on) == (step, step_on)


# --- first sight ------------------------------------------------------------------------------------------------------


def test_whoever_is_first_read_suspended_is_told_only_if_an_event_says_that_it_just_happened():
    by_chance = Watched(condition=SUSPENDED)
    by_chance.read(november(1), causes=[a_raw("Customer/BalanceChanged", november(1))])
    by_event = Watched(condition=SUSPENDED)
    by_event.read(november(1), causes=[a_raw("Customer/Status/Suspended", november(1, 9))])
    assert [told.told for told in by_chance.told] == [False], "the timeline has it"
    assert [(told.told, told.occurred_at) for told in by_event.told] == [(True, november(1, 9))]
