import html
import json
import re
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import unquote

import httpx2
import pytest

from builders import (
    Clock,
    a_customer,
    a_happening,
    a_standing,
    an_invoice,
    everything_provisioned,
    generated,
    overdue,
    paid,
    suspended,
)
from console_pages import a_browser, an_instance
from duebell.console.access.principal import Role
from duebell.console.pages.events import AT_ONCE
from duebell.espf.handler import Provisioned
from duebell.espf.receipts import Receipt
from duebell.events import InvoiceGenerated
from duebell.instance import Instance
from duebell.storage.audit import list_audit
from duebell.storage.receipts import keep
from duebell.storage.skip import skip_event
from unit.operations.conftest import Desk, postponing, refusing

MARKUP = "\"><script>alert(1)</script>'{{ 7 * 7 }}&amp;"
PERSONAL = ("Erika Beispiel", "Erika", "+49305550123", "5550123", "erika@beispiel.example", "Beispiel Bau")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An operator's desk over an instance's own store, which dispatches to one stand-in."""
    clock = Clock()
    instance = an_instance(tmp_path / "data", clock)
    instance._dispatching = True
    desk = Desk(instance._store, clock)
    desk.instance = instance
    yield desk
    instance.close()


@pytest.fixture
async def browser(desk: Desk) -> AsyncIterator[httpx2.AsyncClient]:
    async with a_browser(desk.instance) as browser:
        yield browser


@pytest.fixture
async def viewer(desk: Desk) -> AsyncIterator[httpx2.AsyncClient]:
    async with a_browser(desk.instance, Role.VIEWER) as browser:
        yield browser


async def page(browser: httpx2.AsyncClient, path: str, status: int = 200) -> str:
    answer = await browser.get(path)
    assert answer.status_code == status, answer.text
    return answer.text


def words(text: str) -> str:
    """What people read of a page."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text))).replace(" .", ".")


def ids(text: str) -> list[str]:
    """The events that a list links to, in its order."""
    return re.findall(r'href="/events/([0-9a-f-]{36})"', text)


def someone(number: str = "INV-1", customer: str = "c-1", **who: str):
    given = {"name": "Erika Beispiel", "phone": "+49305550123", "email": "erika@beispiel.example", **who}
    fact = InvoiceGenerated(customer=a_customer(customer, **given), standing=a_standing(), invoice=an_invoice(number))
    return a_happening(fact)


def noted(instance: Instance) -> list[tuple[str, str, str | None]]:
    entries = instance._store.read(list_audit).entries
    return [(entry["who"], entry["action"], entry["subject"]) for entry in entries]


# --- the list -----------------------------------------------------------------------------------------------------------


async def test_at_first_start_the_list_says_that_nothing_was_recorded_yet(browser):
    assert "Nothing was recorded yet" in await page(browser, "/events")


async def test_each_state_is_there_in_plain_words(desk, browser):
    desk.targets["OdooCRM"].answer = refusing("invoice.overdue")
    desk.record(generated("told"), overdue("refused"))
    await desk.dispatch("OdooCRM")
    desk.targets["OdooCRM"].answer = lambda batch: {owed.provisioning: Provisioned("1", None, "no rule") for owed in batch}
    desk.record(suspended("told"))
    await desk.dispatch("OdooCRM")
    desk.record(paid("waits"))
    text = words(await page(browser, "/events"))
    for said in ("In Odoo", "Rejected: data", "Not sent: no text for it", "Waiting", "Invoice paid", "Customer suspended"):
        assert said in text


async def test_paging_neither_repeats_nor_skips_while_events_arrive(desk, browser):
    recorded = desk.record(*(generated(f"c-{number}") for number in range(2 * AT_ONCE + 7)))
    seen, path, pages = [], "/events", 0
    while path:
        text = await page(browser, path)
        seen += ids(text)
        older = re.search(r'href="([^"]+)" rel="next"', text)
        path = html.unescape(older[1]) if older else None
        pages += 1
        desk.record(*(generated(f"later-{pages}-{number}") for number in range(3)))
    assert seen == recorded[::-1]
    assert pages == 3


