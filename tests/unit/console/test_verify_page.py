"""The pages Verify and First start: what is typed is proven before it is kept, and every failure says what to do."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import AsyncIterator, MutableMapping
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from fastapi import Request

from console_pages import a_command
from duebell.alarms.verify import QUESTIONS as OF_ALARMS
from duebell.console.access.principal import SCOPES, Principal, Role
from duebell.console.app import create_app
from duebell.console.pages.manual import TITLES, rendered
from duebell.handlers.odoo_crm.verify import QUESTIONS
from duebell.handlers.webhook.verify import QUESTIONS as OF_WEBHOOKS
from duebell.instance import Instance
from duebell.operations.first_steps import first_steps
from unit.odoo_crm.stand_in import KEY, STATUS, Call, StandIn, a_status, odoo_error, result

PAGE = "/verify/Global/OdooCRM"
PIECES = {"X-Duebell-Pieces": "1"}


@pytest.fixture
async def console(instance: Instance) -> AsyncIterator[httpx2.AsyncClient]:
    async with a_command(instance) as client:
        yield client


def words(html: str) -> str:
    """What a person reads of it."""
    return " ".join(re.sub("<[^>]+>", " ", html).split())


async def text(console: httpx2.AsyncClient, path: str) -> str:
    return words((await console.get(path)).raise_for_status().text)


async def test_a_failure_says_first_what_to_do_and_links_to_its_explanation(
    console: httpx2.AsyncClient, odoo: StandIn
) -> None:
    typed = {"API_URL": odoo.url, "API_Access_Key": "0123456789" * 4, "then": "apply", "keep": "on"}

    answer = await console.post(PAGE, data=typed, headers=PIECES)

    *checks, end = answer.text.splitlines()
    assert [len(piece) > 0 for piece in checks] == [True] * len(QUESTIONS)
    (failed,) = [piece for piece in checks if "result-failed" in piece]
    assert failed.index("Make a new API key in Odoo") < failed.index("Odoo refuses the API key")
    assert 'href="/help/verify#key"' in failed
    assert "1 check failed: Make a new API key" in words(end)
    assert "What you typed is kept as a draft" in words(end)
    assert "Odoo accepts the key" in await text(console, "/verify/Global/OdooCRM/history")


async def test_each_check_is_shown_before_the_next_has_ended(instance: Instance, odoo: StandIn) -> None:
    """The addon's answer waits until the checks before it were shown."""
    shown, ended = asyncio.Event(), asyncio.Event()

    async def when_shown(_: Call) -> AsyncIterator[bytes]:
        await shown.wait()
        yield result(a_status())

    async def send(message: MutableMapping[str, Any]) -> None:
        if b"Odoo accepts the key" in message.get("body", b""):
            shown.set()
        if message["type"] == "http.response.body" and not message.get("more_body"):
            ended.set()

    async def receive() -> MutableMapping[str, Any]:
        if body:
            return {"type": "http.request", "body": body.pop(), "more_body": False}
        await ended.wait()
        return {"type": "http.disconnect"}

    odoo.answers[STATUS] = when_shown
    body = [urlencode({"API_URL": odoo.url, "API_Access_Key": KEY, "then": "check"}).encode()]
    headers = [(b"content-type", b"application/x-www-form-urlencoded"), (b"host", b"duebell")]
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http"}
    path = {"path": PAGE, "raw_path": PAGE.encode(), "query_string": b"", "root_path": "", "headers": headers}

    await create_app(instance)({**scope, **path, "client": None, "server": ("duebell", 80)}, receive, send)

    assert shown.is_set()
    assert ended.is_set()


async def test_without_scripts_the_page_holds_the_checks_and_what_was_typed_but_no_secret(
    console: httpx2.AsyncClient, odoo: StandIn
) -> None:
    odoo.answers[STATUS] = odoo_error(404, "werkzeug.exceptions.NotFound")

    answer = await console.post(PAGE, data={"API_URL": odoo.url, "API_Access_Key": KEY, "then": "apply"})

    assert answer.text.count('class="check result-') >= len(QUESTIONS)
    assert f'value="{odoo.url}"' in answer.text
    assert KEY not in answer.text
    assert "Nothing" not in await text(console, "/verify/Global/OdooCRM/history")
    shown = (await console.get("/api/v1/configuration/Global/OdooCRM")).json()
    assert [row["value"] for row in shown if row["key"] == "API_URL"] == [None], "nobody asked to keep it"


async def test_what_passes_is_in_force_and_the_list_says_so(console: httpx2.AsyncClient, odoo: StandIn) -> None:
    answer = await console.post(PAGE, data={"API_URL": odoo.url, "API_Access_Key": KEY, "then": "apply"}, headers=PIECES)

    assert "Global.OdooCRM is verified and in force." in words(answer.text)
    assert re.search(r"Odoo CRM .*? by local Passed", await text(console, "/verify"))
    assert "put in force" in await text(console, PAGE)


async def test_only_checking_puts_nothing_in_force(console: httpx2.AsyncClient, odoo: StandIn) -> None:
    answer = await console.post(PAGE, data={"API_URL": odoo.url, "API_Access_Key": KEY, "then": "check"}, headers=PIECES)

    assert "it was only checked" in words(answer.text)
    assert "Nothing is in force" in await text(console, "/configuration")


