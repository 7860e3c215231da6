"""What a monitoring system and an orchestrator ask: metrics, liveness, readiness; and traces."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import structlog
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from builders import Clock, generated, paid
from duebell.console.app import create_app
from duebell.instance import Instance
from duebell.settings import Settings
from duebell.trace import Trace, named

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def instance(tmp_path: Path, clock: Clock) -> Iterator[Instance]:
    instance = Instance(Settings(data=tmp_path / "data"), now=clock)
    yield instance
    instance.close()


@pytest.fixture
def app(instance: Instance) -> FastAPI:
    return create_app(instance)


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://duebell", trust_env=False) as client:
        yield client


async def samples(http: httpx2.AsyncClient) -> dict[tuple[str, ...], float]:
    """Each sample by its name and its labels' values."""
    answer = (await http.get("/metrics")).raise_for_status()
    families = text_string_to_metric_families(answer.text)
    return {
        (one.name, *(value for _, value in sorted(one.labels.items()))): one.value
        for family in families
        for one in family.samples
    }


# --- metrics -----------------------------------------------------------------------------------------------------------


async def test_what_was_recorded_is_counted_once_by_type(http, instance) -> None:
    await instance.record([generated(), paid()])
    await instance.record([generated()])
    found = await samples(http)
    assert found["duebell_events_recorded_total", "invoice.generated"] == 1
    assert found["duebell_events_recorded_total", "invoice.paid"] == 1


async def test_what_embedded_billing_records_is_counted_too(http) -> None:
    await http.post("/api/v1/billing/customers", json={"external_id": "john-doe", "name": "John Doe", "currency": "USD"})
    charge = {"text": "Internet", "amount": "30", "invoice_now": True}
    (await http.post("/api/v1/billing/customers/john-doe/charges", json=charge)).raise_for_status()
    assert (await samples(http))["duebell_events_recorded_total", "invoice.generated"] == 1


async def test_what_waits_and_since_when_is_told_by_handler(http, instance, clock) -> None:
    await instance.record([generated(), generated("jane-roe")])
    clock.advance(seconds=90)
    found = await samples(http)
    assert found["duebell_waiting", "OdooCRM"] == 2
    assert found["duebell_oldest_waiting_seconds", "OdooCRM"] == 90
    assert found["duebell_handler_state", "OdooCRM", "up"] == 1
    assert found["duebell_handler_state", "OdooCRM", "down"] == 0
    assert (found["duebell_dispatching",], found["duebell_leases",]) == (0, 64)
    assert found["duebell_storage_bytes",] > 10_000


async def test_figures_are_looked_up_every_few_seconds_at_most(http, instance, clock) -> None:
    assert (await samples(http))["duebell_waiting", "OdooCRM"] == 0
    await instance.record([generated()])
    assert (await samples(http))["duebell_waiting", "OdooCRM"] == 0
    clock.advance(seconds=5)
    assert (await samples(http))["duebell_waiting", "OdooCRM"] == 1


async def test_each_alarm_that_stands_is_told_by_its_cause(http, instance) -> None:
    await instance.record([generated()])
    with pytest.raises(Exception, match="came again with other content"):
        await instance.record([generated(total="31")])
    assert (await samples(http))["duebell_alarm", "events conflicting"] == 1


async def test_a_handler_that_nobody_configured_is_refused_and_its_attempts_are_none(http, instance) -> None:
    await instance.record([generated()])
    async with instance.dispatching():
        await instance.standstill()
        found = await samples(http)
    assert found["duebell_dispatching",] == 1
    assert not [name for name in found if name[0] == "duebell_attempt_seconds_count"]


