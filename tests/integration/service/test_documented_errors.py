"""Each error that the API's description names is reached: what nobody can get isn't described."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI, Request

from builders import generated
from duebell.console.access.principal import LOCAL, Principal
from duebell.console.app import create_app
from duebell.instance import Instance
from duebell.settings import Settings

API = "/api/v1"
NOBODY = Principal(name="nobody", scopes=frozenset())
TELLS_OTHERWISE = {"verify_verify", "events_replay"}
"""What is unknown is told in the streamed answer, or found before it."""


async def door(request: Request) -> Principal | None:
    """Who the header says."""
    return {"local": LOCAL, "nobody": NOBODY}.get(request.headers.get("x-name", "local"))


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    instance = Instance(Settings(data=tmp_path_factory.mktemp("data")))
    yield instance
    instance.close()


@pytest.fixture(scope="module")
def app(instance: Instance) -> FastAPI:
    return create_app(instance, door)


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://duebell", trust_env=False) as client:
        yield client


def operations(app: FastAPI) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method.upper(), path, one) for path, methods in app.openapi()["paths"].items() for method, one in methods.items()
    ]


def declaring(app: FastAPI, status: int) -> list[tuple[str, str, dict[str, Any]]]:
    return [one for one in operations(app) if str(status) in one[2]["responses"]]


def slugs(operation: dict[str, Any], status: int) -> set[str]:
    return set(operation["responses"][str(status)]["content"]["application/problem+json"]["examples"])


def problem(answer: httpx2.Response) -> str:
    """The slug of a problem that is one in each respect."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    told = answer.json()
    assert told.keys() >= {"type", "title", "status", "detail"}
    assert (told["status"], bool(told["detail"])) == (answer.status_code, True)
    return str(told["type"].removeprefix("urn:duebell:problem:"))


def filled(path: str, operation: dict[str, Any]) -> str:
    """The path of something that isn't there."""
    numbers = {
        one["name"]
        for one in operation.get("parameters", ())
        if one["in"] == "path" and one["schema"].get("type") == "integer"
    }
    return re.sub(r"{(\w+)}", lambda found: "999999" if found[1] in numbers else "nothing", path)


def request_of(operation: dict[str, Any]) -> dict[str, Any]:
    """Its example, and what it has to be asked with."""
    needed = [one for one in operation.get("parameters", ()) if one.get("required") and one["in"] == "query"]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return {
        "params": {one["name"]: one.get("example", "x") for one in needed},
        **({"json": body["example"]} if body else {}),
    }


async def test_whoever_is_unknown_is_told_to_log_in(http, app) -> None:
    found = declaring(app, 401)
    assert len(found) > 40
    for method, path, operation in found:
        answer = await http.request(method, filled(path, operation), headers={"X-Name": "stranger"})
        assert (answer.status_code, problem(answer)) == (401, "not-authenticated"), path


async def test_who_lacks_the_scope_is_told_which_it_takes(http, app) -> None:
    for method, path, operation in declaring(app, 403):
        (needed,) = operation["security"][0]["token"]
        answer = await http.request(method, filled(path, operation), headers={"X-Name": "nobody"})
        assert (answer.status_code, problem(answer)) == (403, "not-allowed"), path
        assert f"the right to {needed}" in answer.json()["detail"]


async def test_what_is_not_there_is_said_to_be_unknown(http, app) -> None:
    found = [one for one in declaring(app, 404) if one[2]["operationId"] not in TELLS_OTHERWISE]
    assert len(found) > 20
    for method, path, operation in found:
        if "{" not in path:
            continue
        answer = await http.request(method, filled(path, operation), **request_of(operation))
        assert (answer.status_code, problem(answer)) == (404, "unknown"), (path, answer.text)


async def test_what_is_malformed_is_refused_before_anything_is_done(http, app) -> None:
    for method, path, operation in declaring(app, 422):
        asked: dict[str, Any] = {
            "params": {one["name"]: "?" for one in operation.get("parameters", ()) if one["in"] == "query"}
        }
        if method != "GET":
            asked["headers"] = {"Idempotency-Key": "ä".encode()}
        answer = await http.request(method, re.sub(r"{\w+}", "x", path), **asked)
        assert answer.status_code == 422, (path, answer.text)
        assert problem(answer) in slugs(operation, 422)


async def test_each_body_has_an_example_that_is_understood(http, app) -> None:
    for method, path, operation in operations(app):
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if body is None:
            continue
        assert "example" in body, f"{operation['operationId']}: give it one in console/api/glossary.py"
        if "{" in path and operation["operationId"] not in TELLS_OTHERWISE:
            answer = await http.request(method, filled(path, operation), **request_of(operation))
            assert answer.status_code == 404, (path, answer.text)


NOT_POSSIBLE = {
    "billing_add_customer": ("/billing/customers", {"external_id": "john-doe", "name": "John", "currency": "USD"}),
    "billing_add_fee": ("/billing/customers/john-doe/fees", {"service": "Internet", "amount": "30"}),
    "billing_invoice_now": ("/billing/customers/john-doe/invoices", None),
    "billing_void": ("/billing/customers/john-doe/invoices/{number}/void", None),
    "billing_start_commitment": (
        "/billing/customers/john-doe/commitments",
        {"service": "Internet", "discount": "5", "ends_on": "2099-01-01"},
    ),
    "billing_pay": ("/billing/customers/john-doe/payments", {"amount": "1", "reference": "P-1"}),
    "events_retry": ("/events/{event}/retry", None),
    "events_skip": ("/events/{event}/skip", {"because": "again"}),
    "handlers_resume": ("/handlers/OdooCRM/resume", None),
}
"""What the state forbids once `prepared` has done the same before."""


