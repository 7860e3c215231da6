from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from watched import DUE, LADDER, Watched, a_raw, an_invoice, november, on, paid, the_options, usd, with_status

from duebell.events import InvoiceFact
from duebell.portabilling.known import InvoiceState
from duebell.portabilling.readings import InvoiceStatus

UNPAID, OVERDUE = InvoiceStatus.UNPAID, InvoiceStatus.OVERDUE


# --- issued -----------------------------------------------------------------------------------------------------------


def test_a_new_invoice_is_told_once_however_often_it_is_read():
    watched = Watched()
    assert watched.read(november(1), an_invoice()) == ["invoice.generated"]
    assert watched.read(november(1), an_invoice()) == []
    assert watched.read(november(2), an_invoice()) == []
    assert watched.ids == ["invoice/7/generated/1"]


def test_the_same_reading_of_a_restored_copy_says_the_same_under_the_same_ids():
    first, restored = Watched(), Watched()
    for watched in (first, restored):
        watched.read(november(1), an_invoice())
        watched.read(november(17), an_invoice(status=OVERDUE))
    assert first.told == restored.told


def test_invoices_are_told_the_oldest_first():
    watched = Watched()
    watched.read(november(3), an_invoice("10"), an_invoice("9"), an_invoice("11", issued_on=date(2026, 10, 31)))
    assert watched.ids == ["invoice/11/generated/1", "invoice/9/generated/1", "invoice/10/generated/1"]


@pytest.mark.parametrize(
    "invoice",
    [
        an_invoice(total="0"),
        an_invoice(total="-5"),
        an_invoice(status=InvoiceStatus.UNDER_REVIEW),
        an_invoice(status=InvoiceStatus.DO_NOT_COLLECT),
        an_invoice(status=InvoiceStatus.NOT_REQUIRED),
        an_invoice(status=InvoiceStatus.NOT_REQUIRED, paid="30"),
        an_invoice(status=InvoiceStatus.DO_NOT_PAY),
    ],
)
def test_an_invoice_that_nobody_has_to_pay_tells_nobody(invoice):
    watched = Watched()
    assert watched.read(november(1), invoice) == []
    assert watched.read(november(20), invoice) == []


def test_an_invoice_is_told_when_it_leaves_review_and_not_before():
    watched = Watched()
    watched.read(november(1), an_invoice(status=InvoiceStatus.UNDER_REVIEW))
    assert watched.read(november(4), an_invoice()) == ["invoice.generated"]
    assert watched.told[0].occurred_at == november(4), "then it was issued to him"


def test_an_invoice_that_goes_back_into_review_stands_as_it_was_told():
    watched = Watched()
    watched.read(november(1), an_invoice())
    assert watched.read(november(20), an_invoice(status=InvoiceStatus.UNDER_REVIEW)) == []
    assert watched.read(november(21), an_invoice(status=OVERDUE)) == ["invoice.overdue"]


def test_who_is_charged_by_himself_is_told_on_which_day_until_the_charge_has_failed():
    watched = Watched(options=the_options(Collection_Ladder="*: charge 2; suspend 14"))
    watched.read(november(1), an_invoice())
    assert watched.last.standing.charge_on == DUE - timedelta(days=2)
    watched.read(november(17), an_invoice(status=OVERDUE))
    assert watched.last.standing.charge_on is None, "he has to pay"
    watched.read(
        november(18), an_invoice(status=OVERDUE), an_invoice("8", issued_on=date(2026, 11, 18), due_on=date(2026, 12, 2))
    )
    assert watched.last.standing.charge_on is None
    watched.read(november(19), paid(an_invoice()), an_invoice("8", issued_on=date(2026, 11, 18), due_on=date(2026, 12, 2)))
    assert watched.last.standing.charge_on == date(2026, 11, 30)


# --- overdue ----------------------------------------------------------------------------------------------------------