async def test_filters_are_in_the_address_and_kept_by_every_link(desk, browser):
    desk.record(*(generated(f"c-{number}") for number in range(AT_ONCE + 1)), suspended("c-1"))
    path = "/events?search=c-1&type=&state=&handler=&since=3d&until="
    assert len(ids(await page(browser, path))) == 2
    text = await page(browser, "/events?type=invoice.generated&since=2h")
    older = html.unescape(re.search(r'href="([^"]+)" rel="next"', text)[1])
    assert older.startswith("/events?type=invoice.generated&since=2h&before=")
    assert len(ids(await page(browser, older))) == 1


async def test_a_filter_that_makes_no_sense_is_said_on_the_page_with_what_was_typed(browser):
    text = await page(browser, "/events?since=yesterday&search=kept", 422)
    assert "'yesterday' is no moment" in words(text)
    assert 'value="kept"' in text
    assert "is not a state" in words(await page(browser, "/events?state=lost", 422))
    assert "There is no handler" in words(await page(browser, "/events?handler=Nobody", 404))


@pytest.mark.parametrize("path", ["/events?before=0", "/events?before=x", f"/events?before={2**63}"])
async def test_a_cursor_that_was_never_given_is_refused(browser, path):
    assert (await browser.get(path)).status_code == 422


# --- one event ----------------------------------------------------------------------------------------------------------


async def test_an_event_tells_its_whole_story(desk, browser):
    desk.targets["OdooCRM"].answer = postponing("invoice.generated")
    (bill,) = desk.record(generated())
    await desk.dispatch("OdooCRM")
    desk.clock.advance(minutes=1)
    link = "https://odoo.example/odoo/billing-events/7"
    desk.targets["OdooCRM"].answer = lambda batch: {owed.provisioning: Provisioned("7", link) for owed in batch}
    await desk.dispatch("OdooCRM")
    said = Receipt(id=1, event_id=bill, replay=0, channel="sms", state="failed", because="No such number", at=desk.clock())
    desk.write(lambda connection: keep(connection, 1, [said]))
    text = await page(browser, f"/events/{bill}")
    story = words(text[text.index('id="story"') :])
    places = [
        story.index(part)
        for part in ("in billing", "Recorded", "Owed to OdooCRM", "Put off by", "OdooCRM has it", "SMS failed")
    ]
    assert places == sorted(places)
    assert f'href="{link}"' in text
    assert "The SMS failed. No such number." in words(text)
    assert "Invoice generated" in words(text)


async def test_an_event_that_waits_says_why_and_can_be_retried_and_skipped_with_a_reason(desk, browser):
    desk.targets["OdooCRM"].answer = postponing("invoice.generated")
    (bill,) = desk.record(generated())
    await desk.dispatch("OdooCRM")
    assert "OdooCRM was tried 1 time. Not now." in words(await page(browser, f"/events/{bill}"))

    answer = await browser.post(f"/events/{bill}/retry")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/events/{bill}")
    assert "OdooCRM gets it with the next call" in words(await page(browser, f"/events/{bill}"))

    answer = await browser.post(f"/events/{bill}/skip", data={"because": " "})
    assert answer.status_code == 422
    assert "Say why it is skipped" in words(answer.text)
    answer = await browser.post(f"/events/{bill}/skip", data={"because": "told by phone"})
    assert answer.status_code == 303
    text = words(await page(browser, f"/events/{bill}"))
    assert "never sent to OdooCRM: told by phone." in text
    assert "Skip" not in text.replace("Skipped", "").replace("Skip to the content", "")
    done = [("a operator", "skipped an event", bill), ("a operator", "retried an event", bill)]
    assert [entry for entry in noted(desk.instance) if entry[1] != "skipping an event"] == done


async def test_what_can_not_be_done_any_more_is_said_on_the_page(desk, browser):
    (bill,) = desk.record(generated())
    await desk.dispatch("OdooCRM")
    answer = await browser.post(f"/events/{bill}/retry")
    assert answer.status_code == 409
    assert "Nothing of event" in words(answer.text)


