"""What may be typed into `OdooCRM`, what is kept of it, and what is said when it can't be used."""

from __future__ import annotations

import pytest

from duebell.errors import InvalidValue
from duebell.handlers import limits
from duebell.handlers.odoo_crm import build
from duebell.handlers.odoo_crm.group import ODOO_CRM, Settings
from unit.odoo_crm.stand_in import KEY


def kept(key: str, typed: str) -> str:
    return ODOO_CRM.checked({key: typed})[key]


def refusal(key: str, typed: str) -> str:
    with pytest.raises(InvalidValue) as refused:
        ODOO_CRM.checked({key: typed})
    return str(refused.value)


@pytest.mark.parametrize(
    ("typed", "stays"),
    [
        ("https://odoo.example.com", "https://odoo.example.com"),
        ("  https://odoo.example.com/ ", "https://odoo.example.com"),
        ("HTTPS://Odoo.Example.com:443", "https://odoo.example.com"),
        ("http://127.0.0.1:8069/", "http://127.0.0.1:8069"),
        ("http://[::1]:8069", "http://[::1]:8069"),
        ("https://odoo.example.com/odoo", "https://odoo.example.com"),
        ("https://odoo.example.com/odoo/contacts/3", "https://odoo.example.com"),
        ("https://odoo.example.com/web/login", "https://odoo.example.com"),
        ("https://odoo.example.com/json/2", "https://odoo.example.com"),
        ("https://odoo.example.com/json/2/res.partner/create", "https://odoo.example.com"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_of_an_address_as_people_paste_it_the_origin_is_kept(typed: str, stays: str) -> None:
    assert kept("API_URL", typed) == stays


@pytest.mark.parametrize(
    ("typed", "type_instead"),
    [
        ("odoo.example.com", "type https://odoo.example.com"),
        ("odoo.example.com/web", "type https://odoo.example.com"),
        ("localhost:8069", "type https://localhost:8069"),
        ("ftp://odoo.example.com", "https://"),
        ("https://", "type it like https://odoo.example.com"),
        ("https://ex ample.com", "type it like https://odoo.example.com"),
        ("https://a..b", "type it like https://odoo.example.com"),
        ("https://odoo.example.com:80a", "type it like https://odoo.example.com"),
        ("https://odoo.example.com:0", "type it like https://odoo.example.com"),
        ("https://odoo.example.com:99999", "type it like https://odoo.example.com"),
        ("https://odoo.example.com/erp", "type https://odoo.example.com"),
        ("https://odoo.example.com/website", "type https://odoo.example.com"),
        ("https://odoo.example.com/web?debug=1", "type https://odoo.example.com"),
        ("https://odoo.example.com/web#action=5", "type https://odoo.example.com"),
    ],
)
def test_an_address_that_cannot_be_used_is_answered_by_what_to_type(typed: str, type_instead: str) -> None:
    assert type_instead in refusal("API_URL", typed)


@pytest.mark.parametrize("typed", ["https://admin:hunter2@odoo.example.com", "admin:hunter2@odoo.example.com"])
def test_a_password_in_the_address_is_refused_and_never_repeated(typed: str) -> None:
    said = refusal("API_URL", typed)

    assert "type https://odoo.example.com" in said
    assert "hunter2" not in said


def test_a_key_is_kept_without_the_blanks_around_it() -> None:
    assert kept("API_Access_Key", f" {KEY}\n") == KEY


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (f"bearer {KEY}", "paste the key alone"),
        (f"{KEY[:20]}\n{KEY[20:]}", "a line break"),
        (KEY[:39], "looks cut: it has 39 characters, Odoo's have 40"),
        (KEY[:-1] + "…", "copy it from Odoo again"),
        (KEY[:-1] + "\x07", "copy it from Odoo again"),
    ],
)
def test_a_key_that_cannot_be_one_is_refused_and_never_repeated(typed: str, says: str) -> None:
    said = refusal("API_Access_Key", typed)

    assert says in said
    assert KEY[:20] not in said


def test_a_database_is_named_as_odoo_names_them() -> None:
    assert kept("Database", " telecom-prod.2 ") == "telecom-prod.2"
    assert "letters, digits" in refusal("Database", "tele com")
    assert "letters, digits" in refusal("Database", "telecom\r\nX-Evil: 1")


@pytest.mark.parametrize(
    ("key", "fine", "bad", "says"),
    [
        ("Request_Timeout", "40", "9", "from 10 to 600"),
        ("Request_Timeout", "600", "a minute", "from 10 to 600"),
        ("Max_Batch", "1000", "1001", "from 1 to 1000"),
        ("Max_Batch", "1", "0", "from 1 to 1000"),
        ("Max_Calls_In_Flight", "8", "9", "from 1 to 8"),
        ("Max_Calls_In_Flight", "1", "1.5", "from 1 to 8"),
    ],
)
def test_numbers_have_bounds(key: str, fine: str, bad: str, says: str) -> None:
    assert kept(key, fine) == fine
    assert says in refusal(key, bad)


def test_two_values_are_enough_the_rest_has_defaults() -> None:
    settings = Settings.of({"API_URL": "https://odoo.example.com", "API_Access_Key": KEY})

    assert settings == Settings(
        api_url="https://odoo.example.com",
        access_key=KEY,
        database=None,
        request_timeout=60.0,
        max_batch=800,
        max_calls_in_flight=3,
    )


def test_missing_values_are_all_named_at_once() -> None:
    with pytest.raises(InvalidValue) as refused:
        Settings.of({})

    assert "OdooCRM.API_URL is missing" in str(refused.value)
    assert "OdooCRM.API_Access_Key is missing" in str(refused.value)


def test_settings_do_not_show_the_key() -> None:
    assert KEY not in repr(Settings.of({"API_URL": "https://odoo.example.com", "API_Access_Key": KEY}))
    assert KEY not in str(ODOO_CRM.option("API_Access_Key").shown(KEY))


async def test_the_handler_is_built_from_the_groups_values() -> None:
    values = {"API_URL": "https://odoo.example.com", "API_Access_Key": KEY, "Max_Batch": "50", "Max_Calls_In_Flight": "3"}

    handler = build(values)

    assert handler.max_batch == 50
    assert limits(ODOO_CRM.complete(values)).calls_in_flight == 3
    await handler.close()
