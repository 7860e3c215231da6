"""What people of the CSP's do in Odoo CRM by what billing tells: call who stays overdue, win back who leaves, decide whether to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from browser.odoo_app import an_invoice, at_work, hire, owing, tell, usd
from duebell.demo.odoo import OwnOdoo
from duebell.demo.patience import until
from duebell.demo.story import JOHN
from odoo_login import call

LATE = {"external_id": "late", "name": "Late Payer", "reference": "C-5001", "phone": "+12025550166"}
PROMISING = {"external_id": "promising", "name": "Promising Payer", "reference": "C-5002"}
LEAVING = {"external_id": JOHN.id, "name": JOHN.name, "reference": "C-1001", "email": JOHN.email}
OWING = {"external_id": "owing", "name": "Owing Line", "reference": "C-5003"}
SECOND = {"external_id": "second", "name": "Second Line", "reference": OWING["reference"]}
UNTROUBLED = {"external_id": "untroubled", "name": "Untroubled Payer", "reference": "C-5004"}
CALLED = {"external_id": "called", "name": "Called Payer", "reference": "C-5006"}
UNASKED = {"external_id": "unasked", "name": "Unasked Leaver", "reference": "C-5005"}
CALLER, SELLER, DECIDER = "caller", "seller", "decider"


def day(offset: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=offset)


def written(moment: datetime) -> str:
    """A day as Odoo writes it in a sentence."""
    return f"{moment:%B} {moment.day}, {moment.year}"


def short(moment: datetime) -> str:
    """A day as Odoo writes it in a list: without its year, if it is this one."""
    return f"{moment:%b} {moment.day}"


@pytest.fixture(scope="module")
def admin(browser: Browser, odoo: OwnOdoo) -> Iterator[Page]:
    """Odoo's administrator, who has hired one who calls, one who sells and one who decides, each in the own groups alone."""
    context, page = at_work(browser, odoo)
    hire(page, CALLER, "duebell.group_user")
    hire(page, SELLER, "duebell.group_user", "sales_team.group_sale_salesman_all_leads")
    hire(page, DECIDER, "duebell.group_manager")
    yield page
    context.close()


@pytest.fixture
def caller(browser: Browser, odoo: OwnOdoo, admin: Page) -> Iterator[Page]:
    context, page = at_work(browser, odoo, CALLER)
    yield page
    context.close()


@pytest.fixture
def seller(browser: Browser, odoo: OwnOdoo, admin: Page) -> Iterator[Page]:
    context, page = at_work(browser, odoo, SELLER)
    yield page
    context.close()


@pytest.fixture
def decider(browser: Browser, odoo: OwnOdoo, admin: Page) -> Iterator[Page]:
    context, page = at_work(browser, odoo, DECIDER)
    yield page
    context.close()


def rule(admin: Page, **values: Any) -> None:
    """What the company wants from now on."""
    settings = call(admin, "duebell.settings", "action_open")["res_id"]
    call(admin, "duebell.settings", "write", [settings], values)


@pytest.fixture
def both_rules(admin: Page) -> None:
    """Somebody is asked to call who is overdue for a week; a team wins back who leaves."""
    (who,) = call(admin, "res.users", "search", [["login", "=", CALLER]])
    team, *_others = call(admin, "crm.team", "search", [])
    rule(admin, collections=True, collections_user_id=who, winback=True, winback_team_id=team)


@pytest.fixture
def no_rule(admin: Page) -> None:
    rule(admin, collections=False, collections_user_id=False, winback=False, winback_team_id=False)


def an_hour_passes(admin: Page) -> None:
    """Odoo asks for calls, and ends those that are over, by itself once an hour."""
    _model, cron = call(admin, "ir.model.data", "check_object_reference", "duebell_crm", "cron_collections")
    call(admin, "ir.cron", "method_direct_trigger", [cron])


def winbacks_are_decided(admin: Page) -> None:
    """Odoo does so by itself as soon as it is told of a commitment that ended."""
    undecided = [["state", "=", "waiting"]]
    until(
        lambda: not call(admin, "duebell.winback", "search_count", undecided), "each win-back opened or dropped", seconds=60
    )


def stays_overdue(odoo: OwnOdoo, customer: dict[str, Any], number: str) -> None:
    """An invoice was due ten days ago, and in three days the customer is suspended for it."""
    standing = owing("30.00", next_step="suspend", next_step_on=str(day(3).date()))
    tell(odoo, "invoice.overdue", customer, standing, invoice=an_invoice(number, str(day(-10).date())))


