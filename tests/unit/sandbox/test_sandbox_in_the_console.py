"""The console's page of a sandbox that runs beside: what came in, billing's clock, and who may see it."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest

from builders import Clock
from console_pages import a_browser, an_instance
from duebell.billing.customer import BillingCustomer
from duebell.console.access.principal import Role
from duebell.errors import InvalidValue
from duebell.instance import Instance
from duebell.sandbox.beside import SHOWN, SandboxBeside
from duebell.sandbox.serving import Sandbox
from duebell.settings import Settings
from unit.inlet.raw_world import configure
from unit.sandbox.mail import bring, mail_of
from unit.sandbox.odoo_sender import INVOICE, JOHN_DOE, OdooSender, to

SOMEBODY = "+12025550178"
MARKUP = "<script>alert(1)</script> &amp; more"


@pytest.fixture
def instance(tmp_path: Path, sandbox: Sandbox) -> Iterator[Instance]:
    """A Duebell that was told of the sandbox."""
    instance = Instance(Settings(data=tmp_path / "data", sandbox=sandbox.phone_url), now=Clock())
    yield instance
    instance.close()


@pytest.fixture
async def browser(instance: Instance) -> AsyncIterator[httpx2.AsyncClient]:
    async with a_browser(instance) as browser:
        yield browser


async def page(browser: httpx2.AsyncClient, path: str = "/sandbox") -> str:
    answer = await browser.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def words(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


async def test_an_empty_sandbox_says_what_it_is_and_that_nothing_came(browser: httpx2.AsyncClient) -> None:
    text = words(await page(browser))

    for said in ("A stand-in", "No text and no mail below reached a customer", "No text came yet", "No mail came yet"):
        assert said in text


async def test_texts_show_on_their_phones_and_mails_in_the_mailbox(
    browser: httpx2.AsyncClient, sandbox: Sandbox, odoo: OdooSender, web: httpx2.AsyncClient
) -> None:
    await web.post("/labels", json={"number": JOHN_DOE, "label": "John Doe"})
    await web.post("/behaviour", json={"number": SOMEBODY, "outcome": "not_delivered"})
    await odoo.send(to(JOHN_DOE), to(SOMEBODY, MARKUP))
    await odoo.send(to(JOHN_DOE, "Thank you."))
    await bring(sandbox, mail_of(html="<p>HTML</p>"), "john.doe@example.com")

    shown = await page(browser)

    text = words(shown)
    assert re.search(rf"John Doe {re.escape(JOHN_DOE)} Thank you\. Delivered .*{re.escape(INVOICE)} Delivered", text)
    assert re.search(rf"{re.escape(SOMEBODY)} {re.escape(MARKUP)} Not delivered", text)
    assert text.index("John Doe") < text.index(MARKUP), "who was texted last comes first"
    assert "Invoice 17 to john.doe@example.com" in text
    assert "Your invoice 17 is ready." in text
    assert MARKUP not in shown
    assert "HTML</p>" not in shown


async def test_only_the_last_ones_are_shown(browser: httpx2.AsyncClient, odoo: OdooSender) -> None:
    await odoo.send(*(to(JOHN_DOE, f"text number {number}.") for number in range(SHOWN + 1)))

    text = words(await page(browser))

    assert "text number 0." not in text
    assert "text number 1." in text
    assert f"text number {SHOWN}." in text


async def test_who_has_seen_all_is_sent_nothing_until_something_comes(browser: httpx2.AsyncClient, odoo: OdooSender) -> None:
    (again,) = re.findall(r'hx-get="([^"]+)"', (await page(browser)).partition("<main")[2])
    assert (await browser.get(again)).status_code == 204

    await odoo.send(to(JOHN_DOE))

    assert INVOICE in words(await page(browser, again))


async def test_a_day_passes_in_billing_and_nowhere_else(browser: httpx2.AsyncClient, instance: Instance) -> None:
    john = BillingCustomer(external_id="john-doe", name="John Doe", currency="USD")
    await instance.billing(lambda billing: billing.add_customer(john))
    before = await instance.billing(lambda billing: billing.clock())

    answer = await browser.post("/sandbox/advance")

    assert (answer.status_code, answer.headers["location"]) == (303, "/sandbox")
    after = await instance.billing(lambda billing: billing.clock())
    assert (after.now - before.now).days == 1
    assert "24 h ahead of the real one" in words(await page(browser))


async def test_where_another_billing_tells_there_is_no_clock_to_set(browser: httpx2.AsyncClient, instance: Instance) -> None:
    await configure(instance)

    assert "Let a day pass" not in await page(browser)
    assert (await browser.post("/sandbox/advance")).status_code == 409


async def test_a_sandbox_that_is_gone_is_said_to_be_and_the_clock_goes_on(tmp_path: Path, sandbox: Sandbox) -> None:
    url = sandbox.phone_url.replace(sandbox.phone_url.rpartition(":")[2], "1")
    instance = Instance(Settings(data=tmp_path / "data", sandbox=url), now=Clock())
    async with a_browser(instance) as browser:
        text = words(await page(browser))
    instance.close()

    assert f"No sandbox answers at {url}: start it again" in text
    assert "Let a day pass" in text


async def test_what_answers_but_is_no_sandbox_is_said_to_be_none(odoo: OdooSender, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{odoo.port}"
    instance = Instance(Settings(data=tmp_path / "data", sandbox=url), now=Clock())
    async with odoo.running(), a_browser(instance) as browser:
        assert f"No sandbox answers at {url}" in words(await page(browser))
    instance.close()


async def test_viewers_neither_see_nor_use_it(instance: Instance) -> None:
    async with a_browser(instance, Role.VIEWER) as viewer:
        assert (await viewer.get("/sandbox")).status_code == 403
        assert (await viewer.post("/sandbox/advance")).status_code == 403
        assert "/sandbox" not in await page(viewer, "/customers")


async def test_without_a_sandbox_there_is_no_page_and_no_way_to_it(tmp_path: Path) -> None:
    instance = an_instance(tmp_path / "data", Clock())
    async with a_browser(instance) as browser:
        assert "/sandbox" not in await page(browser, "/customers")
        assert (await browser.get("/sandbox")).status_code == 404
        assert (await browser.post("/sandbox/advance")).status_code == 404
    instance.close()


@pytest.mark.parametrize(
    "url", ["http://sandbox.example.com", "http://10.0.0.7:8471", "file:///etc/passwd", "127.0.0.1:8471"]
)
def test_an_address_beyond_this_machine_is_refused_at_start(url: str) -> None:
    with pytest.raises(InvalidValue, match=r"DUEBELL_SANDBOX: .* write it like http://127"):
        SandboxBeside.at(url)
