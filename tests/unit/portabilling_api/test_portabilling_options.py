"""The options of `PortaBilling`: what may be typed, what is kept, and how a wrong table is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from duebell.errors import InvalidValue
from duebell.portabilling.group import PORTABILLING, options_of
from duebell.portabilling.options import About, AuthorizationKind, RequestStyle
from duebell.portabilling.readings import CustomerCondition, InvoiceStatus

NEEDED = {
    "API_URL": "https://portabilling.example.com",
    "API_Login": "duebell",
    "API_Password": "a password",
    "Event_Password": "another password",
}


def test_few_options_must_be_typed_and_the_others_are_as_the_vendor_publishes() -> None:
    options = options_of(NEEDED)

    assert (options.api.style, options.api.timeout, options.api.calls_in_flight) == (RequestStyle.JSON, 30.0, 20)
    assert options.api.calls_per_second is None
    assert (options.authorization.kind, options.authorization.header) == (AuthorizationKind.BASIC, "Authorization")
    assert options.invoice_fields["number"] == "invoice_number"
    assert options.customer_words["deactivated"] is CustomerCondition.CLOSED
    assert (options.time_zone("3"), options.language("es"), options.tell_from) == (None, None, None)
    assert (options.quiet_alarm, options.own_templates_off) == (timedelta(days=1), False)
    with pytest.raises(InvalidValue, match=r"(?s)API_URL is missing.*API_Login is missing.*Event_Password is missing"):
        options_of({})


def test_no_secret_is_in_the_options_representation() -> None:
    shown = repr(options_of({**NEEDED, "Company": "A company"}))

    assert "A company" in shown
    assert "password'" not in shown


def test_what_is_typed_overrides_a_part_of_a_table() -> None:
    typed = PORTABILLING.checked(
        {
            "Invoice_Fields": "due_on = pay_by , paid=amount_settled",
            "Invoice_Words": "In  Dispute=under_review",
            "Customer_Words": "FROZEN=blocked",
            "Time_Zones": "3=Europe/Madrid, *=America/New_York",
            "Languages": "br=pt-BR",
            "Event_Types": "Invoice/Overdue=invoice,Account/Renamed=nothing",
            "Commitment_Types": "Account/Discount/Ended",
            "Tell_From": "2026-12-01 00:00+01:00",
            "Quiet_Hours_Alarm": "0",
            "Own_Templates_Off": "yes",
        }
    )

    options = options_of({**NEEDED, **typed})

    assert options.invoice_fields["due_on"] == "pay_by"
    assert options.invoice_fields["number"] == "invoice_number"
    assert options.invoice_words["in dispute"] is InvoiceStatus.UNDER_REVIEW
    assert options.invoice_words["paid"] is InvoiceStatus.PAID
    assert options.customer_words["frozen"] is CustomerCondition.BLOCKED
    assert (options.time_zone("3"), options.time_zone("9")) == ("Europe/Madrid", "America/New_York")
    assert (options.language("br"), options.language("xx")) == ("pt-BR", None)
    assert options.event_types == {
        "Invoice/Overdue": About.INVOICE,
        "Account/Renamed": About.NOTHING,
        "Account/Discount/Ended": About.COMMITMENT,
    }
    assert options.tell_from == datetime(2026, 11, 30, 23, tzinfo=UTC)
    assert (options.quiet_alarm, options.own_templates_off) == (None, True)


@pytest.mark.parametrize(
    ("option", "typed", "kept"),
    [
        ("API_URL", "portabilling.example.com", "https://portabilling.example.com"),
        ("API_URL", "https://PB.example.com:443/rest/", "https://pb.example.com"),
        ("API_URL", "https://pb.example.com:8444", "https://pb.example.com:8444"),
        ("Request_Style", "JSON", "json"),
        ("Tell_From", "2026-12-01T08:00Z", "2026-12-01 08:00:00+00:00"),
        ("Commitment_Types", "A/B, C/D ,A/B", "A/B, C/D"),
        ("Time_Zones", "3=Europe/Madrid,\r\n7=America/New_York\r\n", "3=Europe/Madrid, 7=America/New_York"),
        ("Collection_Ladder", "*: overdue 1;suspend  14", "*: overdue 1; suspend 14"),
    ],
)
def test_what_is_typed_is_kept_in_one_form(option: str, typed: str, kept: str) -> None:
    assert PORTABILLING.checked({option: typed}) == {option: kept}
    assert PORTABILLING.checked({option: kept}) == {option: kept}


def test_tables_may_be_typed_on_several_lines() -> None:
    assert {option.key for option in PORTABILLING.options if option.kind == "long"} == {
        *("Invoice_Fields", "Customer_Fields", "Commitment_Fields", "Invoice_Words", "Customer_Words", "Commitment_Words"),
        *("Event_Types", "Time_Zones", "Languages", "Collection_Ladder"),
    }


@pytest.mark.parametrize(
    ("option", "typed", "sentence"),
    [
        ("API_URL", "https://me:secret@pb.example.com", "leave out the user and password, they are options of their own"),
        ("API_URL", "https://pb.example.com/index.html", "leave out everything after the host and port"),
        ("API_URL", "ftp://pb.example.com", "begin with https://"),
        ("Invoice_Fields", "due_on", "'due_on' is no pair: type two words with = between"),
        ("Invoice_Fields", "deadline=due_date", "'deadline' is no field of ours, use one of i_invoice, i_customer, number"),
        ("Invoice_Fields", "due_on=due date", "due_on=due date: 'due date' can't be the name of a field"),
        ("Invoice_Fields", "due_on=a, due_on=b", "'due_on' is there twice"),
        ("Invoice_Words", "disputed=strange", "disputed=strange: 'strange' is no word of ours, use one of unpaid"),
        ("Time_Zones", "3=Madrid", "3=Madrid: there is no time zone 'Madrid', type it like Europe/Madrid"),
        ("Languages", "3=klingon", "3=klingon: there is no language 'klingon', type it like es-ES"),
        ("Event_Types", "Invoice Overdue=invoice", "'Invoice Overdue' is no type of event, type it like"),
        ("Event_Types", "Invoice/Overdue=commitment", "'commitment' is nothing that an event is about"),
        ("Commitment_Types", "ended", "'ended' is no type of event"),
        ("Tell_From", "2026-12-01", "say which clock it is by"),
        ("Tell_From", "tomorrow", "this is no moment"),
        ("Event_Header", "X Signature", "type the name of a header"),
        ("Collection_Ladder", "suspend 14", "'suspend 14' is of no class"),
    ],
)
def test_what_is_wrong_is_named(option: str, typed: str, sentence: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        PORTABILLING.checked({option: typed})

    assert sentence in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_login_needs_a_password_or_a_token_not_both() -> None:
    both = {**NEEDED, "API_Token": "a token"}
    neither = {key: value for key, value in NEEDED.items() if key != "API_Password"}

    with pytest.raises(InvalidValue, match="are both set: unset one of them"):
        options_of(both)
    with pytest.raises(InvalidValue, match="are both missing: set one of them"):
        options_of(neither)


def test_a_type_of_event_means_one_thing() -> None:
    with pytest.raises(InvalidValue, match=r"A/B is in Event_Types and in Commitment_Types: leave it out of one of them\."):
        options_of({**NEEDED, "Event_Types": "A/B=invoice", "Commitment_Types": "A/B"})
