import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOON, a_customer, generated
from duebell.console.access.masking import (
    masked_cloud_event,
    masked_customer,
    masked_email,
    masked_name,
    masked_phone,
    masked_sentence,
    masked_text,
)
from duebell.espf.envelope import Envelope

PERSONAL = {
    "name": "Erika Beispiel",
    "company_name": "Beispiel Bau GmbH",
    "vat_number": "DE123456789",
    "invoice_contact": "Buchhaltung Nord",
    "phone": "+49 30 1234567",
    "email": "erika@beispiel.example",
}


def test_a_name_a_phone_and_an_address_are_recognisable_but_not_usable():
    assert masked_name("Erika  van Beispiel") == "E••• v••• B•••"
    assert masked_phone("+49 30 1234567") == "••• 67"
    assert masked_email("erika@beispiel.example") == "e•••@•••"
    assert masked_text("Dear Erika, you owe 30.00 USD.") == "•••"


@pytest.mark.parametrize("mask", [masked_name, masked_phone, masked_email, masked_text, masked_sentence])
def test_nothing_stays_nothing(mask):
    assert mask(None) is None
    assert mask("") == ""


def test_of_an_event_everything_that_names_a_person_goes_and_the_rest_stays():
    event = _cloud_event()

    masked = masked_cloud_event(event)

    text = json.dumps(masked, ensure_ascii=False)
    for value in PERSONAL.values():
        assert value not in text
    assert "secret-link" not in text
    assert masked["data"]["customer"]["external_id"] == "c-1"
    assert masked["data"]["invoice"]["number"] == "INV-1"
    assert masked["data"]["invoice"]["outstanding"] == event["data"]["invoice"]["outstanding"]


def test_masking_leaves_the_event_itself_as_it_was():
    event = _cloud_event()
    before = json.dumps(event)
    masked_cloud_event(event)
    assert json.dumps(event) == before


def test_a_field_of_the_customer_that_nobody_knows_yet_is_hidden():
    assert masked_customer({"external_id": "c-1", "born_on": "1980-01-01"}) == {"external_id": "c-1", "born_on": "•••"}


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("The number +49 30 1234567 is not valid.", "The number ••• is not valid."),
        ("No mail to erika@beispiel.example: refused.", "No mail to •••: refused."),
        ("erika BEISPIEL is unknown to the gateway.", "••• is unknown to the gateway."),
        ("Waits since 2026-11-23 12:00:05 UTC.", "Waits since 2026-11-23 12:00:05 UTC."),
        ("No connection to 192.168.10.25 on port 8069.", "No connection to 192.168.10.25 on port 8069."),
        ("INV-2026-000042 is unknown; 30.00 USD is due.", "INV-2026-000042 is unknown; 30.00 USD is due."),
        ("Event 12345678-9a5d-5d44-92ed-123456789012 again.", "Event 12345678-9a5d-5d44-92ed-123456789012 again."),
    ],
)
def test_a_reason_loses_what_a_target_quoted_in_it(sentence, shown):
    assert masked_sentence(sentence, PERSONAL | {"external_id": "c-1"}) == shown


@given(st.text())
def test_any_sentence_and_any_name_can_be_masked(text):
    masked_sentence(text, {"name": text})
    masked_name(text)
    masked_phone(text)
    masked_email(text)


def _cloud_event():
    happening = generated("c-1")
    invoice = replace(happening.fact.invoice, link="https://isp.example/secret-link")
    happening = replace(happening, fact=replace(happening.fact, customer=a_customer("c-1", **PERSONAL), invoice=invoice))
    return json.loads(Envelope(happening=happening, epoch=1, sequence=1, recorded_at=NOON).cloud_event())