async def test_the_cloud_event_can_be_taken_along_as_it_was_recorded(desk, browser):
    (bill,) = desk.record(generated())
    answer = await browser.get(f"/events/{bill}/cloud-event.json")
    assert answer.headers["content-type"] == "application/cloudevents+json"
    assert (answer.json()["id"], answer.json()["data"]["customer"]["name"]) == (bill, "John Doe")
    shown = re.search(r'<pre id="cloud-event"[^>]*>(.*?)</pre>', await page(browser, f"/events/{bill}"), re.DOTALL)
    assert json.loads(html.unescape(shown[1])) == answer.json()


@pytest.mark.parametrize("path", ["/events/nothing", "/events/0000", "/customers/nobody"])
async def test_what_is_not_there_is_said_on_a_page_that_leads_back(browser, path):
    text = await page(browser, path, 404)
    assert f'class="button" href="/{path.split("/")[1]}"' in text


# --- replay and retry of many -------------------------------------------------------------------------------------------


def fields(text: str) -> dict[str, str]:
    """The fields of the form that confirms a plan."""
    form = text[text.index('class="confirm"') :]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[: form.index("</form>")]))


async def test_a_replay_says_first_who_would_be_told_what_and_then_does_exactly_that(desk, browser):
    bill, other = desk.record(generated("c-1"), generated("c-2"))
    await desk.dispatch("OdooCRM")
    plan = await page(browser, "/events/replay?customer=c-1&how=timeline")
    assert "This would send 1 event anew" in words(plan)
    assert len(desk.owed(bill)) == 1

    answer = await browser.post("/events/replay", data=fields(plan))
    assert "1 owed anew" in words(answer.text)
    assert [replay for replay, _, _ in desk.owed(bill)] == [0, 1]
    assert len(desk.owed(other)) == 1
    again = await browser.post("/events/replay", data=fields(plan))
    assert "There is nothing to replay" not in words(again.text)
    assert "0 owed anew" in words(again.text)
    assert [replay for replay, _, _ in desk.owed(bill)] == [0, 1]
    assert ("a operator", "replayed events", None) in noted(desk.instance)


async def test_a_long_replay_tells_how_far_it_is_while_it_is_planned_and_done(desk, browser):
    desk.record(*(generated(f"c-{number}", f"INV-{number}") for number in range(501)))
    await desk.dispatch("OdooCRM")
    plan = await page(browser, "/events/replay?type=invoice.generated&how=timeline")
    assert "500 of 501" in words(plan)
    assert "This would send 501 events anew" in words(plan)
    assert plan.index("500 of 501") < plan.index("This would send") < plan.index("</main>")
    assert plan.count("<h1>") == 1

    done = words((await browser.post("/events/replay", data=fields(plan))).text)
    assert [step for step in ("50 of 501", "500 of 501", "501 owed anew") if step not in done] == []


async def test_a_plan_says_what_is_left_out_and_why(desk, browser):
    bill, _ = desk.record(generated("c-1"), paid("c-1"))
    desk.targets["OdooCRM"].answer = everything_provisioned
    await desk.dispatch("OdooCRM")
    text = words(await page(browser, f"/events/replay?event_id={bill}&how=tell"))
    assert "Left out told before" in text
    assert "There is nothing to replay" in text


async def test_a_replay_of_everything_or_in_no_known_way_is_refused(desk, browser):
    desk.record(generated())
    assert "Say which events to replay" in words(await page(browser, "/events/replay", 422))
    assert "There is no way" in words(await page(browser, "/events/replay?customer=c-1&how=loudly", 422))


async def test_all_that_was_put_off_is_retried_and_the_list_says_how_much(desk, browser):
    desk.targets["OdooCRM"].answer = postponing("invoice.generated")
    desk.record(generated("c-1"), generated("c-2"))
    await desk.dispatch("OdooCRM")
    answer = await browser.post("/events/retry", data={"type": "invoice.generated", "state": "waiting"})
    assert answer.headers["location"] == "/events?type=invoice.generated&retried=2"
    assert "Due at once: 2" in words(await page(browser, answer.headers["location"]))


