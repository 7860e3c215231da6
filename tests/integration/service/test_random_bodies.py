"""Whatever is sent to the HTTP API, it answers without an internal error and without a traceback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duebell.console.app import create_app
from duebell.instance import Instance
from duebell.settings import Settings

CUSTOMER = "john-doe"
PLAUSIBLE = st.sampled_from(
    ["", CUSTOMER, "Global", "OdooCRM", "USD", "XXX", "30", "0.001", "-1", "NaN", "1e400", "9" * 400, "UTC", "9999-12-31",
     "0001-01-01", "standard", "+12025550123", "a\x00b", "x" * 9_000, "%", "..", "Internet", "٣", "en-US"]
)  # fmt: skip
SCALARS = PLAUSIBLE | st.text(max_size=20) | st.integers(-(2**70), 2**70) | st.floats() | st.booleans() | st.none()
VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=5), SCALARS, max_size=2)
FIELDS = st.sampled_from(
    ["external_id", "name", "currency", "time_zone", "customer_class", "phone", "email", "language", "service", "amount",
     "first_charged_on", "text", "invoice_now", "reference", "method", "discount", "ends_on", "penalty", "API_URL",
     "API_Access_Key", "Database", "Max_Batch"]
)  # fmt: skip


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    instance = Instance(Settings(data=tmp_path_factory.mktemp("data")))
    app = create_app(instance)
    asyncio.run(
        _ask(app, "POST", "/api/v1/billing/customers", {}, {"external_id": CUSTOMER, "name": "John Doe", "currency": "USD"})
    )
    yield app
    instance.close()


async def _ask(app: FastAPI, method: str, path: str, query: dict[str, str], body: Any) -> httpx2.Response:
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://duebell") as client:
        content = json.dumps(body).encode()
        return await client.request(
            method, path, params=query, content=content, headers={"Content-Type": "application/json"}
        )


def operations(app: FastAPI) -> list[tuple[str, str]]:
    """Each method and path, but for the clock: what it is set to stays, and far ahead there is much to bill."""
    return [
        (method.upper(), path)
        for path, methods in app.openapi()["paths"].items()
        for method in methods
        if "advance" not in path
    ]


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_request_is_answered_with_an_internal_error(app: FastAPI, data: st.DataObject) -> None:
    method, template = data.draw(st.sampled_from(operations(app)))
    path = "/".join(
        quote(data.draw(PLAUSIBLE | st.text(max_size=20)), safe="") if part.startswith("{") else part
        for part in template.split("/")
    )
    query = data.draw(
        st.dictionaries(st.sampled_from(["after", "before", "limit", "state", "text", "type", "tell"]), PLAUSIBLE)
    )
    body = data.draw(st.dictionaries(FIELDS, VALUES, max_size=8) | VALUES)

    answer = asyncio.run(_ask(app, method, path, query, body))

    assert answer.status_code < 500, answer.text
    assert "Traceback" not in answer.text
    if answer.is_error:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["detail"]


@pytest.mark.parametrize(
    "ahead", [{"days": 2**40}, {"hours": 2**62}, {"days": 10**9}, {"days": -1}, {"days": "1e9"}, {"weeks": 1}]
)
def test_a_clock_set_beyond_all_bounds_is_refused(app: FastAPI, ahead: dict[str, object]) -> None:
    answer = asyncio.run(_ask(app, "POST", "/api/v1/billing/advance", {}, ahead))
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")


@pytest.mark.parametrize("number", [2**63, 0, -1, 10**400])
def test_a_page_before_a_number_that_no_event_can_have_is_refused(app: FastAPI, number: int) -> None:
    answer = asyncio.run(_ask(app, "GET", "/api/v1/events", {"before": str(number)}, None))
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("before: Input should be")


def test_a_body_that_is_no_json_is_refused(app: FastAPI) -> None:
    async def ask() -> httpx2.Response:
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://duebell") as client:
            return await client.post(
                "/api/v1/billing/customers", content=b'{"a": \xff', headers={"Content-Type": "application/json"}
            )

    answer = asyncio.run(ask())
    assert answer.status_code in (400, 422)
    assert "Traceback" not in answer.text
