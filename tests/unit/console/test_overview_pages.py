import asyncio
from functools import partial

import pytest

from builders import NOON, generated, overdue
from console_pages import a_browser, an_instance
from duebell.console.access.principal import Role
from duebell.espf.queue import HandlerState
from duebell.storage import alarms
from duebell.storage.audit import list_audit
from duebell.storage.founding import added
from duebell.storage.handlers import named
from duebell.storage.queue import set_handler_state
from duebell.storage.subscriptions import subscriptions
from duebell.storage.tables import handler

MARKUP = '"><script>alert(1)</script>'


@pytest.fixture
async def instance(instance):
    """One that says that it dispatches; nothing leaves until a handler is switched, and then there is nothing in force."""
    instance._dispatching = True
    yield instance
    await instance._deliveries.stop_all()


@pytest.fixture
async def browser(instance):
    async with a_browser(instance) as browser:
        yield browser


@pytest.fixture
async def viewer(instance):
    async with a_browser(instance, Role.VIEWER) as browser:
        yield browser


async def page(browser, path):
    answer = await browser.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def row(instance, name="OdooCRM"):
    return instance._store.read(lambda connection: named(connection, name))


async def in_state(instance, state, because):
    await instance.write(lambda c: set_handler_state(c, row(instance).id, state, because, NOON))


# --- the overview says how it stands ------------------------------------------------------------------------------------


async def test_at_first_start_the_overview_says_that_all_is_well_and_nothing_waits(browser):
    text = await page(browser, "/")
    assert "All is well." in text
    assert "nothing waits" in text
    assert "nothing was told in the last hour" in text


async def test_a_handler_that_nothing_is_in_force_for_leads_to_its_configuration(tmp_path, clock):
    instance = an_instance(tmp_path / "unconfigured", clock)
    try:
        async with instance.dispatching(), a_browser(instance) as browser:
            text = await page(browser, "/")
    finally:
        instance.close()
    assert "OdooCRM is not configured yet." in text
    assert '<a href="/configuration">Configuration</a>' in text
    assert "Not configured" in text


@pytest.mark.parametrize(
    ("state", "says"),
    [(HandlerState.DOWN, "OdooCRM doesn&#39;t answer."), (HandlerState.REFUSED, "OdooCRM refuses what it is told.")],
)
async def test_a_target_in_trouble_is_told_with_its_reason_and_what_waits(instance, browser, state, says):
    await instance.record([generated(f"c-{number}", f"INV-{number}") for number in range(3)])
    await in_state(instance, state, "Odoo said <b>no</b>.")
    text = await page(browser, "/")
    assert says in text
    assert "Odoo said &lt;b&gt;no&lt;/b&gt;." in text
    assert "3 events are waiting for it." in text


async def test_thousands_that_wait_are_counted_with_since_when(instance, browser, clock):
    for start in range(0, 2500, 500):
        await instance.record([generated(f"c-{number}", f"INV-{number}") for number in range(start, start + 500)])
    clock.advance(minutes=7)
    text = await page(browser, "/")
    assert '<p class="figure">2,500</p>' in text
    assert "the oldest for 7 min" in text
    assert "2,500 events are on the way." in text


async def test_a_paused_handler_says_why_and_offers_to_resume(browser):
    await browser.post("/handlers/OdooCRM/pause", data={"because": "upgrade of Odoo"})
    text = await page(browser, "/")
    assert "OdooCRM is paused." in text
    assert "upgrade of Odoo" in text
    assert "Resume" in text


async def test_while_customers_are_told_nothing_a_banner_says_so_first_and_its_reason_once(browser):
    await browser.post("/telling/stop", data={"because": "wrong amounts"})
    text = await page(browser, "/")
    places = [text.index(part) for part in ("Nobody is told anything", "Customers are told nothing.", "First start")]
    assert places == sorted(places)
    assert text.count("wrong amounts") == 1
    assert "Tell customers again" in text


async def test_the_charts_have_a_name_and_a_table(instance, browser):
    await instance.record([generated()])
    text = await page(browser, "/")
    assert 'aria-label="Events a minute in the last hour: 1 recorded, 0 told."' in text
    assert "The last hour as a table" in text
    assert text.count('<td class="number">1</td>') == 1


# --- what a person does ------------------------------------------------------------------------------------------------


async def test_pausing_and_resuming_on_the_page_is_what_the_api_says(instance, browser):
    paused = await browser.post("/handlers/OdooCRM/pause", data={"because": "upgrade"})
    assert (paused.status_code, paused.headers["location"]) == (303, "/handlers")
    assert (await browser.get("/api/v1/handlers/OdooCRM")).json()["paused_because"] == "upgrade"
    await browser.post("/handlers/OdooCRM/resume")
    assert (await browser.get("/api/v1/handlers/OdooCRM")).json()["paused_at"] is None
    assert [entry["action"] for entry in instance._store.read(list_audit).entries] == [
        "resumed a handler",
        "paused a handler",
    ]