async def test_what_odoo_says_is_shown_and_not_run(console: httpx2.AsyncClient, odoo: StandIn) -> None:
    problem = {"slug": "new", "sentence": "<script>alert(1)</script><img src=x onerror=alert(2)>"}
    odoo.answers[STATUS] = result(a_status(problems=[problem], company='"><b>Bold</b>'))

    answer = await console.post(PAGE, data={"API_URL": odoo.url, "API_Access_Key": KEY, "then": "apply"})

    history = (await console.get(PAGE)).text
    for html in (answer.text, history):
        assert "&lt;script&gt;alert(1)" in html
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "<b>Bold" not in html


async def test_a_viewer_sees_the_history_and_no_button(
    instance: Instance, console: httpx2.AsyncClient, odoo: StandIn
) -> None:
    typed = {"API_URL": odoo.url, "API_Access_Key": KEY, "Test_Phones": "+12025550166"}
    await console.post(PAGE, data={**typed, "then": "apply"})

    async def viewer(_: Request) -> Principal:
        return Principal(name="vera", scopes=SCOPES[Role.VIEWER])

    transport = httpx2.ASGITransport(create_app(instance, viewer))
    async with httpx2.AsyncClient(transport=transport, base_url="http://duebell") as theirs:
        page = await theirs.get(PAGE)
        refused = await theirs.post(PAGE, data={"then": "check"})

    assert "put in force" in words(page.text)
    assert "Only an administrator may verify." in page.text
    assert 'name="then"' not in page.text
    assert "2025550166" not in page.text
    assert refused.status_code == 403


async def test_a_look_of_somebody_who_may_not_choose_events_chooses_none(instance: Instance) -> None:
    async def viewer(_: Request) -> Principal:
        return Principal(name="vera", scopes=SCOPES[Role.VIEWER])

    transport = httpx2.ASGITransport(create_app(instance, viewer))
    async with httpx2.AsyncClient(transport=transport, base_url="http://duebell") as theirs:
        assert (await theirs.get("/handlers")).status_code == 200
    assert next(step for step in await first_steps(instance) if step.slug == "events").missing


async def test_the_steps_wait_for_nobody_who_writes(instance: Instance) -> None:
    may_end = threading.Event()
    writing = asyncio.create_task(instance.write(lambda _: may_end.wait(30)))

    assert len(await first_steps(instance)) == 5

    assert not writing.done()
    may_end.set()
    await writing


async def test_an_unknown_group_has_no_page(console: httpx2.AsyncClient) -> None:
    for path in ("/verify/Global/Odoo", "/verify/Elsewhere/OdooCRM", "/verify/Global/Odoo/history", "/help/secrets"):
        assert (await console.get(path)).status_code == 404


# --- first start -------------------------------------------------------------------------------------------------------


async def test_the_overview_leads_until_all_is_set_up(console: httpx2.AsyncClient, odoo: StandIn) -> None:
    assert "First start: 0 of 5 steps done" in await text(console, "/")
    assert "API_URL and API_Access_Key are missing." in await text(console, "/start")

    await console.post(PAGE, data={"API_URL": odoo.url, "API_Access_Key": KEY, "then": "apply"})

    assert "First start: 3 of 5 steps done" in await text(console, "/")
    assert "Nobody has looked yet whether these are the right ones." in await text(console, "/start")
    await console.get("/handlers")
    assert "First start: 4 of 5 steps done" in await text(console, "/")
    assert "Nobody was told anything yet." in await text(console, "/start")


async def test_it_leads_no_more_once_a_test_text_arrived(console: httpx2.AsyncClient, odoo: StandIn) -> None:
    odoo.answers["POST /json/2/duebell.event/test_sms"] = result({"state": "delivered", "because": None})
    typed = {"API_URL": odoo.url, "API_Access_Key": KEY, "Test_Phones": "+12025550123"}

    await console.post(PAGE, data={**typed, "test_phone": "+12025550123", "then": "apply"})
    await console.put("/api/v1/subscriptions/OdooCRM/payment.received", json={"enabled": False})

    assert "First start" not in await text(console, "/")
    assert "All is set up." in await text(console, "/start")


# --- the manual --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", TITLES)
async def test_the_manual_is_there_and_every_link_of_it_leads_somewhere(console: httpx2.AsyncClient, page: str) -> None:
    answer = await console.get(f"/help/{page}")

    assert answer.status_code == 200
    for href in re.findall(r'<a href="([^"]*)"', rendered(page)):
        target, _, place = href.partition("#")
        assert "://" in href or not place or f'id="{place}"' in rendered(target.rpartition("/")[2] or page), href


def test_every_check_has_its_place_in_the_manual() -> None:
    places = {
        "verify": [*(question.slug for question in QUESTIONS), "test-text"],
        "webhook": [question.slug for question in OF_WEBHOOKS],
        "alarms": [question.slug for question in OF_ALARMS],
    }
    for page, slugs in places.items():
        assert [slug for slug in slugs if f' id="{slug}">' not in rendered(page)] == []
