from datetime import date
from decimal import Decimal

import pytest
from watched import a_customer_answer, an_invoice_answer, the_options, usd

from duebell.portabilling.answer import UnreadableAnswer
from duebell.portabilling.reading import customer_reading, invoice_reading
from duebell.portabilling.readings import CustomerCondition, CustomerReading, InvoiceReading, InvoiceStatus


def read_customer(*, zones: str = "3=Europe/Madrid, 7=America/New_York", **answer: object) -> CustomerReading:
    return customer_reading(a_customer_answer(**answer), the_options(Time_Zones=zones))


def read_invoice(customer: CustomerReading | None = None, **answer: object) -> InvoiceReading:
    return invoice_reading(an_invoice_answer(**answer), customer or read_customer(), the_options())


# --- a customer -------------------------------------------------------------------------------------------------------


def test_a_customer_is_called_by_his_own_name_else_by_his_company_else_as_portabilling_knows_him():
    assert read_customer(firstname="Ana", lastname="Ruiz", companyname="Example Ltd").customer.name == "Ana Ruiz"
    assert read_customer(companyname="Example Ltd").customer.name == "Example Ltd"
    assert read_customer().customer.name == "customer5"


def test_an_empty_text_is_as_if_nothing_came():
    customer = read_customer(phone1="", phone2="+34600000000", email="", companyname="", credit_limit="").customer
    assert (customer.phone, customer.email, customer.company_name) == ("+34600000000", None, None)


@pytest.mark.parametrize(
    ("answer", "condition"),
    [
        ({}, CustomerCondition.ACTIVE),
        ({"bill_status": "s"}, CustomerCondition.SUSPENDED),
        ({"bill_status": "C"}, CustomerCondition.CLOSED),
        ({"bill_status": "E"}, CustomerCondition.CLOSED),
        ({"bill_status": "D"}, CustomerCondition.CLOSED),
        ({"status": "Limited"}, CustomerCondition.LIMITED),
        ({"bill_suspension_delayed": 1}, CustomerCondition.DELAYED),
        ({"bill_suspension_delayed": "Y", "status": "limited"}, CustomerCondition.LIMITED),
        ({"bill_status": "S", "status": "limited"}, CustomerCondition.SUSPENDED),
        ({"bill_status": "S", "blocked": "Y"}, CustomerCondition.BLOCKED),
        ({"bill_status": "C", "blocked": "1"}, CustomerCondition.CLOSED),
    ],
)
def test_of_all_that_portabilling_says_of_a_customer_the_worst_counts(answer, condition):
    assert read_customer(**answer).condition is condition


def test_the_operator_says_which_word_shows_a_suspended_reseller():
    options = the_options(Time_Zones="*=UTC", Customer_Words="reseller suspended=reseller_suspended")
    reading = customer_reading(a_customer_answer(status="Reseller_Suspended"), options)
    assert reading.condition is CustomerCondition.RESELLER_SUSPENDED


def test_a_word_that_no_table_knows_is_an_error_that_names_the_option():
    with pytest.raises(UnreadableAnswer, match=r"'hibernating' in status.*PortaBilling\.Customer_Words"):
        read_customer(status="hibernating")


def test_a_missing_field_is_an_error_that_names_the_field_and_the_option_that_renames_it():
    with pytest.raises(UnreadableAnswer, match=r"customer has no iso_4217.*PortaBilling\.Customer_Fields, as currency="):
        read_customer(iso_4217="")
    with pytest.raises(UnreadableAnswer, match=r"invoice has no amount_net.*PortaBilling\.Invoice_Fields, as total="):
        read_invoice(amount_net=None)


def test_a_field_of_another_name_is_read_where_the_operator_says():
    options = the_options(Time_Zones="*=UTC", Customer_Fields="currency=billing_currency, vat_number=vat")
    answer = a_customer_answer(iso_4217="", billing_currency="EUR", vat="ESB1")
    reading = customer_reading(answer, options)
    assert (reading.balance.currency, reading.customer.vat_number) == ("EUR", "ESB1")


def test_no_error_repeats_what_the_customer_has_there():
    with pytest.raises(UnreadableAnswer) as error:
        read_customer(balance="600 000 000")
    assert "600" not in str(error.value)


def test_a_time_zone_that_no_table_names_is_an_error_and_not_a_guess():
    with pytest.raises(UnreadableAnswer, match=r"time zone '9'.*PortaBilling\.Time_Zones, as 9="):
        read_customer(i_time_zone="9")
    assert read_customer(i_time_zone="9", zones="*=Asia/Tokyo").customer.time_zone == "Asia/Tokyo"
    assert read_customer(i_time_zone="Europe/Vienna").customer.time_zone == "Europe/Vienna"


