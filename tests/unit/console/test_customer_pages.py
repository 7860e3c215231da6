import html
import re
from datetime import timedelta

import pytest

from builders import a_customer, a_happening, a_standing, an_invoice, usd
from console_pages import a_browser
from duebell.billing.customer import BillingCustomer
from duebell.console.access.principal import Role
from duebell.espf.receipts import Receipt
from duebell.events import CustomerStatus, InvoiceOverdue
from duebell.storage.receipts import keep

JOHN = BillingCustomer(
    external_id="john-doe",
    name="John Doe",
    currency="USD",
    phone="+12025550123",
    email="john@example.com",
    company_name="Doe Industries",
    payment_method="Visa 4242",
)


@pytest.fixture
async def browser(instance):
    async with a_browser(instance) as browser:
        yield browser


@pytest.fixture
async def viewer(instance):
    async with a_browser(instance, Role.VIEWER) as browser:
        yield browser


@pytest.fixture
async def john(instance):
    """A customer of embedded billing."""
    await instance.billing(lambda billing: billing.add_customer(JOHN))
    return "/customers/john-doe"


async def page(browser, path, status=200):
    answer = await browser.get(path)
    assert answer.status_code == status, answer.text
    return answer.text


def words(text):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


def account(instance):
    return instance.billing(lambda billing: billing.customer("john-doe"))


# --- found --------------------------------------------------------------------------------------------------------------


async def test_at_first_start_the_page_says_that_nobody_is_known_yet(browser):
    assert "Nobody is known yet" in await page(browser, "/customers")
    assert "Nobody is called so" in await page(browser, "/customers?search=john")


async def test_a_new_customer_of_embedded_billing_is_there_before_anything_was_told_of_him(browser, john):
    assert f'href="{john}?' in await page(browser, "/customers")
    assert f'href="{john}?' in await page(browser, "/customers?search=john-doe")
    text = words(await page(browser, john))
    for said in ("John Doe", "Active", "Nothing was told of this customer yet", "No invoice is known", "+12025550123"):
        assert said in text


async def test_customers_are_found_by_beginnings_of_names_and_by_phone(instance, browser, john):
    await browser.post(f"{john}/charges", data={"amount": "30", "text": "Internet"})
    await browser.post(f"{john}/invoices")
    for typed in ("john", "DOE", "jo do", "industries", "+1 202 555 0123", "john-doe"):
        assert f'href="{john}?' in await page(browser, f"/customers?search={typed.replace('+', '%2B')}"), typed
    for typed in ("jane", "doe jane", "5550199"):
        assert f'href="{john}?' not in await page(browser, f"/customers?search={typed}"), typed


# --- one customer of another billing ------------------------------------------------------------------------------------


async def test_a_customer_of_another_billing_is_shown_as_his_events_tell(instance, browser):
    who = a_customer("c/7 ?&", name="Erika Beispiel")  # ids are that billing's own
    facts = [
        InvoiceOverdue(customer=who, standing=a_standing(CustomerStatus.LIMITED, "30"), invoice=an_invoice(number))
        for number in ("INV-1", "INV-2")
    ]
    first, _ = await instance.record([a_happening(fact) for fact in facts])
    said = Receipt(id=1, event_id=first.id, replay=0, channel="sms", state="delivered", because=None, at=instance.now())
    await instance.write(lambda connection: keep(connection, 1, [said]))
    link = re.search(r'href="(/customers/[^"]+)"', await page(browser, "/customers"))[1]
    text = words(await page(browser, html.unescape(link)))
    for there in ("Limited", "30.00 USD", "INV-1", "INV-2", "Invoice overdue", "As billing told at", "SMS Delivered"):
        assert there in text
    assert text.index("INV-2") < text.index("INV-1")
    assert "Book a payment" not in text  # that billing isn't ours


# --- what embedded billing lets an operator do --------------------------------------------------------------------------


async def test_an_operator_charges_invoices_and_books_payments_with_exact_amounts(instance, browser, john):
    answer = await browser.post(f"{john}/charges", data={"amount": "30.10", "text": "Internet"})
    assert (answer.status_code, answer.headers["location"]) == (303, john)
    assert "Internet 30.10 USD" in words(await page(browser, john))
    await browser.post(f"{john}/invoices")
    assert (await account(instance)).total_outstanding == usd("30.10")
    text = words(await page(browser, john))
    assert "Unpaid" in text
    assert "Invoice generated" in text

    await browser.post(f"{john}/payments", data={"amount": " 30.10 "})
    assert not (await account(instance)).total_outstanding
    text = words(await page(browser, john))
    for said in ("Paid", "Payment received", "Invoice paid", "0.00 USD"):
        assert said in text


