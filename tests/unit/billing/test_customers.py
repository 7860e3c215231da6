"""What a customer may be, and the sentence for what he may not."""

from __future__ import annotations

import pytest
from books import Books, john_doe

from duebell.errors import InvalidValue, NotPossible, Unknown
from duebell.events import InvoiceGenerated


def test_a_phone_is_kept_in_the_form_that_can_be_called_from_anywhere() -> None:
    assert john_doe(phone=" +1 (202) 555-0123 ").checked().phone == "+12025550123"


def test_a_customer_needs_neither_phone_nor_email_nor_language() -> None:
    books = Books()

    books.add(phone=None, email=None, language=None, time_zone="UTC")

    told = books.last(InvoiceGenerated).customer
    assert (told.phone, told.email, told.language, told.time_zone) == (None, None, None, "UTC")


def test_events_carry_all_that_billing_knows_of_the_customer() -> None:
    books = Books()

    books.add(reference="C-1001", company_name="Doe & Sons")

    told = books.last(InvoiceGenerated).customer
    assert (told.external_id, told.name, told.reference, told.company_name) == (
        "john-doe",
        "John Doe",
        "C-1001",
        "Doe & Sons",
    )
    assert (told.phone, told.email, told.language) == ("+12025550123", "john@example.com", "en-US")
    assert told.customer_class == "standard"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            {"external_id": "John Doe"},
            "external_id: 'John Doe' can't be a customer's id: use up to 64 small letters, digits",
        ),
        ({"external_id": "../etc"}, "external_id: '../etc' can't be a customer's id"),
        ({"external_id": "x" * 65}, f"external_id: '{'x' * 65}' can't be a customer's id"),
        ({"external_id": ""}, "external_id: '' can't be a customer's id"),
        ({"name": "  "}, "name: it is empty; type something."),
        ({"name": "John\nDoe"}, "name: it has line breaks or control characters; write it on one line."),
        ({"name": "John\0Doe"}, "name: it has line breaks or control characters; write it on one line."),
        ({"name": "J" * 201}, "name: 201 characters are too many; 200 is the most."),
        ({"phone": "555-0123"}, "phone: '555-0123' is no number that can be called: write it with + and the country code"),
        ({"phone": "+1 202 555"}, "phone: '+1 202 555' is no number that can be called"),
        ({"phone": "call me"}, "phone: 'call me' is no number that can be called"),
        ({"email": "john"}, "email: 'john' is not an e-mail address: write it like john@example.com."),
        ({"email": "john@@example.com"}, "email: 'john@@example.com' is not an e-mail address"),
        ({"currency": "USDT"}, "currency: 'USDT' is not a known currency: use an ISO 4217 code such as USD or EUR."),
        (
            {"time_zone": "New York"},
            "time_zone: 'New York' is not a known time zone: use an IANA name such as Europe/Madrid.",
        ),
        ({"language": "klingon"}, "language: 'klingon' is not a known language: use a BCP 47 tag such as en-US or es-ES."),
        (
            {"customer_class": "vip"},
            "customer_class: there is no class 'vip'; there are standard, limited-first, patient, charged.",
        ),
        ({"reference": "\t"}, "reference: it is empty; type something."),
    ],
)
def test_what_a_customer_cannot_be_is_refused_by_its_name_and_with_what_to_do(wrong: dict[str, str], sentence: str) -> None:
    books = Books()

    with pytest.raises(InvalidValue) as refused:
        books.billing.add_customer(john_doe(**wrong))

    assert str(refused.value).startswith(sentence)
    assert books.billing.customers() == []


def test_an_external_id_and_a_reference_belong_to_one_customer() -> None:
    books = Books()
    books.add(reference="C-1001")

    with pytest.raises(NotPossible, match="There is a customer 'john-doe' already: choose another external id"):
        books.billing.add_customer(john_doe())
    with pytest.raises(NotPossible, match="Reference 'C-1001' is john-doe's: each customer needs his own"):
        books.billing.add_customer(john_doe(external_id="second", reference="C-1001"))


def test_a_customer_who_is_not_there_is_unknown() -> None:
    with pytest.raises(Unknown, match="Billing has no customer 'nobody': `duebell billing customer list` shows them"):
        Books().billing.customer("nobody")


def test_customers_are_listed_by_their_ids_a_page_at_a_time() -> None:
    books = Books()
    for external_id in ("c", "a", "d", "b"):
        books.add(external_id)

    pages = [[account.id for account in books.billing.customers(after, 2)] for after in ("", "b", "d")]

    assert pages == [["a", "b"], ["c", "d"], []]