def test_portabillings_word_says_what_is_overdue_whatever_the_day_is():
    watched = Watched()
    watched.read(november(1), an_invoice())
    assert watched.read(november(20), an_invoice(status=UNPAID)) == [], "PortaBilling may know why"
    assert watched.read(november(21), an_invoice(status=OVERDUE)) == ["invoice.overdue"]
    assert watched.read(november(22), an_invoice(status=OVERDUE)) == []
    assert watched.read(november(22), an_invoice("8", OVERDUE, due_on=date(2026, 12, 1)))[-1] == "invoice.overdue"


def test_without_a_word_it_is_overdue_on_the_customers_own_day_after_the_due_date():
    watched = Watched()
    watched.read(november(1), an_invoice(status=None))
    assert watched.read(datetime(2026, 11, 15, 22, 59, tzinfo=UTC), an_invoice(status=None)) == []
    midnight_in_madrid = datetime(2026, 11, 15, 23, 0, tzinfo=UTC)
    assert watched.read(midnight_in_madrid, an_invoice(status=None)) == ["invoice.overdue"]
    assert watched.told[-1].occurred_at == midnight_in_madrid


def test_without_a_word_the_ladder_says_how_many_days_later():
    watched = Watched(options=the_options(Collection_Ladder="*: overdue 3"))
    watched.read(november(1), an_invoice(status=None))
    assert watched.read(on(DUE + timedelta(days=2)), an_invoice(status=None)) == []
    assert watched.read(on(DUE + timedelta(days=3)), an_invoice(status=None)) == ["invoice.overdue"]


def test_a_payment_of_a_part_doesnt_make_an_invoice_less_late():
    watched = Watched()
    watched.read(november(1), an_invoice())
    watched.read(november(17), an_invoice(status=OVERDUE))
    partly = an_invoice(status=InvoiceStatus.PARTIALLY_PAID, paid="10")
    assert watched.read(november(18), partly) == []
    assert watched.read(november(19), with_status(partly, OVERDUE)) == []


def test_a_partly_paid_invoice_is_overdue_a_day_later_even_if_portabilling_still_calls_it_partly_paid():
    watched = Watched()
    partly = an_invoice(status=InvoiceStatus.PARTIALLY_PAID, paid="10")
    watched.read(november(1), partly)
    assert watched.read(november(16), partly) == [], "PortaBilling has a day to say so"
    assert watched.next_look == november(17, 5)
    assert watched.read(november(17, 5), partly) == ["invoice.overdue"]
    assert watched.next_look is None


def test_what_is_told_of_a_partly_paid_invoice_is_what_is_outstanding():
    watched = Watched()
    watched.read(november(1), an_invoice())
    watched.read(november(17), an_invoice(status=OVERDUE, paid="10"))
    assert isinstance(watched.last, InvoiceFact)
    assert (watched.last.invoice.paid, watched.last.invoice.outstanding) == (usd("10"), usd("20"))
    assert watched.last.standing.total_overdue == usd("20")


def test_what_isnt_collected_is_never_dunned_and_counts_for_nothing():
    watched = Watched()
    watched.read(november(1), an_invoice(), an_invoice("8"))
    watched.read(november(17), an_invoice(status=InvoiceStatus.DO_NOT_COLLECT), an_invoice("8", OVERDUE))
    assert watched.ids[2:] == ["invoice/8/overdue/1"]
    assert watched.last.standing.total_overdue == usd("30")


# --- paid, voided, and back -------------------------------------------------------------------------------------------


def test_a_paid_invoice_is_told_by_its_word_or_by_its_amounts():
    watched = Watched()
    watched.read(november(1), an_invoice(), an_invoice("8"))
    by_word, by_amount = with_status(an_invoice(), InvoiceStatus.PAID), with_status(paid(an_invoice("8")), UNPAID)
    assert watched.read(november(2), by_word, by_amount) == ["invoice.paid", "invoice.paid"]
    assert all(isinstance(told.fact, InvoiceFact) and not told.fact.invoice.outstanding for told in watched.told[2:])