async def test_who_paused_is_noted_once(instance, browser):
    await browser.post("/handlers/OdooCRM/pause", data={"because": "upgrade"})
    (entry,) = instance._store.read(list_audit).entries
    assert (entry["who"], entry["subject"]) == ("a operator", "OdooCRM")


async def test_without_a_reason_nothing_is_paused(browser):
    refused = await browser.post("/handlers/OdooCRM/pause", data={"because": " "})
    assert refused.status_code == 422
    assert refused.json()["detail"] == "Say why it is paused: whoever finds it paused will ask."


async def test_htmx_gets_a_toast_and_no_page(browser):
    done = await browser.post("/handlers/OdooCRM/pause", data={"because": "upgrade"}, headers={"HX-Request": "true"})
    assert done.status_code == 204
    assert done.headers["hx-trigger"] == '{"duebell:said": {"value": "OdooCRM is paused."}}'


async def test_disabling_and_enabling_is_shown_in_the_list(browser):
    await browser.post("/handlers/OdooCRM/disable")
    text = await page(browser, "/handlers")
    assert "Not in use" in text
    assert "No handler is in use." in await page(browser, "/")
    await browser.post("/handlers/OdooCRM/enable")
    assert "Not in use" not in await page(browser, "/handlers")
    assert (await browser.get("/api/v1/handlers/OdooCRM")).json()["enabled"] is True


async def test_a_drain_tells_how_far_it_is_and_can_be_cancelled(instance, browser):
    await instance.record([generated()])
    await browser.post("/handlers/OdooCRM/drain", data={"because": "moving"})
    await asyncio.sleep(0.2)
    text = await page(browser, "/handlers")
    assert "Being drained" in text
    assert "0 of 1 settled, then it is paused." in text
    again = await browser.post("/handlers/OdooCRM/drain", data={"because": "moving"})
    assert (again.status_code, "is being drained already" in again.text) == (409, True)
    await browser.post("/handlers/OdooCRM/drain/cancel")
    assert "Being drained" not in await page(browser, "/handlers")
    assert row(instance).paused_at is None


async def test_a_drain_with_nothing_to_tell_pauses_at_once(instance, browser):
    await browser.post("/handlers/OdooCRM/drain", data={"because": "moving"})
    while row(instance).paused_at is None:
        await asyncio.sleep(0.01)
    assert row(instance).paused_because == "moving"


async def test_a_drain_that_can_not_go_on_says_why_and_pauses_nothing(instance, browser):
    await instance.record([generated()])
    await in_state(instance, HandlerState.DOWN, "no route to host")
    await browser.post("/handlers/OdooCRM/drain", data={"because": "moving"})
    while "can&#39;t be drained" not in (text := await page(browser, "/handlers")):
        await asyncio.sleep(0.01)
    assert "no route to host" in text
    assert row(instance).paused_at is None


async def test_a_handler_that_is_not_there_is_told_so(browser):
    for action in ("pause", "drain"):
        missing = await browser.post(f"/handlers/Nobody/{action}", data={"because": "x"})
        assert (missing.status_code, "no handler 'Nobody'" in missing.json()["detail"]) == (404, True)


# --- subscriptions -----------------------------------------------------------------------------------------------------


def subscription(instance, type_="invoice.overdue"):
    return next(one for one in instance._store.read(subscriptions) if one.event_type == type_)


async def test_a_type_is_switched_off_and_on(instance, browser):
    at = "/handlers/OdooCRM/subscriptions/invoice.overdue/switch"
    cell = await browser.post(at, data={"enabled": "false"}, headers={"HX-Request": "true"})
    assert 'aria-checked="false"' in cell.text
    assert "<html" not in cell.text
    assert not subscription(instance).enabled
    assert (await browser.post(at, data={"enabled": "true"})).headers["location"] == "/handlers"
    assert subscription(instance).enabled


async def test_a_filter_is_kept_as_typed_and_told_in_the_matrix(instance, browser):
    at = "/handlers/OdooCRM/subscriptions/invoice.overdue"
    typed = {
        "customer_classes": "business\r\n vip \r\n",
        "currencies": "usd",
        "minimum_amount": "5.00",
        "minimum_currency": "usd",
    }
    kept = await browser.post(at, data=typed)
    assert kept.status_code == 303
    wanted = subscription(instance).filter
    assert wanted.customer_classes == {"business", "vip"}
    assert str(wanted.minimum_amount) == "5.00 USD"
    assert "business, vip; USD; from 5.00 USD" in await page(browser, "/handlers")
    assert ">business\nvip</textarea>" in await page(browser, at)
    await browser.post(at, data={})
    assert subscription(instance).filter.as_json() is None


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"minimum_amount": "five", "minimum_currency": "USD"}, "The minimum is an amount and its currency"),
        ({"minimum_amount": "5.00"}, "The minimum is an amount and its currency"),
        ({"currencies": "XXZ"}, "&#39;XXZ&#39; is not a known currency"),
        (
            {"currencies": "EUR", "minimum_amount": "5.00", "minimum_currency": "USD"},
            "No event is in EUR and of at least 5.00 USD",
        ),
    ],
)
async def test_a_wrong_filter_is_said_on_the_form_that_keeps_what_was_typed(instance, browser, typed, says):
    answer = await browser.post("/handlers/OdooCRM/subscriptions/invoice.overdue", data={**typed, "companies": MARKUP})
    assert answer.status_code == 422
    assert says in answer.text
    assert "&lt;script&gt;" in answer.text
    assert subscription(instance).filter.as_json() is None


