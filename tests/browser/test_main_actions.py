"""What each page is there for, done in a browser, with the mouse and with the keyboard only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from browser.served_console import NAME, PASSWORD, Console, logged_in, watched_page
from duebell.demo.odoo import OwnOdoo
from duebell.demo.story import JOHN

MOST_TABS = 60


@pytest.fixture
def page(browser: Browser, month: Console) -> Iterator[Page]:
    """The administrator's; at the end nothing was wrong on any page."""
    context = logged_in(browser, month)
    page, wrong = watched_page(context, month.url)
    yield page
    context.close()
    assert wrong == []


def test_with_the_keyboard_only_an_event_is_found_and_replayed_and_a_handler_paused(
    browser: Browser, month: Console
) -> None:
    context = browser.new_context(base_url=month.url)
    page, wrong = watched_page(context, month.url)
    keys = page.keyboard
    page.goto("/events")
    # the login has the focus where one types
    keys.type(NAME)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Events")
    page.wait_for_load_state()
    # a slash goes to the search, and what is typed there is found while it is typed
    keys.press("/")
    expect(page.get_by_label("Find", exact=True)).to_be_focused()
    suspended = month.events_of(JOHN.id, type="customer.suspended")[0]
    keys.type(suspended["id"])
    found = page.get_by_role("row").filter(has=page.get_by_role("link", name="Customer suspended"))
    expect(page.get_by_role("row")).to_have_count(2)
    _tab_to(page, found.get_by_role("link").first)
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Customer suspended")
    # it is replayed, its plan first
    _tab_to(page, page.get_by_role("link", name="Replay"))
    keys.press("Enter")
    expect(page.get_by_text("This would send 1 event anew")).to_be_visible()
    _tab_to(page, page.get_by_role("button", name="Replay this event"))
    keys.press("Enter")
    expect(page.get_by_role("heading", name="1 owed anew")).to_be_visible()
    month.settled()
    assert [owed["replay"] for owed in month.get(f"/events/{suspended['id']}")["provisionings"]] == [0, 1]
    # the handler is paused, with a reason, and resumed, and the focus stays where it is of use
    _tab_to(page, page.get_by_role("navigation", name="Pages").get_by_role("link", name="Handlers"))
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Handlers")
    _tab_to(page, page.locator("summary", has_text="Pause"))
    keys.press("Enter")
    expect(page.locator("input[name=because]:focus")).to_be_visible()
    keys.type("Odoo is upgraded")
    keys.press("Enter")
    expect(page.get_by_text("Odoo is upgraded")).to_be_visible()
    assert month.handler()["paused_because"] == "Odoo is upgraded"
    _tab_to(page, page.get_by_role("button", name="Resume OdooCRM"))
    keys.press("Enter")
    expect(page.get_by_role("button", name="Resume OdooCRM")).to_have_count(0)
    assert month.handler()["paused_at"] is None
    context.close()
    assert wrong == []


def test_overview_stops_telling_customers_and_starts_again(page: Page, month: Console) -> None:
    page.goto("/")
    page.locator("summary", has_text="Stop telling customers").click()
    page.get_by_label("Why?").locator("visible=true").fill("wrong texts")
    page.get_by_role("button", name="Stop telling customers").click()
    expect(page.get_by_role("heading", name="Nobody is told anything")).to_be_visible()
    expect(page.locator("#telling").get_by_text("wrong texts")).to_be_visible()
    assert month.get("/telling")["told"] is False
    page.get_by_role("button", name="Tell customers again").click()
    expect(page.get_by_role("heading", name="Nobody is told anything")).to_have_count(0)
    assert month.get("/telling")["told"] is True


def test_events_are_found_while_somebody_types(page: Page, month: Console) -> None:
    page.goto("/events")
    everything = page.get_by_role("row").count()
    page.get_by_label("Find", exact=True).press_sequentially(JOHN.phone)
    expect(page).to_have_url(re.compile(r"search=%2B12025550101"))
    expect(page.get_by_role("row")).not_to_have_count(everything)
    assert page.get_by_role("link", name=JOHN.name).count() == page.get_by_role("row").count() - 1