@pytest.mark.parametrize(
    "withdrawn",
    [
        an_invoice(status=InvoiceStatus.DO_NOT_PAY),
        an_invoice(status=InvoiceStatus.NOT_REQUIRED),
        an_invoice(total="0"),
    ],
)
def test_an_invoice_that_nobody_has_to_pay_any_more_is_voided(withdrawn):
    watched = Watched()
    watched.read(november(1), an_invoice())
    assert watched.read(november(2), withdrawn) == ["invoice.voided"]
    assert watched.read(november(3), withdrawn) == []


def test_an_invoice_that_portabilling_has_no_more_is_voided():
    watched = Watched()
    watched.read(november(1), an_invoice())
    assert watched.read(november(2)) == [], "nobody knows why it isn't shown"
    assert watched.read(november(2), gone=["7"]) == ["invoice.voided"]
    assert watched.read(november(2), gone=["7", "8"]) == []


def test_a_payment_that_is_taken_back_makes_the_invoice_owed_anew():
    watched = Watched()
    watched.read(november(1), an_invoice())
    watched.read(november(2), paid(an_invoice()))
    assert watched.read(november(3), an_invoice()) == ["invoice.generated"]
    assert watched.read(november(4), paid(an_invoice())) == ["invoice.paid"]
    assert watched.read(november(20), an_invoice(status=OVERDUE)) == ["invoice.overdue"]
    assert watched.ids == [
        "invoice/7/generated/1",
        "invoice/7/paid/1",
        "invoice/7/generated/2",
        "invoice/7/paid/2",
        "invoice/7/overdue/1",
    ]


# --- what was missed --------------------------------------------------------------------------------------------------


def test_states_that_were_missed_are_filled_in_in_order():
    watched = Watched()
    watched.read(november(1))
    assert watched.read(november(17), an_invoice(status=OVERDUE), paid(an_invoice("8"))) == [
        "invoice.generated",
        "invoice.overdue",
        "invoice.generated",
        "invoice.paid",
    ]
    assert [told.occurred_at for told in watched.told[:2]] == [
        datetime(2026, 10, 31, 23, tzinfo=UTC),
        datetime(2026, 11, 15, 23, tzinfo=UTC),
    ], "midnight in Madrid"


def test_who_is_read_for_the_first_time_isnt_told_what_he_paid_long_ago():
    watched = Watched()
    old = an_invoice("3", issued_on=date(2026, 5, 1), due_on=date(2026, 5, 15))
    owed = an_invoice("4", OVERDUE, issued_on=date(2026, 6, 1), due_on=date(2026, 6, 15))
    watched.read(november(1), paid(old), owed)
    assert watched.ids == ["invoice/4/generated/1", "invoice/4/overdue/1"]
    assert watched.known.invoices["3"].state is InvoiceState.PAID


def test_an_old_invoice_that_history_let_go_tells_nobody_when_it_is_read_again_but_when_it_is_owed_again():
    watched = Watched()
    old = an_invoice("3", issued_on=date(2026, 5, 1), due_on=date(2026, 5, 15))
    watched.read(on(date(2026, 5, 1)), old)
    watched.read(on(date(2026, 5, 2)), paid(old))
    watched.known = replace(watched.known, invoices={})
    assert watched.read(november(1), paid(old), an_invoice("4", issued_on=date(2026, 5, 1), total="0")) == []
    watched.known = replace(watched.known, invoices={})
    assert watched.read(november(2), with_status(old, OVERDUE)) == ["invoice.overdue"]
    assert watched.ids[-1] == "invoice/3/2026-11-02/overdue/1"
    assert len(set(watched.ids)) == len(watched.ids)


# --- when -------------------------------------------------------------------------------------------------------------


