"""The overview, the handlers and the alarms in Chromium, with the keyboard alone."""

from functools import partial

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import async_playwright, expect

import chromium
from builders import NOON, Clock, generated
from console_pages import an_instance, served
from duebell.console.access.principal import Role
from duebell.storage import alarms
from duebell.storage.handlers import named
from duebell.storage.subscriptions import subscriptions

PAGES = ("/handlers/OdooCRM/subscriptions/invoice.paid", "/alarms")
"""With an alarm on it; what `test_pages_in_a_browser` looks at is not looked at again."""


@pytest.fixture
async def instance(tmp_path):
    instance = an_instance(tmp_path / "data", Clock(NOON))
    instance._dispatching = True
    yield instance
    await instance._deliveries.stop_all()
    instance.close()


@pytest.fixture
async def page():
    """A page that fails the test on any error or on a request that leaves this machine's server."""
    wrong = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium.path(), args=chromium.QUIET)
        page = await browser.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("request", lambda asked: wrong.append(asked.url) if "://127.0.0.1:" not in asked.url else None)
        yield page
        await browser.close()
    assert wrong == []


async def press_to(page, name, key="Enter"):
    """Go to what is named so by the tabulator, and press it."""
    wanted = (
        page.get_by_role("button", name=name)
        .or_(page.get_by_role("switch", name=name))
        .or_(page.locator("summary", has_text=name))
    )
    for _ in range(80):
        await page.keyboard.press("Tab")
        if await wanted.first.evaluate("element => element === document.activeElement"):
            await page.keyboard.press(key)
            return
    raise AssertionError(f"no way leads to {name} by the tabulator")


async def test_a_handler_is_paused_and_resumed_by_keyboard_and_the_page_follows(instance, page):
    async with served(instance) as (client, _):
        await page.goto(str(client.base_url))
        await expect(page.get_by_role("heading", name="All is well.")).to_be_visible()

        await press_to(page, "Pause…")
        await expect(page.get_by_role("table").get_by_label("Why?")).to_be_focused()
        await page.keyboard.type("upgrade of Odoo")
        await page.keyboard.press("Enter")

        await expect(page.get_by_role("heading", name="OdooCRM is paused.")).to_be_visible()
        await expect(page.get_by_role("status").get_by_text("OdooCRM is paused.").last).to_be_visible()
        assert instance._store.read(partial(named, name="OdooCRM")).paused_because == "upgrade of Odoo"
        await press_to(page, "Resume")
        await expect(page.get_by_role("heading", name="OdooCRM is paused.")).to_be_hidden()
        await expect(page.locator("summary", has_text="Pause…")).to_be_visible()
        await page.goto("about:blank")


async def test_what_is_recorded_appears_by_itself_and_what_is_typed_stays(instance, page):
    async with served(instance) as (client, _):
        await page.goto(str(client.base_url))
        await press_to(page, "Pause…")
        await expect(page.get_by_role("table").get_by_label("Why?")).to_be_focused()
        await page.keyboard.type("half a reas")
        await instance.record([generated()])
        await expect(page.get_by_text("the oldest for")).to_be_visible()
        await page.keyboard.type("on")
        typed = page.get_by_role("table").get_by_label("Why?")
        await expect(typed).to_have_value("half a reason")
        await page.keyboard.press("Escape")
        await expect(typed).to_be_hidden()
        await page.goto("about:blank")


async def test_a_type_is_switched_off_by_keyboard_and_the_focus_stays(instance, page):
    async with served(instance) as (client, _):
        await page.goto(f"{str(client.base_url).rstrip('/')}/handlers")
        await press_to(page, "Invoice overdue to OdooCRM", " ")
        switch = page.get_by_role("switch", name="Invoice overdue to OdooCRM")
        await expect(switch).to_have_attribute("aria-checked", "false")
        await expect(switch).to_be_focused()
        off = [one.event_type for one in instance._store.read(subscriptions) if not one.enabled]
        assert off == ["invoice.overdue"]
        await page.keyboard.press("Enter")
        await expect(switch).to_have_attribute("aria-checked", "true")
        await page.goto("about:blank")


async def test_an_alarm_is_acknowledged_and_goes(instance, page):
    await instance.write(partial(alarms.sound, cause="events refused", sentence="INV-1: no such tax.", now=NOON))
    async with served(instance) as (client, _):
        await page.goto(f"{str(client.base_url).rstrip('/')}/alarms")
        await press_to(page, "Acknowledge")
        await expect(page.get_by_text("No alarm stands.")).to_be_visible()
        await page.goto("about:blank")


async def test_the_pages_can_be_used_by_everybody_in_light_and_dark_on_a_phone_too(instance, page):
    await instance.write(partial(alarms.sound, cause="events refused", sentence="INV-1: no such tax.", now=NOON))
    async with served(instance) as (client, _):
        for scheme, width in (("light", 1280), ("dark", 390)):
            await page.emulate_media(color_scheme=scheme)
            await page.set_viewport_size({"width": width, "height": 900})
            for path in PAGES:
                await page.goto(f"{str(client.base_url).rstrip('/')}{path}")
                found = await Axe().run(page)
                serious = [one for one in found.response["violations"] if one["impact"] in {"serious", "critical"}]
                assert serious == [], (path, scheme)
                assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)
        await page.goto("about:blank")


async def test_a_page_without_scripts_does_the_same(instance):
    async with served(instance, Role.OPERATOR) as (client, _), async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium.path(), args=chromium.QUIET)
        page = await (await browser.new_context(java_script_enabled=False)).new_page()
        await page.goto(str(client.base_url))
        await page.locator("summary", has_text="Pause…").click()
        await page.get_by_role("table").get_by_label("Why?").fill("upgrade")
        await page.get_by_role("button", name="Pause OdooCRM").click()
        assert page.url.endswith("/handlers")
        assert "Paused" in await page.content()
        await browser.close()
