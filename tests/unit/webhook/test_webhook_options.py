"""The options of `Webhook`, and what minimal events leave out."""

from __future__ import annotations

from dataclasses import fields

import pytest

from duebell.configuration.group import MASK
from duebell.errors import InvalidValue
from duebell.events import FACTS, Commitment, Customer, Invoice, Payment, Standing
from duebell.handlers import limits
from duebell.handlers.webhook import build
from duebell.handlers.webhook.group import WEBHOOK, Fields, Settings
from duebell.handlers.webhook.minimal import TOLD
from unit.webhook.receiving import OTHER_SECRET, SECRET

URL = "https://example.com/hook"


def test_an_address_and_a_secret_are_all_that_must_be_typed() -> None:
    settings = Settings.of({"URL": URL, "Secret": SECRET})

    assert (settings.url, settings.secrets, str(settings.allowed_hosts)) == (URL, (SECRET,), "")
    assert (settings.fields, settings.max_batch) == (Fields.FULL, 1)
    with pytest.raises(InvalidValue, match=r"(?s)Webhook\.URL is missing.*Webhook\.Secret is missing"):
        Settings.of({})


async def test_the_handler_is_built_from_the_groups_values_and_keeps_to_their_pace() -> None:
    typed = {"URL": URL, "Secret": SECRET, "Max_Batch": "50", "Max_Calls_In_Flight": "3", "Max_Calls_Per_Second": "20"}
    values = WEBHOOK.complete(WEBHOOK.checked(typed))

    handler = build(values)

    assert handler.max_batch == 50
    assert (limits(values).calls_in_flight, limits(values).calls_per_second) == (3, 20)
    await handler.close()


def test_the_newest_secret_signs_first() -> None:
    settings = Settings.of({"URL": URL, "Secret": SECRET, "Previous_Secret": OTHER_SECRET})

    assert settings.secrets == (SECRET, OTHER_SECRET)
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("option", "typed", "kept"),
    [
        ("URL", " https://Example.com/hook ", URL),
        ("Allowed_Hosts", "CRM.internal 10.1.2.3:443", "crm.internal, 10.1.2.3:443"),
        ("Fields", "Minimal", "minimal"),
        ("Max_Batch", "100", "100"),
    ],
)
def test_what_is_typed_is_kept_in_one_form(option: str, typed: str, kept: str) -> None:
    assert WEBHOOK.checked({option: typed}) == {option: kept}


@pytest.mark.parametrize(
    ("option", "typed", "says"),
    [
        ("URL", "example.com", "begin with https://"),
        ("Secret", "s3cret", "openssl rand -base64 32"),
        ("Previous_Secret", "s3cret", "openssl rand -base64 32"),
        ("Allowed_Hosts", "10.0.0.0/8", "is not a host"),
        ("Fields", "some", "type full or minimal"),
        ("Request_Timeout", "1", "from 3 to 120"),
        ("Max_Batch", "0", "from 1 to 1000"),
        ("Max_Calls_In_Flight", "0", "from 1 to 64"),
        ("Max_Calls_Per_Second", "-1", "from 0 to 1000"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_type(option: str, typed: str, says: str) -> None:
    with pytest.raises(InvalidValue, match=says) as refused:
        WEBHOOK.checked({option: typed})

    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("key", ["Secret", "Previous_Secret"])
def test_a_secret_is_shown_by_its_end_only(key: str) -> None:
    assert WEBHOOK.option(key).shown(SECRET) == MASK + SECRET[-4:]


UNTOLD = {
    Customer: {
        "name",
        "company_name",
        "vat_number",
        "invoice_contact",
        "phone",
        "email",
        "language",
        "time_zone",
    },
    Standing: {"payment_method"},
    Invoice: {"link", "pay_link"},
    Payment: {"method"},
    Commitment: {"service"},
}
SNAPSHOTS = {"customer": Customer, "standing": Standing, "invoice": Invoice, "payment": Payment, "commitment": Commitment}


@pytest.mark.parametrize("member", SNAPSHOTS)
def test_each_field_of_an_event_is_decided_on_told_or_untold_when_minimal(member: str) -> None:
    snapshot = SNAPSHOTS[member]
    told = TOLD[member] or frozenset()

    assert told | UNTOLD[snapshot] == {field.name for field in fields(snapshot)}
    assert not told & UNTOLD[snapshot]


@pytest.mark.parametrize("type_", FACTS)
def test_each_member_of_an_event_is_decided_on(type_: str) -> None:
    assert {field.name for field in fields(FACTS[type_])} <= TOLD.keys()