def test_it_occurred_when_the_raw_event_says():
    watched = Watched()
    watched.read(november(1), an_invoice(), causes=[a_raw("Invoice/New", november(1, 9), i_invoice="7")])
    watched.read(november(3), paid(an_invoice()), causes=[a_raw("Invoice/AmountPaid/Changed", november(2), i_invoice="7")])
    assert [told.occurred_at for told in watched.told] == [november(1, 9), november(2)]


def test_it_occurred_after_the_last_reading_that_would_have_shown_it_and_never_ahead_of_now():
    watched = Watched()
    watched.read(november(1), an_invoice())
    late = a_raw("Invoice/Status/Changed", november(1, 1), i_invoice="7")
    watched.read(november(20), with_status(an_invoice(), OVERDUE), causes=[late])
    watched.read(november(21), paid(an_invoice()), causes=[a_raw("Invoice/Updated", november(28), i_invoice="7")])
    assert [told.occurred_at for told in watched.told[1:]] == [datetime(2026, 11, 15, 23, tzinfo=UTC), november(21)]


def test_a_late_event_of_another_kind_doesnt_make_an_old_invoice_new():
    watched = Watched()
    cause = a_raw("Invoice/AmountPaid/Changed", november(14), i_invoice="7")
    watched.read(november(14), an_invoice(status=InvoiceStatus.PARTIALLY_PAID, paid="1"), causes=[cause])
    assert watched.told[0].occurred_at == datetime(2026, 10, 31, 23, tzinfo=UTC)


# --- reminders --------------------------------------------------------------------------------------------------------


def test_who_hasnt_paid_is_reminded_on_the_ladders_days_before_the_due_date():
    watched = Watched(options=the_options(Collection_Ladder=LADDER))
    watched.read(november(1), an_invoice())
    assert watched.next_look == november(5, 5), "six in the morning in Madrid"
    assert watched.read(november(5, 5), an_invoice()) == ["invoice.due_soon"]
    assert watched.read(november(5, 9), an_invoice()) == []
    assert watched.next_look == november(12, 5)
    assert watched.read(november(12, 5), an_invoice()) == ["invoice.due_soon"]
    assert watched.next_look is None, "when it is overdue, PortaBilling says so"
    assert watched.ids[1:] == ["invoice/7/due_soon/2026-11-15/10", "invoice/7/due_soon/2026-11-15/3"]


def test_of_reminders_that_were_missed_only_the_last_is_given():
    watched = Watched(options=the_options(Collection_Ladder=LADDER))
    watched.read(november(1), an_invoice())
    assert watched.read(november(13), an_invoice()) == ["invoice.due_soon"]
    assert watched.ids[-1] == "invoice/7/due_soon/2026-11-15/3"
    assert watched.told[-1].occurred_at == november(12, 5)


@pytest.mark.parametrize(
    "invoice",
    [
        paid(an_invoice()),
        an_invoice(status=InvoiceStatus.DO_NOT_COLLECT),
        an_invoice(status=InvoiceStatus.UNDER_REVIEW),
        an_invoice(due_on=date(2026, 11, 4)),
    ],
)
def test_nobody_is_reminded_of_what_he_neednt_pay_or_of_what_is_late_already(invoice):
    watched = Watched(options=the_options(Collection_Ladder=LADDER))
    watched.read(november(1), an_invoice())
    assert "invoice.due_soon" not in watched.read(november(6), invoice)


def test_an_invoice_that_comes_when_a_reminder_would_have_gone_isnt_reminded_of_at_once():
    watched = Watched(options=the_options(Collection_Ladder="*: due_soon 20 3"))
    watched.read(november(1))
    watched.read(november(13), an_invoice())
    assert watched.read(november(14), an_invoice()) == []


def test_what_has_no_word_is_looked_at_on_the_morning_on_which_it_is_overdue():
    watched = Watched()
    watched.read(november(1), an_invoice(status=None))
    assert watched.next_look == november(16, 5)
    watched.read(november(16, 5), an_invoice(status=None))
    assert watched.next_look is None