@pytest.fixture
async def prepared(http, instance) -> dict[str, str]:
    """Everything of the table was done once."""

    async def post(path: str, body: object = None) -> Any:
        return (await http.post(API + path, json=body)).raise_for_status().json()

    await post("/billing/customers", {"external_id": "john-doe", "name": "John Doe", "currency": "USD"})
    await post("/billing/customers/john-doe/fees", {"service": "Internet", "amount": "30"})
    charged = await post("/billing/customers/john-doe/charges", {"text": "Router", "amount": "9", "invoice_now": True})
    number = charged["events"][0]["subject"]
    await post(f"/billing/customers/john-doe/invoices/{number}/void")
    await post("/billing/customers/john-doe/commitments", {"service": "Internet", "discount": "5", "ends_on": "2099-01-01"})
    await post("/billing/customers/john-doe/payments", {"amount": "1", "reference": "P-1"})
    (one,) = await instance.record([generated("jane-roe")])
    await post(f"/events/{one.id}/skip", {"because": "told by phone"})
    return {"number": number, "event": one.id}


async def test_what_the_state_forbids_is_said_to_be_not_possible(http, app, prepared) -> None:
    declared = {one["operationId"]: one for _, _, one in declaring(app, 409)}
    for operation_id, (path, body) in NOT_POSSIBLE.items():
        answer = await http.post(API + path.format(**prepared), json=body)
        assert (answer.status_code, problem(answer)) == (409, "not-possible"), (operation_id, answer.text)
        assert "not-possible" in slugs(declared[operation_id], 409)


async def test_an_event_that_comes_again_with_other_content_conflicts(http, app) -> None:
    example = next(one for _, _, one in operations(app) if one["operationId"] == "recording_record")
    event = request_of(example)["json"]
    assert (await http.post(f"{API}/events", json=event)).status_code == 200
    event["data"]["customer"]["name"] = "Jane Doe"
    answer = await http.post(f"{API}/events", json=event)
    assert (answer.status_code, problem(answer)) == (409, "conflicting-event")


async def test_storage_that_fails_is_said_so(tmp_path: Path) -> None:
    instance = Instance(Settings(data=tmp_path / "data"))
    try:
        transport = httpx2.ASGITransport(create_app(instance, door), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://duebell", trust_env=False) as http:
            only_read = instance._store._connection.exec_driver_sql
            only_read("PRAGMA query_only = ON")
            written = await http.post(f"{API}/handlers/OdooCRM/disable")
            only_read("PRAGMA query_only = OFF")
            assert (await http.post(f"{API}/handlers/OdooCRM/disable")).status_code == 200
            instance._store._engine.dispose()
            (tmp_path / "data" / "duebell.db").write_bytes(b"no database " * 1000)
            (tmp_path / "data" / "duebell.db-wal").write_bytes(b"")
            read = await http.get(f"{API}/status")
        assert [(one.status_code, problem(one)) for one in (written, read)] == [(503, "storage")] * 2
    finally:
        instance.close()


async def test_operations_have_names_and_words_of_their_own(app) -> None:
    found = operations(app)
    ids = [one["operationId"] for _, _, one in found]
    assert len(ids) == len(set(ids))
    assert [one for one in ids if not re.fullmatch(r"[a-z_]+", one)] == []
    assert [one["operationId"] for _, _, one in found if not one["summary"] or not one["tags"]] == []
    undescribed = [
        (one["operationId"], parameter["name"])
        for _, _, one in found
        for parameter in one.get("parameters", ())
        if not parameter.get("description")
    ]
    assert undescribed == [], "Describe them, or add them to console/api/glossary.py"
    assert [tag["name"] for tag in app.openapi()["tags"] if not tag["description"]] == []


async def test_people_can_read_of_each_operation(http, app) -> None:
    page = (await http.get("/api")).raise_for_status().text
    assert [path for _, path, _ in operations(app) if f"<code>{path}</code>" not in page] == []
    assert [one["operationId"] for _, _, one in operations(app) if f'id="{one["operationId"]}"' not in page] == []
    assert "<script src=" in page
    assert "://" not in page.replace("http://www.w3.org", "").replace("https://odoo.example.com", "")


async def test_pages_of_customers_follow_each_other_without_a_gap(http, app) -> None:
    for number in range(5):
        customer = {"external_id": f"page-{number}", "name": "John Doe", "currency": "USD"}
        (await http.post(f"{API}/billing/customers", json=customer)).raise_for_status()
    found, address = [], f"{API}/billing/customers?limit=2&after=page"
    while address:
        page = (await http.get(address)).raise_for_status().json()
        found += [one["external_id"] for one in page["customers"]]
        address = page["next"]
    assert found == [f"page-{number}" for number in range(5)]


async def test_pages_of_events_follow_each_other_while_others_come(http, app, instance) -> None:
    ids = [(await instance.record([generated("paged", f"P-{number}")]))[0].id for number in range(5)]
    found, address = [], f"{API}/events?customer=paged&limit=2"
    while address:
        page = (await http.get(address)).raise_for_status().json()
        found += [one["id"] for one in page["events"]]
        await instance.record([generated("paged", f"later-{len(found)}")])
        address = page["next"]
    assert found == ids[::-1]
