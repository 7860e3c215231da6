"""Requests that Schemathesis makes from the API's description: each is answered as described, none with an internal error."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx2
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from builders import generated
from duebell.console.app import create_app
from duebell.instance import Instance
from duebell.settings import Settings

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
LEFT_OUT = {
    "billing_advance": "far ahead there is much to bill",
    "storage_backup": "it writes a file where it is told to",
}
EACH = 12
"""Requests an operation."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """With a customer, an invoice and an event, so that lists aren't empty."""
    instance = Instance(Settings(data=tmp_path_factory.mktemp("data")))
    app = create_app(instance)
    asyncio.run(_begin(instance, app))
    yield app
    instance.close()


async def _begin(instance: Instance, app: FastAPI) -> None:
    await instance.record([generated("jane-roe")])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://duebell/api/v1/billing") as http:
        for path, body in (
            ("/customers", {"external_id": "john-doe", "name": "John Doe", "currency": "USD"}),
            ("/customers/john-doe/charges", {"text": "Internet", "amount": "30", "invoice_now": True}),
        ):
            (await http.post(path, json=body)).raise_for_status()


def test_each_operation_answers_as_described_whatever_it_is_sent(app: FastAPI) -> None:
    described = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
    for found in described.get_all_operations():
        operation = found.ok()
        if operation.definition.raw["operationId"] in LEFT_OUT:
            continue

        @settings(max_examples=EACH, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def answers_as_described(case: schemathesis.Case) -> None:
            case.validate_response(case.call(), checks=CHECKS)

        answers_as_described()


def test_what_is_left_out_is_there(app: FastAPI) -> None:
    ids = {one["operationId"] for methods in app.openapi()["paths"].values() for one in methods.values()}
    assert set(LEFT_OUT) <= ids