def leaves(odoo: OwnOdoo, customer: dict[str, Any]) -> None:
    """A customer who owes nothing has ended a commitment himself, today."""
    days = {"started_on": day(-90), "ends_on": day(270), "terminated_on": day(0)}
    commitment = {"reference": "K-1", "service": "Internet", "penalty": usd("50.00")}
    commitment |= {name: str(moment.date()) for name, moment in days.items()}
    tell(odoo, "commitment.terminated", customer, owing("0.00"), commitment=commitment, reason="cancelled_early")


def row(page: Page, list_: str, customer: dict[str, Any]) -> Locator:
    """The customer's in a list that is now opened."""
    page.goto(f"/odoo/{list_}")
    return page.locator(".o_data_row", has_text=customer["name"])


def test_who_stays_overdue_is_in_collections_with_what_is_owed_until_the_call_is_made(
    caller: Page, admin: Page, odoo: OwnOdoo, both_rules: None
) -> None:
    # given
    stays_overdue(odoo, LATE, "INV-1")
    # when
    an_hour_passes(admin)
    # then the list says who owes what, and who is to call
    late = row(caller, "billing-collections", LATE)
    for name, words in (
        ("customer_id", f"{LATE['name']} ({LATE['reference']})"),
        ("stage", "Overdue"),
        ("total_overdue", "$ 30.00"),
        ("days_overdue", "10"),
        ("opened_on", short(day(0))),
        ("user_id", CALLER.capitalize()),
        ("called_on", ""),
        ("closed_on", ""),
    ):
        expect(late.locator(f"td[name={name}]")).to_have_text(words)
    # and its page how to reach him, and leads to the contact, where the call is asked for
    late.locator("td[name=customer_id]").click()
    expect(caller.locator(".o_form_view [name=phone]")).to_contain_text(LATE["phone"])
    caller.locator(".o_form_view [name=partner_id] a").click()
    activity = caller.locator(".o-mail-Activity")
    for words in (
        f"{LATE['name']} ({LATE['reference']}): Overdue",
        "$30.00 overdue",
        f"due since {written(day(-10))} (10 days)",
        f"Will be suspended on {written(day(3))} unless paid.",
    ):
        expect(activity).to_contain_text(words)
    # when it is made
    activity.get_by_text("Mark Done").click()
    caller.get_by_placeholder("Write Feedback").fill("pays on Friday")
    caller.get_by_role("button", name="Done", exact=True).click()
    expect(activity).to_have_count(0)
    # then the list has the day, and nobody is asked again
    an_hour_passes(admin)
    late = row(caller, "billing-collections", LATE)
    expect(late.locator("td[name=called_on]")).to_have_text(short(day(0)))
    expect(late).to_have_count(1)


def test_who_promises_to_pay_leaves_collections_by_the_way_that_the_list_leads(
    caller: Page, admin: Page, odoo: OwnOdoo, both_rules: None
) -> None:
    # given
    stays_overdue(odoo, PROMISING, "INV-2")
    an_hour_passes(admin)
    # when the promise is noted on the customer's page
    row(caller, "billing-collections", PROMISING).locator("td[name=customer_id]").click()
    expect(caller.locator(".o_form_view")).to_contain_text("note it by “Let rest”")
    caller.locator(".o_form_view [name=customer_id] a").click()
    caller.get_by_role("button", name="Let rest").click()
    dialog = caller.locator(".modal")
    dialog.locator("[name=until] input").fill(f"{day(5):%m/%d/%Y}")
    dialog.locator("[name=note] input").fill("by bank transfer")
    dialog.get_by_role("button", name="Save").click()
    said = f"Promised to pay: reminders rest until {written(day(5))}. “by bank transfer”"
    expect(caller.locator("[name=rest_line]")).to_contain_text(said)
    # then within the hour nobody is to call him
    an_hour_passes(admin)
    caller.reload()
    caller.get_by_role("tab", name="Collections").click()
    expect(caller.locator("[name=collection_ids] td[name=closed_on]")).to_have_text(short(day(0)))
    caller.locator(".o_form_view [name=partner_id] a").click()
    expect(caller.locator("[name=duebell_banner]")).to_contain_text("Promised to pay")
    expect(caller.locator(".o-mail-Activity")).to_have_count(0)
    # and only who asks for those who were sees him in the list
    promising = row(caller, "billing-collections", PROMISING)
    facets = caller.locator(".o_searchview_facet")
    expect(facets).to_have_text("In Collections")
    expect(promising).to_have_count(0)
    facets.locator(".o_facet_remove").click()
    expect(promising.locator("td[name=closed_on]")).to_have_text(short(day(0)))