def test_an_event_shows_what_was_sent_once_odoo_can_be_asked(page: Page, month: Console, odoo: OwnOdoo) -> None:
    # given an Odoo that is down
    suspended = month.events_of(JOHN.id, type="customer.suspended")[0]
    odoo.stop()
    try:
        page.goto(f"/events/{suspended['id']}")
        sent = page.get_by_role("region", name="What was sent")
        expect(sent.get_by_role("alert")).to_be_visible()
    finally:
        odoo.start()
    # when it is back, and somebody tries again
    sent.get_by_role("link", name="Try again").press("Enter")
    # then the text is there, with its state and links
    expect(sent.get_by_role("alert")).to_have_count(0)
    told = sent.get_by_role("listitem").filter(has_text=f"SMS to {JOHN.phone}").first
    expect(told.get_by_text("Delivered")).to_be_visible()
    expect(told.locator("blockquote")).to_contain_text("your service has been blocked")
    contact = sent.get_by_role("link", name=f"{JOHN.name} in Odoo").first
    expect(contact).to_have_attribute("href", re.compile(rf"{odoo.url}/odoo/contacts/\d+"))


def test_customers_books_a_charge_and_what_is_typed_wrongly_stays(page: Page, month: Console) -> None:
    page.goto("/customers")
    page.get_by_label("Find", exact=True).press_sequentially("john")
    page.get_by_role("link", name=JOHN.name).click()
    charge = page.locator("form", has=page.get_by_role("button", name="Charge once"))
    charge.get_by_label("Amount").fill("12.345")
    charge.get_by_label("For").fill("Installation")
    charge.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    charge.get_by_label("Amount").fill("12.34")
    charge.get_by_label("For").fill("Installation")
    charge.get_by_role("button").click()
    expect(page.get_by_text("Waiting for the next invoice: Installation 12.34 USD")).to_be_visible()


def test_customers_holds_collection_until_a_day_and_releases_it(page: Page, month: Console) -> None:
    until = f"{datetime.fromisoformat(month.get('/billing/clock')['now']).date() + timedelta(days=7)}"
    page.goto(f"/customers/{JOHN.id}")
    page.get_by_label("Hold collection until").fill(until)
    page.get_by_label("Because").fill("pays next week")
    page.get_by_role("button", name="Hold", exact=True).click()
    expect(page.get_by_text(f"Collection is on hold through {until}: pays next week")).to_be_visible()
    assert month.get(f"/billing/customers/{JOHN.id}")["held_until"] == until
    page.get_by_role("button", name="Release the hold").click()
    expect(page.get_by_text("Collection is on hold")).to_have_count(0)
    assert month.get(f"/billing/customers/{JOHN.id}")["held_until"] is None


def test_sandbox_shows_a_text_by_itself_and_lets_a_day_pass(page: Page, month: Console) -> None:
    page.goto("/sandbox")
    expect(page.get_by_text("A stand-in for the mobile network")).to_be_visible()
    page.locator("summary").first.click()
    charge = {"text": "Router", "amount": "12.34", "invoice_now": True}
    (event,) = month.post(f"/billing/customers/{JOHN.id}/charges", charge)["events"]
    month.told(JOHN.id, "invoice.generated")
    expect(page.locator("blockquote", has_text=event["subject"])).to_be_visible(timeout=20_000)
    expect(page.locator("details[open]")).to_have_count(1)  # what is read stays open
    before = month.get("/billing/clock")["offset_seconds"]
    page.get_by_role("button", name="Let a day pass").click()
    page.wait_for_load_state()
    assert month.get("/billing/clock")["offset_seconds"] >= before + 24 * 3600


def test_handlers_switch_a_subscription(page: Page, month: Console) -> None:
    page.goto("/handlers")
    switch = page.get_by_role("switch", name="Payment received to OdooCRM")
    expect(switch).to_be_checked()
    switch.click()
    expect(switch).not_to_be_checked()
    expect(switch).to_be_focused()
    switch.click()
    expect(switch).to_be_checked()