# --- what must not come through -----------------------------------------------------------------------------------------


async def test_markup_in_names_numbers_and_reasons_is_text(desk, browser, viewer):
    desk.targets["OdooCRM"].answer = refusing("invoice.generated")
    (bill,) = desk.record(someone(MARKUP, MARKUP, name=MARKUP, phone=MARKUP, email=MARKUP))
    (waiting,) = desk.record(overdue("other"))
    desk.targets["OdooCRM"].answer = everything_provisioned
    await browser.post(f"/events/{waiting}/skip", data={"because": MARKUP})
    quoted = html.escape(MARKUP)
    for who in (browser, viewer):
        for path in ("/events", f"/events/{bill}", f"/events/{waiting}", "/customers", "/events?search=%3Cscript%3E"):
            text = await page(who, path)
            assert "<script>alert" not in text
    text = await page(browser, f"/events/{bill}")
    assert quoted.replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in text
    link = re.search(r'href="(/customers/[^"]+)"', text)[1]
    assert unquote(link.removeprefix("/customers/").split("?")[0]) == MARKUP


async def test_a_viewer_sees_no_personal_data_anywhere(desk, viewer, browser):
    desk.targets["OdooCRM"].answer = postponing("invoice.generated")
    (bill,) = desk.record(someone(company_name="Beispiel Bau"))
    await desk.dispatch("OdooCRM")
    said = Receipt(
        id=1, event_id=bill, replay=0, channel="sms", state="failed", because="+49305550123: Erika Beispiel", at=desk.clock()
    )
    desk.write(lambda connection: keep(connection, 1, [said]))
    desk.write(partial(_skip_with_her_name, event_id=bill, now=desk.clock()))
    paths = (
        "/events",
        f"/events/{bill}",
        f"/events/{bill}/cloud-event.json",
        "/customers",
        "/customers/c-1",
        "/api/v1/events",
        f"/api/v1/events/{bill}",
        f"/api/v1/events/{bill}/explanation",
        "/api/v1/customers",
        "/api/v1/customers/c-1",
    )
    for path in paths:
        shown = await page(browser, path)
        assert any(one in shown for one in PERSONAL), path
        masked = await page(viewer, path)
        assert [one for one in PERSONAL if one in masked] == [], path
        assert "c-1" in masked or "INV-1" in masked or bill in masked


async def test_a_viewer_can_not_try_out_names_phones_or_texts(desk, viewer, browser):
    (bill,) = desk.record(someone())
    for typed in ("Erika", "erika beispiel", "%2B49305550123", "5550123"):
        assert ids(await page(browser, f"/events?search={typed}")) == [bill]
        assert ids(await page(viewer, f"/events?search={typed}")) == []
        assert "Erika" not in await page(viewer, "/customers")
        assert "/customers/c-1" in await page(browser, f"/customers?search={typed}")
        assert "/customers/c-1" not in await page(viewer, f"/customers?search={typed}")
    assert ids(await page(viewer, "/events?customer=Erika%20Beispiel")) == []
    assert ids(await page(viewer, "/events?search=INV-1")) == [bill]
    assert (await viewer.get("/api/v1/events", params={"text": "Erika"})).status_code == 403


async def test_a_viewer_changes_nothing_and_sees_no_button_for_it(desk, viewer):
    (bill,) = desk.record(generated())
    text = await page(viewer, f"/events/{bill}")
    assert "<form" not in text[text.index("<main") :]
    for path in (f"/events/{bill}/retry", f"/events/{bill}/skip", "/events/replay", "/events/retry"):
        assert (await viewer.post(path)).status_code == 403
    assert (await viewer.get("/events/replay", params={"customer": "c-1"})).status_code == 403


def _skip_with_her_name(connection, event_id, now):
    return skip_event(connection, event_id, "Erika Beispiel was told by phone, +49 30 555 0123", now)
