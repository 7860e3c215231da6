"""Each row of Odoo's table of errors, and each answer that isn't Odoo's, becomes one error that says what to do."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from duebell.handlers.odoo_crm import errors
from duebell.handlers.odoo_crm.answer import Answer, refusal, result
from duebell.handlers.odoo_crm.errors import Evidence, OdooError, Unavailable
from unit.odoo_crm.stand_in import KEY, TRACEBACK

URL = "https://odoo.example.com/json/2/duebell.event/ingest"


def answer(status: int, body: str, content_type: str = "application/json; charset=utf-8", **headers: str) -> Answer:
    lower = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(url=URL, status=status, headers={"content-type": content_type, **lower}, body=body.encode(), key=KEY)


def odoo_error(status: int, name: str, message: str = "no", **headers: str) -> Answer:
    return answer(status, json.dumps({"name": name, "message": message, "debug": TRACEBACK}), **headers)


def page(status: int, **headers: str) -> Answer:
    return answer(status, "<html></html>", "text/html; charset=utf-8", **headers)


@pytest.mark.parametrize(
    ("status", "name", "meant"),
    [
        (400, "werkzeug.exceptions.BadRequest", errors.MalformedCall),
        (401, "werkzeug.exceptions.Unauthorized", errors.KeyRefused),
        (403, "odoo.exceptions.AccessError", errors.RightsMissing),
        (403, "odoo.http.SessionExpiredException", errors.RightsMissing),
        (404, "werkzeug.exceptions.NotFound", errors.AddonMissing),
        (404, "odoo.exceptions.MissingError", errors.RecordMissing),
        (409, "odoo.exceptions.LockError", errors.DatabaseBusy),
        (413, "werkzeug.exceptions.RequestEntityTooLarge", errors.CallTooLarge),
        (422, "odoo.exceptions.ValidationError", errors.DataRefused),
        (422, "odoo.exceptions.UserError", errors.DataRefused),
        (422, "werkzeug.exceptions.UnprocessableEntity", errors.AddonIncompatible),
        (429, "werkzeug.exceptions.TooManyRequests", errors.Overloaded),
        (500, "builtins.ValueError", errors.OdooFailed),
        (500, "builtins.KeyError", errors.OdooFailed),
        (500, "psycopg2.errors.UndefinedColumn", errors.OdooFailed),
        (500, "psycopg2.errors.SerializationFailure", errors.DatabaseBusy),
        (500, "psycopg2.errors.DeadlockDetected", errors.DatabaseBusy),
        (500, "psycopg2.errors.AdminShutdown", errors.DatabaseBusy),
        (500, "psycopg2.InterfaceError", errors.DatabaseBusy),
        (500, "psycopg2.OperationalError", errors.DatabaseBusy),
        (500, "psycopg2.pool.PoolError", errors.DatabaseBusy),
        (503, "werkzeug.exceptions.ServiceUnavailable", errors.Overloaded),
        (405, "werkzeug.exceptions.MethodNotAllowed", errors.GateRefused),
    ],
)
def test_an_error_of_odoos_is_told_apart_by_its_name_and_status(status: int, name: str, meant: type[OdooError]) -> None:
    error = refusal(odoo_error(status, name))

    assert type(error) is meant
    assert error.evidence == Evidence(url=URL, status=status, name=name, message="no")


@pytest.mark.parametrize(
    ("status", "meant"),
    [
        (204, errors.NotOdoo),
        (400, errors.GateRefused),
        (401, errors.GateRefused),
        (403, errors.GateRefused),
        (404, errors.PageNotFound),
        (405, errors.NotOdoo),
        (407, errors.GateRefused),
        (408, errors.GatewayFailed),
        (410, errors.NotOdoo),
        (413, errors.CallTooLarge),
        (415, errors.GateRefused),
        (429, errors.Overloaded),
        (500, errors.GatewayFailed),
        (502, errors.GatewayFailed),
        (503, errors.Overloaded),
        (504, errors.GatewayFailed),
    ],
)
def test_a_page_instead_of_json_is_told_apart_by_its_status(status: int, meant: type[OdooError]) -> None:
    assert type(refusal(page(status))) is meant


def test_json_without_odoos_names_is_not_taken_for_odoos() -> None:
    assert type(refusal(answer(403, '{"message": "blocked"}'))) is errors.GateRefused
    assert type(refusal(answer(404, '{"detail": "Not Found"}'))) is errors.NotOdoo
    assert type(refusal(answer(422, '["name", "message"]'))) is errors.NotOdoo


@pytest.mark.parametrize(
    ("status", "location", "meant", "target"),
    [
        (301, "https://erp.example.com/json/2/x", errors.MovedForGood, "to https://erp.example.com"),
        (308, "//erp.example.com/x", errors.MovedForGood, "to https://erp.example.com"),
        (302, "/web/login?token=1", errors.Redirected, "to https://odoo.example.com"),
        (303, "https://user:hunter2@erp.example.com/", errors.Redirected, "to https://erp.example.com"),
        (307, "", errors.Redirected, "to https://odoo.example.com"),
        (307, "https://[erp", errors.Redirected, "to no valid address"),
    ],
)
def test_a_redirect_is_named_by_where_it_leads(status: int, location: str, meant: type[OdooError], target: str) -> None:
    error = refusal(page(status, location=location))

    assert type(error) is meant
    assert target in error.found
    assert "hunter2" not in str(error)
    assert "token" not in str(error)


def test_a_result_is_handed_back_bare() -> None:
    assert result(answer(200, '{"results": {}}')) == {"results": {}}
    assert result(answer(200, "true")) is True


@pytest.mark.parametrize(
    ("spoken", "says"),
    [
        (page(200), "it answered text/html instead of JSON"),
        (answer(200, "{}", ""), "without a content type"),
        (answer(200, ""), "can't be read"),
        (answer(200, '{"results": '), "can't be read"),
        (answer(200, "[" * 100_000), "can't be read"),
    ],
)
def test_an_answer_that_is_no_json_is_no_result(spoken: Answer, says: str) -> None:
    with pytest.raises(errors.NotOdoo, match=says):
        result(spoken)


def test_what_odoo_says_is_kept_apart_cut_and_free_of_the_key() -> None:
    error = refusal(odoo_error(422, "odoo.exceptions.UserError", f"John Doe is blocked; {KEY}; {'x' * 5000}"))

    assert error.evidence.message is not None
    assert error.evidence.message.startswith("John Doe is blocked; ••••••••; xxx")
    assert len(error.evidence.message) == 2048
    for text in (str(error), repr(error), repr(error.evidence), error.found, error.hint):
        assert "John Doe" not in text
        assert KEY not in text
        assert "Traceback" not in text


def test_a_name_that_is_no_exceptions_name_is_not_shown() -> None:
    error = refusal(odoo_error(500, "<script>alert(1)</script>"))

    assert type(error) is errors.GatewayFailed
    assert "script" not in str(error)


def _every_error() -> list[type[OdooError]]:
    kinds = [OdooError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    return kinds


@pytest.mark.parametrize("kind", _every_error())
def test_every_error_says_what_is_wrong_and_what_to_do_and_stands_in_the_tree(kind: type[OdooError]) -> None:
    error = kind(Evidence(url=URL, status=500))

    assert error.found.endswith(f"(HTTP 500, {URL})")
    assert error.hint.endswith((".", ")"))
    assert str(error) == f"{error.found} {error.hint}"
    assert kind.__name__ in re.findall(r"(?m)^[│├└─ ]*(\w+)", errors.__doc__ or "")


def test_an_overloaded_odoo_says_how_long_to_wait() -> None:
    error = refusal(page(503, retry_after="30"))

    assert isinstance(error, Unavailable)
    assert error.retry_after == timedelta(seconds=30)