async def test_requests_are_counted_by_the_template_of_their_path(http) -> None:
    await http.get("/api/v1/handlers/OdooCRM")
    await http.get("/api/v1/handlers/Nothing")
    await http.get("/nowhere/at/all")
    await http.request("BREW", "/coffee")
    found = await samples(http)
    assert found["duebell_http_requests_total", "GET", "/api/v1/handlers/{name}", "200"] == 1
    assert found["duebell_http_requests_total", "GET", "/api/v1/handlers/{name}", "404"] == 1
    assert found["duebell_http_requests_total", "GET", "(none)", "404"] == 1
    assert found["duebell_http_requests_total", "other", "(none)", "404"] == 1
    assert found["duebell_http_request_seconds_count", "GET", "/api/v1/handlers/{name}"] == 2


# --- liveness and readiness ----------------------------------------------------------------------------------------------


async def test_a_service_that_records_and_delivers_is_ready(http, instance) -> None:
    async with instance.dispatching():
        answer = await http.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"storage": "ok", "migrations": "ok", "dispatcher": "ok"})


async def test_one_that_does_not_deliver_lives_but_is_not_ready(http) -> None:
    assert (await http.get("/livez")).status_code == 200
    answer = await http.get("/readyz")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:duebell:problem:not-ready")
    assert answer.json()["detail"] == "dispatcher: No events are delivered by this process: run `duebell serve`."


async def test_a_store_that_cannot_be_written_is_named(http, instance, clock) -> None:
    async with instance.dispatching():
        assert (await http.get("/readyz")).status_code == 200
        only_read = instance._store._connection.exec_driver_sql
        only_read("PRAGMA query_only = ON")
        clock.advance(seconds=2)
        answer = await http.get("/readyz")
        only_read("PRAGMA query_only = OFF")
        clock.advance(seconds=2)
        assert (await http.get("/readyz")).status_code == 200
    assert answer.status_code == 503
    assert answer.json()["detail"].startswith("storage: ")


async def test_a_database_that_a_newer_release_has_changed_beyond_us_is_not_ready(http, instance) -> None:
    def upgrade(connection: Any) -> None:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(text("UPDATE instance SET value = '9998' WHERE key = 'works_from'"))

    async with instance.dispatching():
        await instance.write(upgrade)
        answer = await http.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["detail"].startswith("migrations: A newer Duebell has upgraded this database")


# --- traces ------------------------------------------------------------------------------------------------------------


async def test_a_trace_goes_on_and_is_returned(http) -> None:
    told = (await http.get("/livez", headers={"traceparent": TRACEPARENT})).headers["traceparent"]
    trace, span = re.fullmatch("00-([0-9a-f]{32})-([0-9a-f]{16})-01", told).groups()
    assert (trace, span == "00f067aa0ba902b7") == ("4bf92f3577b34da6a3ce929d0e0e4736", False)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "00-0-0-0",
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        TRACEPARENT.upper(),
        TRACEPARENT + "-more",
        "ff" + TRACEPARENT[2:],
    ],
)
async def test_what_is_no_trace_begins_a_new_one(http, wrong: str) -> None:
    told = (await http.get("/livez", headers={"traceparent": wrong})).headers["traceparent"]
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-00", told)
    assert "4bf92f3577b34da6a3ce929d0e0e4736" not in told


async def test_an_internal_error_names_its_trace_in_the_answer_and_in_the_log(http, app) -> None:
    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("broken on purpose")

    lines: list[dict[str, Any]] = []
    before = structlog.get_config()["processors"]
    structlog.configure(processors=[named, lambda _, __, line: lines.append(line) or json.dumps("")])
    try:
        answer = await http.get("/broken", headers={"traceparent": TRACEPARENT})
    finally:
        structlog.configure(processors=before)
    assert (answer.status_code, "broken on purpose" in answer.text) == (500, False)
    assert answer.headers["traceparent"].startswith("00-4bf92f3577b34da6a3ce929d0e0e4736-")
    assert [line["trace"] for line in lines] == ["4bf92f3577b34da6a3ce929d0e0e4736"]


def test_a_newer_version_of_the_standard_is_understood_as_far_as_this_one() -> None:
    assert Trace.continued("cc" + TRACEPARENT[2:] + "-more").id == "4bf92f3577b34da6a3ce929d0e0e4736"
