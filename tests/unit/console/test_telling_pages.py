"""The button that stops telling customers, and the page of connections: with scripts and without."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest

from console_pages import a_command
from duebell.instance import Instance

HTMX = {"HX-Request": "true"}


@pytest.fixture
async def browser(instance: Instance) -> AsyncIterator[httpx2.AsyncClient]:
    async with a_command(instance) as client:
        yield client


async def test_a_form_stops_and_starts_it_without_scripts(browser: httpx2.AsyncClient) -> None:
    assert "Stop telling customers" in (await browser.get("/telling")).text
    answer = await browser.post("/telling/stop", data={"because": "Wrong <b>amounts</b>"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/telling")
    page = (await browser.get("/telling")).text
    assert "Nobody is told anything" in page
    assert "Wrong &lt;b&gt;amounts&lt;/b&gt;" in page
    assert "Tell customers again" in page
    answer = await browser.post("/telling/start")
    assert answer.status_code == 303
    assert "Nobody is told anything" not in (await browser.get("/telling")).text


async def test_htmx_gets_the_part_that_changed_and_a_toast(browser: httpx2.AsyncClient) -> None:
    answer = await browser.post("/telling/stop", data={"because": "Wrong amounts"}, headers=HTMX)
    assert answer.status_code == 200
    assert "Nobody is told anything now." in answer.headers["hx-trigger"]
    assert "<html" not in answer.text
    assert "Wrong amounts" in answer.text
    assert "Wrong amounts" in (await browser.get("/telling/part")).text


async def test_a_stop_without_a_reason_is_refused_in_a_sentence(browser: httpx2.AsyncClient) -> None:
    answer = await browser.post("/telling/stop", headers=HTMX)
    assert answer.status_code == 422
    assert "Say why" in answer.json()["detail"]


async def test_the_stop_is_told_over_the_api_and_noted_in_the_audit_trail(browser: httpx2.AsyncClient) -> None:
    await browser.post("/api/v1/telling/stop", json={"because": "Wrong amounts"})
    told = (await browser.get("/api/v1/telling")).json()
    assert (told["told"], told["because"], told["who"]) == (False, "Wrong amounts", "local")
    assert [(one["handler"], one["wanted"]) for one in told["targets"]] == [("OdooCRM", True)]
    entries = (await browser.get("/api/v1/audit")).json()["entries"]
    assert entries[0]["action"] == "stopped telling customers"


async def test_the_connections_tell_what_there_is_to_pair(browser: httpx2.AsyncClient) -> None:
    page = (await browser.get("/connections")).text
    assert "nothing yet: Verify pairs it the first time" in page
    assert "Change the key now" in page
    answer = await browser.post("/connections/OdooCRM/pair", headers=HTMX)
    assert answer.status_code == 409
    assert "is not configured" in answer.json()["detail"]