def test_a_commitment_that_the_customer_ended_is_an_opportunity_with_the_facts(
    seller: Page, admin: Page, odoo: OwnOdoo, both_rules: None
) -> None:
    # when
    leaves(odoo, LEAVING)
    winbacks_are_decided(admin)
    # then
    winback = row(seller, "billing-win-backs", LEAVING)
    for name, words in (("service", "Internet"), ("terminated_on", short(day(0))), ("penalty", "$ 50.00")):
        expect(winback.locator(f"td[name={name}]")).to_have_text(words)
    expect(winback.locator("td[name=state]")).to_have_text("Opened")
    # and the win-back's page leads there
    winback.locator("td[name=customer_id]").click()
    seller.locator(".o_form_view [name=lead_id] a").click()
    expect(seller.locator("[name=partner_id] input").first).to_have_value(LEAVING["name"])
    for fact in (
        f"Billing customer: {LEAVING['name']} ({LEAVING['reference']})",
        "Commitment: Internet, K-1",
        f"From {written(day(-90))} until {written(day(270))}",
        f"Ended by the customer on {written(day(0))}",
        "Penalty: $50.00",
    ):
        expect(seller.locator("[name=description]")).to_contain_text(fact)


def test_who_owes_as_another_customer_is_not_won_back_and_the_page_says_why(
    caller: Page, admin: Page, odoo: OwnOdoo, both_rules: None
) -> None:
    # given a contact who owes for one line
    stays_overdue(odoo, OWING, "INV-3")
    # when he ends the other
    leaves(odoo, SECOND)
    winbacks_are_decided(admin)
    # then
    winback = row(caller, "billing-win-backs", SECOND)
    expect(winback.locator("td[name=state]")).to_have_text("Dropped")
    winback.locator("td[name=customer_id]").click()
    shown = caller.locator(".o_form_view")
    expect(shown.locator("[name=dropped_because]")).to_contain_text("Owes money, or can't use the service")
    expect(shown.locator("[name=lead_id]")).to_have_count(0)


def save(page: Page) -> None:
    page.locator(".o_form_button_save").click()
    expect(page.locator(".o_form_saved")).to_be_attached()


def test_rules_that_are_switched_off_raise_nothing(decider: Page, admin: Page, odoo: OwnOdoo, both_rules: None) -> None:
    # given
    decider.goto("/odoo/billing-message-settings")
    expect(decider.get_by_label("Days Overdue")).to_have_value("7")
    for name in ("collections", "winback"):
        decider.locator(f"[name={name}] input").uncheck()
    expect(decider.get_by_label("Days Overdue")).to_have_count(0)
    save(decider)
    # when
    stays_overdue(odoo, UNTROUBLED, "INV-4")
    leaves(odoo, UNASKED)
    an_hour_passes(admin)
    # then
    for list_, customer in (("billing-collections", UNTROUBLED), ("billing-win-backs", UNASKED)):
        nothing = row(decider, list_, customer)
        expect(decider.locator(".o_list_view")).to_be_visible()
        expect(nothing).to_have_count(0)


def test_the_rule_for_calls_is_switched_on_only_with_somebody_who_makes_them(
    decider: Page, admin: Page, odoo: OwnOdoo, no_rule: None
) -> None:
    # given
    stays_overdue(odoo, CALLED, "INV-5")
    # when it says of nobody that he calls
    decider.goto("/odoo/billing-message-settings")
    decider.locator("[name=collections] input").check()
    decider.locator(".o_form_button_save").click()
    # then it isn't saved
    expect(decider.locator("[name=collections_user_id].o_field_invalid")).to_be_visible()
    # when it says who
    decider.locator("[name=collections_user_id] input").fill(CALLER)
    decider.locator(".o-autocomplete--dropdown-item", has_text=CALLER.capitalize()).click()
    save(decider)
    # then he is asked
    an_hour_passes(admin)
    called = row(decider, "billing-collections", CALLED)
    expect(called.locator("td[name=user_id]")).to_have_text(CALLER.capitalize())