@pytest.mark.parametrize(
    ("action", "form", "says"),
    [
        ("payments", {"amount": "30,00"}, "'30,00' is not an amount: write it like 30 or 30.00"),
        ("payments", {"amount": "0.001"}, "has too many decimals"),
        ("payments", {"amount": "-5"}, "amount"),
        ("charges", {"amount": "5", "text": " "}, "text"),
        ("invoices", {}, "has nothing to invoice"),
        ("hold", {"until": "Friday", "because": "he asked"}, "until: 'Friday' is no day: write it like 2026-12-31"),
        ("hold", {"until": "2001-01-01", "because": "he asked"}, "until: 2001-01-01 can't be"),
        ("hold", {"until": "2001-01-01", "because": " "}, "because"),
    ],
)
async def test_what_can_not_be_booked_is_said_and_what_was_typed_is_kept(browser, john, action, form, says):
    answer = await browser.post(f"{john}/{action}", data=form)
    assert answer.status_code in {409, 422}
    assert says in words(answer.text)
    for typed in (form[name] for name in ("amount", "until") if name in form):
        assert f'value="{typed}"' in answer.text
    assert "Payment received" not in words(await page(browser, john))


async def test_an_operator_holds_collection_until_a_day_and_releases_it(instance, browser, john):
    await browser.post(f"{john}/charges", data={"amount": "30", "text": "Internet"})
    await browser.post(f"{john}/invoices")
    await browser.post("/api/v1/billing/advance", json={"days": 22})
    assert "Suspended" in words(await page(browser, john))
    until = (await instance.billing(lambda billing: billing.clock())).now.date() + timedelta(days=5)

    answer = await browser.post(f"{john}/hold", data={"until": str(until), "because": "Pays on <Friday>"})

    assert (answer.status_code, answer.headers["location"]) == (303, john)
    text = words(await page(browser, john))
    assert f"Collection is on hold through {until}: Pays on <Friday>" in text
    assert f"Unless it is paid: suspended on {until + timedelta(days=1)}." in text
    assert "Active" in text
    assert "Suspension removed" in text
    assert (await browser.post(f"{john}/hold/release")).status_code == 303
    assert "Collection is on hold" not in words(await page(browser, john))
    answer = await browser.post(f"{john}/hold/release")
    assert (answer.status_code, "not on hold" in answer.text) == (409, True)


async def test_a_hold_over_http_tells_where_the_customer_stands_and_what_came_of_it(instance, browser, john):
    path = "/api/v1/billing/customers/john-doe/hold"
    today = instance.now().date()
    answer = await browser.post(path, json={"until": str(today), "because": "asked for it"})
    assert answer.status_code == 201
    assert answer.json()["events"] == []
    account = (await browser.get("/api/v1/billing/customers/john-doe")).json()
    assert (account["held_until"], account["held_because"]) == (str(today), "asked for it")
    released = await browser.post(f"{path}/release")
    assert (released.status_code, released.json()["customer"]["held_until"]) == (200, None)
    assert (await browser.post(f"{path}/release")).status_code == 409
    assert (await browser.post(path, json={"until": "2001-01-01", "because": "asked for it"})).status_code == 422
    assert (await browser.post(path.replace("john", "jane"), json={"until": str(today), "because": "x"})).status_code == 404
    async with a_browser(instance, Role.ADMINISTRATOR) as administrator:
        trail = (await administrator.get("/api/v1/audit")).text
    assert "putting collection on hold" in trail
    assert "asked for it" not in trail


async def test_a_viewer_sees_the_account_masked_and_can_not_bill(instance, browser, viewer, john):
    await browser.post(f"{john}/charges", data={"amount": "30", "text": "Internet"})
    await browser.post(f"{john}/invoices")
    await browser.post(f"{john}/payments", data={"amount": "30"})
    today = str(instance.now().date())
    await browser.post(f"{john}/hold", data={"until": today, "because": "John Doe is ill"})
    for path in (
        john,
        "/customers",
        "/customers?search=john-doe",
        "/api/v1/billing/customers",
        "/api/v1/billing/customers/john-doe",
    ):
        assert "John Doe" in await page(browser, path), path
        masked = await page(viewer, path)
        for secret in ("John Doe", "+12025550123", "john@example.com", "Doe Industries", "Visa 4242", "is ill"):
            assert secret not in masked, path
        assert "john-doe" in masked
    assert "<form" not in (await page(viewer, john)).partition("<main")[2]
    assert f"Collection is on hold through {today}: •••" in words(await page(viewer, john))
    form = {"amount": "1", "text": "x", "until": today, "because": "x"}
    for action in ("payments", "charges", "invoices", "hold", "hold/release"):
        assert (await viewer.post(f"{john}/{action}", data=form)).status_code == 403
