"""Operators sort out what PortaBilling sent, over HTTP: what failed is read anew or discarded, and who did it is noted."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
from raw_world import a_body, brought, configure

from console_pages import a_command
from duebell.console.access.principal import Principal, Scope
from duebell.console.app import create_app
from duebell.instance import Instance
from duebell.storage.audit import list_audit


@pytest.fixture
async def instance(instance: Instance) -> Instance:
    await configure(instance)
    return instance


@pytest.fixture
async def http(instance: Instance) -> AsyncIterator[httpx2.AsyncClient]:
    async with a_command(instance, "/api/v1/portabilling") as http:
        yield http


async def audited(instance: Instance) -> list[tuple[str, str]]:
    return [(one["action"], one["subject"]) for one in (await instance.read(list_audit)).entries]


async def test_a_source_tells_how_it_is_and_what_there_is_to_do(instance: Instance, http: httpx2.AsyncClient) -> None:
    for body in (a_body(1), a_body(1), a_body(2), b"strange"):
        await instance.sources.take("Global", brought(body))
    (source,) = (await http.get("/sources")).json()
    counted = {name: source[name] for name in ("accepted", "repeated", "quarantined", "unauthorized", "waiting", "failed")}
    assert counted == {"accepted": 2, "repeated": 1, "quarantined": 1, "unauthorized": 0, "waiting": 2, "failed": 0}
    assert (source["environment"], source["configured"], source["state"], source["in_quarantine"]) == (
        "Global",
        True,
        "up",
        1,
    )


async def test_it_is_paused_with_a_reason_and_resumed(instance: Instance, http: httpx2.AsyncClient) -> None:
    await instance.sources.take("Global", brought(a_body()))
    assert (await http.post("/sources/Global/pause", json={"because": " "})).status_code == 422
    paused = (await http.post("/sources/Global/pause", json={"because": "Its API is being moved."})).json()
    assert paused["paused_because"] == "Its API is being moved."
    assert (await http.post("/sources/Global/resume")).json()["paused_at"] is None
    assert (await http.post("/sources/Global/resume")).status_code == 409
    assert (await http.post("/sources/nowhere/resume")).status_code == 404
    assert ("paused PortaBilling", "Global") in await audited(instance)


async def test_raw_events_are_listed_page_by_page_and_found_by_what_they_are_about(
    instance: Instance, http: httpx2.AsyncClient
) -> None:
    for number in range(5):
        await instance.sources.take("Global", brought(a_body(number, i_customer=number % 2)))
    page = (await http.get("/raw", params={"limit": 3})).json()
    assert [one["i_event"] for one in page["raw_events"]] == ["4", "3", "2"]
    rest = (await http.get(f"http://duebell{page['next']}")).json()
    assert [one["i_event"] for one in rest["raw_events"]] == ["1", "0"]
    found = (await http.get("/raw", params={"key": "customer:1", "state": "waiting"})).json()["raw_events"]
    assert [one["i_event"] for one in found] == ["3", "1"]
    assert (await http.get("/raw", params={"state": "sleeping"})).status_code == 422
    one = (await http.get(f"/raw/{found[0]['number']}")).json()
    assert '"i_customer": 1' in one["body"]
    assert (await http.get("/raw/999")).status_code == 404


async def test_one_is_discarded_with_a_reason_and_may_be_read_after_all(
    instance: Instance, http: httpx2.AsyncClient
) -> None:
    await instance.sources.take("Global", brought(a_body()))
    assert (await http.post("/raw/1/discard", json={"because": ""})).status_code == 422
    discarded = (await http.post("/raw/1/discard", json={"because": "A test of the vendor's."})).json()
    assert (discarded["state"], discarded["because"]) == ("discarded", "A test of the vendor's.")
    assert (await http.post("/raw/1/retry")).json()["state"] == "waiting"
    assert (await audited(instance))[:2] == [("retried a raw event", "1"), ("discarded a raw event", "1")]


async def test_once_a_type_is_known_what_waited_in_quarantine_is_taken(instance: Instance, http: httpx2.AsyncClient) -> None:
    for number in range(3):
        await instance.sources.take("Global", brought(a_body(number, "Weather/Changed", i_customer=5)))
    await instance.sources.take("Global", brought(b"strange \xff"))
    assert (await http.post("/quarantine/1/retry")).status_code == 422
    await configure(instance, Event_Types="Weather/Changed=customer")
    assert (await http.post("/quarantine/1/retry")).json()["state"] == "taken"
    assert (await http.post("/quarantine/1/retry")).status_code == 409
    assert (await http.post("/sources/Global/quarantine/retry")).json() == {"taken": 2, "left": 1}
    assert len((await http.get("/raw")).json()["raw_events"]) == 3

    (strange,) = (await http.get("/quarantine")).json()["quarantine"]
    assert (strange["text"], strange["because"]) == ("strange \\xff", "It isn't UTF-8.")
    assert (await http.post("/sources/Global/quarantine/discard", json={"because": "Nonsense."})).json() == {"discarded": 1}
    assert (await http.get("/quarantine")).json()["quarantine"] == []
    ended = (await http.get("/quarantine", params={"ended": True})).json()["quarantine"]
    assert [one["state"] for one in ended] == ["discarded", "taken", "taken", "taken"]


async def test_what_was_kept_in_part_only_cant_be_taken(instance: Instance, http: httpx2.AsyncClient) -> None:
    await instance.sources.take("Global", brought(b"{" * 70_000))
    answer = await http.post("/quarantine/1/retry")
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "Only the beginning of 1 was kept, of 70,000 bytes: it can't be taken.",
    )


async def test_a_viewer_sees_no_body(instance: Instance) -> None:
    async def viewer(_: object) -> Principal:
        return Principal(name="viewer", scopes=frozenset({Scope.VIEW}))

    await instance.sources.take("Global", brought(a_body(1, curr_name="John Doe")))
    await instance.sources.take("Global", brought(b"John Doe"))
    transport = httpx2.ASGITransport(create_app(instance, viewer))
    async with httpx2.AsyncClient(transport=transport, base_url="http://duebell/api/v1/portabilling") as http:
        for path in ("/raw", "/raw/1", "/quarantine", "/quarantine/1", "/sources"):
            answer = await http.get(path)
            assert answer.status_code == 200
            assert "John" not in answer.text
        assert (await http.post("/raw/1/retry")).status_code == 403
