"""`Idempotency-Key`: what is sent again because its answer was lost is not done again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI, Request
from sqlalchemy import text

from builders import Clock
from duebell.console.access.principal import LOCAL, Principal, Scope
from duebell.console.app import create_app
from duebell.console.routes import is_streamed
from duebell.instance import Instance
from duebell.settings import Settings
from duebell.storage import kept_answers
from duebell.storage.kept_answers import Name, State
from engines import Engine

JOHN = {"external_id": "john-doe", "name": "John Doe", "currency": "USD", "phone": "+12025550123"}
PAYMENT = {"amount": "30"}
CUSTOMERS = "/api/v1/billing/customers"
PAYMENTS = f"{CUSTOMERS}/john-doe/payments"


async def door(request: Request) -> Principal | None:
    """Whoever says so; nobody else."""
    names = {
        "john": LOCAL,
        "jane": Principal(name="jane", scopes=frozenset(Scope)),
        "viewer": Principal(name="local", scopes=frozenset({Scope.VIEW})),
    }
    return names.get(request.headers.get("x-name", "john"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


@pytest.fixture
def instance(settings: Settings, clock: Clock) -> Iterator[Instance]:
    instance = Instance(settings, now=clock)
    yield instance
    instance.close()


@pytest.fixture
def app(instance: Instance) -> FastAPI:
    return create_app(instance, door)


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with calling(app) as client:
        (await client.post(CUSTOMERS, json=JOHN)).raise_for_status()
        yield client


def calling(app: FastAPI) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://duebell", trust_env=False)


async def pay(http: httpx2.AsyncClient, key: str = "k-1", *, by: str = "john", **payment: Any) -> httpx2.Response:
    return await http.post(PAYMENTS, json=PAYMENT | payment, headers={"Idempotency-Key": key, "X-Name": by})


async def payments(http: httpx2.AsyncClient) -> int:
    return len((await http.get(f"{CUSTOMERS}/john-doe")).json()["payments"])


async def test_a_payment_that_is_sent_again_is_booked_once_and_answered_alike(http) -> None:
    first, again = await pay(http), await pay(http)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    assert again.headers["content-type"] == "application/json"
    assert await payments(http) == 1


async def test_another_key_is_another_payment_and_quotes_make_no_difference(http) -> None:
    for key in ("k-1", '"k-1"', "k-2"):
        assert (await pay(http, key)).status_code == 201
    assert await payments(http) == 2


async def test_the_same_key_with_another_request_is_refused(http) -> None:
    await pay(http)
    for refused in (await pay(http, amount="31"), await http.post(CUSTOMERS, json=JOHN, headers={"Idempotency-Key": "k-1"})):
        assert (refused.status_code, refused.json()["type"]) == (422, "urn:duebell:problem:idempotency-key-reused")
    assert await payments(http) == 1


async def test_a_key_is_its_askers_own(http) -> None:
    await pay(http)
    assert "idempotency-replayed" not in (await pay(http, by="jane")).headers
    assert await payments(http) == 2


async def test_who_may_no_longer_do_it_is_not_shown_the_answer(http) -> None:
    await pay(http)
    assert (await pay(http, by="viewer")).status_code == 422


async def test_nobody_who_is_unknown_leaves_a_key(http, instance) -> None:
    assert (await pay(http, by="somebody")).status_code == 401
    assert instance._store.read(lambda c: c.execute(text("SELECT count(*) FROM kept_answer")).scalar()) == 0


async def test_a_refused_request_may_be_mended_under_the_same_key(http) -> None:
    assert (await pay(http, amount="-1")).status_code == 422
    assert (await pay(http)).status_code == 201
    assert await payments(http) == 1


async def test_the_answer_outlives_a_restart(http, instance, settings, clock) -> None:
    first = await pay(http)
    instance.close()
    later = Instance(settings, now=clock)
    try:
        async with calling(create_app(later, door)) as client:
            again = await pay(client)
            assert (again.json(), await payments(client)) == (first.json(), 1)
    finally:
        later.close()


async def test_after_a_day_the_key_is_free(http, clock) -> None:
    await pay(http)
    clock.advance(hours=24, seconds=1)
    assert "idempotency-replayed" not in (await pay(http)).headers


async def test_what_is_asked_for_while_the_first_is_under_way_has_to_wait(http, app) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    @app.post("/api/v1/slow")
    async def slow() -> dict[str, bool]:
        begun.set()
        await go_on.wait()
        return {"done": True}

    ask = partial(http.post, "/api/v1/slow", headers={"Idempotency-Key": "k-1"})
    first = asyncio.create_task(ask())
    await begun.wait()
    second = await ask()
    go_on.set()
    assert (second.status_code, second.json()["type"]) == (409, "urn:duebell:problem:request-under-way")
    assert (await first).json() == (await ask()).json() == {"done": True}


async def test_what_was_killed_is_not_done_again_by_itself(http, instance, clock) -> None:
    await pay(http)
    instance._store.write(lambda c: c.execute(text("UPDATE kept_answer SET state = 'under_way', answer = NULL"))).result()
    assert (await pay(http)).json()["type"] == "urn:duebell:problem:request-under-way"
    clock.advance(minutes=11)
    assert (await pay(http)).json()["type"] == "urn:duebell:problem:outcome-unknown"
    assert await payments(http) == 1


async def test_what_failed_halfway_is_not_done_again_by_itself(http, app) -> None:
    @app.post("/api/v1/broken")
    async def broken() -> None:
        raise RuntimeError

    answers = [await http.post("/api/v1/broken", headers={"Idempotency-Key": "k-1"}) for _ in range(2)]
    assert [one.json()["type"] for one in answers] == ["urn:duebell:problem:internal", "urn:duebell:problem:outcome-unknown"]


async def test_what_is_streamed_takes_no_key(http) -> None:
    refused = await http.post("/api/v1/events/replay", headers={"Idempotency-Key": "k-1"})
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:duebell:problem:idempotency-not-possible")


def test_each_route_that_streams_says_so(app) -> None:
    streamed = {
        path
        for path, methods in app.openapi()["paths"].items()
        for one in methods.values()
        if "application/x-ndjson" in one["responses"].get("200", {}).get("content", {})
    }
    assert streamed >= {"/api/v1/events/replay", "/api/v1/verify/{environment}/{group}", "/api/v1/handlers/{name}/drain"}
    assert not is_streamed(None)


@pytest.mark.parametrize("wrong", ["", " ", "x" * 256, '"', "schön", "a,b", 'a"b'])
async def test_a_key_that_is_none_is_refused(http, wrong: str) -> None:
    refused = await http.post(PAYMENTS, json=PAYMENT, headers=[(b"Idempotency-Key", wrong.encode())])
    assert (refused.status_code, await payments(http)) == (422, 0)


async def test_no_customers_data_lies_in_the_clear(http, settings) -> None:
    answer = await http.post(
        CUSTOMERS, json=JOHN | {"external_id": "x", "name": "Seldom Seen"}, headers={"Idempotency-Key": "k"}
    )
    assert "Seldom Seen" in answer.text
    assert b"Seldom Seen" not in (settings.database.read_bytes().partition(b"kept_answer")[2])


def test_of_two_claims_one_is_the_first_on_each_engine(engine: Engine) -> None:
    store, name, clock = engine.new(), Name("john", "k-1"), Clock()

    def claimed() -> Any:
        return store.write(partial(kept_answers.claim, name=name, fingerprint="f", now=clock())).result()

    try:
        assert (claimed(), claimed().state) == (None, State.UNDER_WAY)
        store.write(partial(kept_answers.keep, name=name, answer="…")).result()
        assert (claimed().state, claimed().answer, claimed().fingerprint) == (State.ANSWERED, "…", "f")
        store.write(partial(kept_answers.release, name=name)).result()
        assert claimed() is None
    finally:
        store.close()
