from watched import LADDER, Watched, a_raw, an_invoice, november, paid, the_options

from duebell.portabilling.known import InvoiceState
from duebell.portabilling.readings import CustomerCondition, InvoiceStatus

OVERDUE = an_invoice(status=InvoiceStatus.OVERDUE)


def test_whoever_is_taken_over_is_told_nothing_of_what_stands_already():
    watched = Watched(options=the_options(Collection_Ladder=LADDER), condition=CustomerCondition.SUSPENDED)
    assert watched.read(november(24), OVERDUE, an_invoice("8"), paid(an_invoice("9")), taking_over=True) == []
    assert {i: one.state for i, one in watched.known.invoices.items()} == {
        "7": InvoiceState.OVERDUE,
        "8": InvoiceState.OPEN,
        "9": InvoiceState.PAID,
    }
    assert watched.read(november(24), OVERDUE, an_invoice("8"), paid(an_invoice("9"))) == []


def test_what_happens_to_him_from_then_on_is_told():
    watched = Watched(condition=CustomerCondition.SUSPENDED)
    watched.read(november(24), OVERDUE, taking_over=True)
    watched.condition = CustomerCondition.ACTIVE
    assert watched.read(november(25), paid(OVERDUE), an_invoice("8"), taking_over=True) == [
        "invoice.paid",
        "invoice.generated",
        "customer.suspension_removed",
    ]


def test_a_warning_that_the_old_way_has_given_isnt_given_again():
    watched = Watched(options=the_options(Collection_Ladder=LADDER))
    watched.read(november(25), OVERDUE, taking_over=True)
    assert watched.read(november(26), OVERDUE) == []
    assert watched.read(november(27), OVERDUE) == ["customer.suspension_warning"]


def test_an_invoice_that_was_under_review_when_he_was_taken_over_is_told_when_it_leaves_it():
    watched = Watched()
    watched.read(november(2), an_invoice(status=InvoiceStatus.UNDER_REVIEW), taking_over=True)
    assert watched.read(november(3), an_invoice()) == ["invoice.generated"]


def test_what_occurred_before_the_chosen_moment_reaches_the_timeline_only():
    watched = Watched(options=the_options(Tell_From="2026-11-16 12:00+00:00"))
    watched.read(november(1))
    cause = a_raw("Customer/Status/Suspended", november(16, 13))
    watched.condition = CustomerCondition.SUSPENDED
    watched.read(november(17), OVERDUE, causes=[cause])
    assert [(told.fact.type, told.told) for told in watched.told] == [
        ("invoice.generated", False),
        ("invoice.overdue", False),
        ("customer.suspended", True),
    ]