def test_a_language_is_portabillings_own_tag_or_the_tables_or_none():
    options = the_options(Time_Zones="*=UTC", Languages="br=pt-BR")
    said = [
        customer_reading(a_customer_answer(i_lang=i_lang), options).customer.language for i_lang in ("es", "br", "?", "")
    ]
    assert said == ["es", "pt-BR", None, None]


# --- amounts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "balance"),
    [
        ("30.00000", "30.00"),
        (30, "30.00"),
        (Decimal("30.5"), "30.50"),
        ("12.34500", "12.34"),
        ("12.35500", "12.36"),
        ("-0.00499", "0"),
    ],
)
def test_amounts_of_five_decimals_are_rounded_to_the_currency_half_to_even(given, balance):
    assert read_customer(balance=given).balance == usd(balance)


@pytest.mark.parametrize("given", [30.1, "NaN", "1e999999999", "30,00", True, ["30"]])
def test_what_is_no_exact_amount_is_refused(given):
    with pytest.raises(UnreadableAnswer, match="balance of PortaBilling's customer"):
        read_customer(balance=given)


@pytest.mark.parametrize(
    ("answer", "paid", "outstanding"),
    [
        ({"outstanding_balance": "20.00"}, "10", "20"),
        ({"outstanding_balance": "", "amount_paid": "12.5"}, "12.5", "17.5"),
        ({"outstanding_balance": "20", "amount_paid": "5"}, "5", "20"),
        ({"outstanding_balance": ""}, "0", "30"),
        ({"outstanding_balance": "", "status": "Paid"}, "30", "0"),
        ({"outstanding_balance": "", "amount_paid": "40"}, "40", "0"),
        ({"outstanding_balance": "0.00400", "status": "overdue"}, "30", "0"),
    ],
)
def test_what_is_outstanding_is_as_given_else_what_isnt_paid(answer, paid, outstanding):
    invoice = read_invoice(**answer)
    assert (invoice.paid, invoice.outstanding) == (usd(paid), usd(outstanding))


def test_a_partly_paid_invoice_needs_to_say_how_much():
    with pytest.raises(UnreadableAnswer, match=r"no outstanding_balance.*as outstanding=its_name"):
        read_invoice(outstanding_balance="", status="Partially Paid")


# --- an invoice -------------------------------------------------------------------------------------------------------


def test_an_invoice_is_read_with_the_customers_currency():
    invoice = read_invoice(read_customer(iso_4217="KWD"), amount_net="1.2345")
    assert str(invoice.total) == "1.234 KWD"


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Partially Paid", InvoiceStatus.PARTIALLY_PAID),
        ("partially_paid", InvoiceStatus.PARTIALLY_PAID),
        ("OVERDUE", InvoiceStatus.OVERDUE),
        ("Do not collect", InvoiceStatus.DO_NOT_COLLECT),
        ("", None),
    ],
)
def test_a_status_is_read_in_whatever_case_it_is_written(word, status):
    assert read_invoice(status=word).status is status


def test_a_moment_in_utc_is_the_day_that_the_customer_has_then():
    in_madrid, in_new_york = read_customer(i_time_zone=3), read_customer(i_time_zone=7)
    assert read_invoice(in_madrid, due_date="2026-11-14 23:30:00").due_on == date(2026, 11, 15)
    assert read_invoice(in_new_york, due_date="2026-11-15 04:59:59").due_on == date(2026, 11, 14)
    assert read_invoice(in_new_york, due_date="2026-11-15").due_on == date(2026, 11, 15)


def test_who_has_something_to_pay_has_a_day_to_pay_by():
    with pytest.raises(UnreadableAnswer, match=r"no due_date.*as due_on=its_name"):
        read_invoice(due_date="")
    assert read_invoice(due_date="", status="Paid", outstanding_balance="0").due_on is None
    assert read_invoice(due_date="", amount_net="0", outstanding_balance="0").due_on is None


@pytest.mark.parametrize("day", ["15.11.2026", "0000-00-00", "2026-11-15T00:00:00Z", "2026-02-30"])
def test_a_day_of_another_form_is_refused(day):
    with pytest.raises(UnreadableAnswer, match="due_date of PortaBilling's invoice"):
        read_invoice(due_date=day)
