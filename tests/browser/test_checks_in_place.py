"""What takes its time is told where it was asked for: Verify on the configuration's own pages, a replay's plan. It takes no Odoo."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.served_console import NAME, PASSWORD, Console


@pytest.fixture(scope="module")
def page(console: Console, browser: Browser) -> Iterator[Page]:
    """Of an administrator."""
    console.add_administrator()
    context = browser.new_context(base_url=console.url)
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    yield page
    context.close()


def test_a_groups_form_shows_its_checks_in_place_and_keeps_what_was_typed(page: Page) -> None:
    page.goto("/configuration/Global/Retry")
    page.locator("#option-First_Wait").fill("3600")
    page.locator("#option-Longest_Wait").fill("1")
    page.get_by_role("button", name="Verify and apply").click()
    expect(page.get_by_role("alert")).to_contain_text("1 check failed")
    expect(page).to_have_url(page.url.partition("/configuration")[0] + "/configuration/Global/Retry")
    expect(page.locator("#option-First_Wait")).to_have_value("3600")

    page.locator("#option-First_Wait").fill("2")
    page.locator("#option-Longest_Wait").fill("60")
    page.get_by_role("button", name="Verify and apply").click()
    expect(page.locator("#checks").get_by_role("status")).to_have_text("Global.Retry is verified and in force.")

    # what was seen is what is in force now: the form can be used on
    page.locator("#option-First_Wait").fill("3")
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page.get_by_text("is a draft")).to_be_visible()


def test_a_version_is_verified_and_applied_in_place_and_the_list_follows(page: Page) -> None:
    page.goto("/configuration/versions")
    page.get_by_role("button", name="Verify and apply version 2").click()
    expect(page.locator("#checks").get_by_role("status")).to_contain_text("Version 2 is in force.")
    expect(page.locator("#checks")).to_contain_text("Global.Retry")
    expect(page.locator("#versions tbody tr").first).to_contain_text("active")


def test_another_way_to_replay_is_planned_as_soon_as_it_is_chosen(page: Page) -> None:
    page.goto("/events/replay?type=invoice.generated")
    page.get_by_label("Tell customers, where it is still true").check()
    page.wait_for_url("**how=tell**")
    expect(page.get_by_label("Tell customers, where it is still true")).to_be_checked()
    expect(page.get_by_role("heading", name="There is nothing to replay")).to_be_visible()