def test_alarms_are_acknowledged(page: Page, month: Console) -> None:
    page.goto("/alarms")
    alarm = page.get_by_role("article").filter(has_text="company")
    expect(alarm).to_have_count(1)
    alarm.get_by_role("button", name="Acknowledge").click()
    expect(alarm).to_have_count(0)
    assert not [one for one in month.get("/status")["alarms"] if one["cause"] == "events refused"]


def test_configuration_keeps_a_draft_and_discards_it(page: Page, month: Console) -> None:
    page.goto("/configuration/Global/OdooCRM")
    page.get_by_label("Longest wait for an answer").locator("visible=true").or_(
        page.get_by_text("More options")
    ).first.click()
    page.get_by_label("Longest wait for an answer").fill("45")
    page.get_by_role("button", name="Keep as a draft").click()
    page.goto("/configuration")
    expect(page.get_by_text("Changed, not in force")).to_be_visible()
    page.get_by_role("button", name="Discard the draft").click()
    expect(page.get_by_text("Changed, not in force")).to_have_count(0)


def test_verify_only_checks_what_is_in_force_and_keeps_its_history(page: Page, month: Console) -> None:
    page.goto("/verify")
    page.get_by_role("link", name="Odoo CRM").click()
    before = page.locator("details.run").count()
    page.get_by_role("button", name="Only check").click()
    expect(page.get_by_text("All is fine.")).to_be_visible(timeout=60_000)
    expect(page.locator("details.run")).to_have_count(before + 1)
    assert [run["applied"] for run in month.get("/verify/Global/OdooCRM")] == [False, True]


def test_users_are_added_and_the_audit_trail_says_who_did_it(page: Page, month: Console) -> None:
    page.goto("/users")
    form = page.locator("form", has=page.get_by_role("button", name="Add the user"))
    form.get_by_label("Name").fill("night-shift")
    form.get_by_label("Role").select_option("operator")
    form.get_by_label("Password").fill("a password of many words")
    form.get_by_role("button").click()
    expect(page.get_by_role("cell", name="night-shift").first).to_be_visible()
    page.goto("/audit")
    expect(page.get_by_role("row").filter(has_text="night-shift").filter(has_text=NAME).first).to_be_visible()


def test_the_api_is_described_an_operation_at_a_time(page: Page, month: Console) -> None:
    page.goto("/api")
    page.locator("summary", has_text="/api/v1/events").first.click()
    expect(page.locator("details[open]").get_by_text("Answer", exact=True)).to_be_visible()


def test_a_page_follows_what_happens_by_itself(page: Page, month: Console) -> None:
    page.goto("/handlers")
    month.post("/handlers/OdooCRM/pause", {"because": "from elsewhere"})
    expect(page.get_by_text("from elsewhere")).to_be_visible()
    month.post("/handlers/OdooCRM/resume")
    expect(page.get_by_text("from elsewhere")).to_have_count(0)


@pytest.mark.parametrize(
    "wanted", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)"]
)
def test_after_the_login_nobody_is_led_elsewhere(browser: Browser, month: Console, wanted: str) -> None:
    context = browser.new_context(base_url=month.url)
    page, wrong = watched_page(context, month.url)
    page.goto(f"/login?next={wanted}")
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(f"{month.url}/")
    context.close()
    assert wrong == []


def test_a_form_on_another_site_changes_nothing(browser: Browser, month: Console, other_site: Callable[[str], str]) -> None:
    context = logged_in(browser, month)
    page = context.new_page()
    form = f'<form method="post" action="{month.url}/handlers/OdooCRM/pause"><input name="because" value="x"><button>Win</button></form>'
    page.goto(other_site(form))
    page.get_by_role("button", name="Win").click()
    page.wait_for_url(re.compile(f"{month.url}/.*"))
    assert month.handler()["paused_at"] is None
    context.close()


def _tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until it has the focus, as somebody without a mouse does."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"{wanted} can't be reached by Tab")