async def test_a_type_that_does_not_exist_is_unknown(browser):
    assert (await browser.get("/handlers/OdooCRM/subscriptions/invoice.eaten")).status_code == 404
    assert (await browser.get("/handlers/Nobody/subscriptions/invoice.paid")).status_code == 404


async def test_the_matrix_says_who_emits_each_type(browser):
    text = await page(browser, "/handlers")
    assert "native, for classes with a reminder" in text
    assert text.count('role="switch"') == 18


# --- alarms ------------------------------------------------------------------------------------------------------------


async def test_an_alarm_stands_with_its_sentence_and_its_remedy_until_a_person_acknowledges_it(instance, browser):
    assert "No alarm stands." in await page(browser, "/alarms")
    await instance.write(partial(alarms.sound, cause="events refused", sentence="INV-1: no such tax.", now=NOON, times=3))
    text = await page(browser, "/alarms")
    assert "Events were refused" in text
    assert "3 times" in text
    assert "INV-1: no such tax." in text
    assert "<code>duebell events list --state refused</code>" in text
    await browser.post("/alarms/acknowledge", data={"cause": "events refused"})
    assert [entry["subject"] for entry in instance._store.read(list_audit).entries] == ["events refused"]
    assert (await browser.get("/api/v1/alarms")).json() == []
    assert [one["cause"] for one in (await browser.get("/api/v1/alarms/cleared")).json()] == ["events refused"]
    text = await page(browser, "/alarms")
    assert "No alarm stands." in text
    assert "INV-1: no such tax." in text


async def test_what_ends_with_its_cause_only_has_no_button(instance, browser):
    await in_state(instance, HandlerState.DOWN, "no route to host")
    text = await page(browser, "/alarms")
    assert "This alarm ends by itself, with its cause." in text
    assert "Acknowledge" not in text


async def test_how_each_channel_told_it_is_shown(instance, browser):
    await instance.write(partial(alarms.sound, cause="events refused", sentence="It is so.", now=NOON))
    told = {"cause": "events refused", "next_at": NOON}
    rows = [
        {"channel": "mail", "because": "The mail server is silent.", "tries": 2, "told_at": None, **told},
        {"channel": "webhook", "because": None, "tries": 0, "told_at": NOON, **told},
    ]
    await instance.write(lambda connection: connection.execute(alarms.telling.insert(), rows))
    text = await page(browser, "/alarms")
    assert "could not tell it: The mail server is silent." in text
    assert "told it at" in text


# --- who may what ------------------------------------------------------------------------------------------------------


async def test_a_viewer_sees_the_pages_and_no_button(instance, viewer):
    await instance.write(partial(alarms.sound, cause="events refused", sentence="It is so.", now=NOON))
    for path in ("/", "/handlers", "/alarms", "/handlers/OdooCRM/subscriptions/invoice.paid"):
        main = (await page(viewer, path)).split("<main", 1)[1]
        assert "<button" not in main, path
        assert "Pause" not in main, path


async def test_a_viewer_may_not_do_what_he_has_no_button_for(instance, viewer):
    actions = ("enable", "disable", "pause", "resume", "drain", "drain/cancel", "subscriptions/invoice.paid/switch")
    for path in (*(f"/handlers/OdooCRM/{action}" for action in actions), "/alarms/acknowledge"):
        assert (await viewer.post(path, data={"because": "x", "cause": "x", "enabled": "false"})).status_code == 403, path
    assert row(instance).paused_at is None


async def test_what_a_target_quoted_of_a_customer_is_masked_for_viewers(instance, browser, viewer):
    await instance.record([overdue()])
    await in_state(instance, HandlerState.REFUSED, "No mail to john@example.com.")
    sound = partial(alarms.sound, cause="events refused", sentence="John Doe: +12025550123 is not valid.", now=NOON)
    await instance.write(sound)
    for path in ("/", "/handlers", "/alarms", "/api/v1/status", "/api/v1/alarms", "/api/v1/handlers"):
        text = (await viewer.get(path)).text
        for personal in ("john@example.com", "+12025550123", "John Doe"):
            assert personal not in text, path
    assert "john@example.com" in await page(browser, "/")
    assert "John Doe" in await page(browser, "/alarms")


async def test_names_full_of_markup_are_shown_as_they_are_and_do_nothing(instance, browser):
    await instance.write(lambda connection: added(connection, "Webhook", "Global", NOON))
    await instance.write(lambda c: c.execute(handler.update().where(handler.c.name == "Webhook").values(name=MARKUP)))
    await instance.write(lambda c: set_handler_state(c, row(instance, MARKUP).id, HandlerState.DOWN, MARKUP, NOON))
    for path in ("/", "/handlers", "/alarms"):
        text = await page(browser, path)
        assert "<script>alert" not in text, path
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text, path
