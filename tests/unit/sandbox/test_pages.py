from __future__ import annotations

import re
from html.parser import HTMLParser

import httpx2
import pytest

from duebell.sandbox.behaviour import Behaviour
from duebell.sandbox.handset import HANDSETS_SHOWN, MESSAGES_SHOWN
from duebell.sandbox.serving import Sandbox
from unit.sandbox.mail import bring, mail_of
from unit.sandbox.odoo_sender import JOHN_DOE, OdooSender, to


class Loaded(HTMLParser):
    """What a page loads by itself: scripts, styles, pictures, frames."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        address = named.get("href") if tag == "link" else named.get("src")
        if address is not None:
            self.addresses.append(address)


async def test_a_phone_shows_its_owner_its_texts_and_what_became_of_them(
    sandbox: Sandbox, odoo: OdooSender, web: httpx2.AsyncClient
) -> None:
    sandbox.phone.label(JOHN_DOE, "John Doe")
    await odoo.send(to(JOHN_DOE, "Your invoice 17 is ready"))
    sandbox.phone.switch(Behaviour(outcome="insufficient_credit"), JOHN_DOE)
    await odoo.send(to(JOHN_DOE, "Your invoice 17 is overdue"))

    page = (await web.get("/")).text

    assert page.count('class="handset"') == 1
    assert "John Doe" in page
    assert "+1 202-555-0143" in page
    assert page.index("Your invoice 17 is ready") < page.index("Your invoice 17 is overdue")
    assert page.index("Delivered") < page.index("Refused: no credit")


async def test_a_label_shows_a_phone_before_its_first_text(sandbox: Sandbox, web: httpx2.AsyncClient) -> None:
    sandbox.phone.label(JOHN_DOE, "John Doe")

    assert "No texts" in (await web.get("/")).text


async def test_an_empty_page_says_where_to_point_odoo(sandbox: Sandbox, web: httpx2.AsyncClient) -> None:
    assert f"<code>{sandbox.phone_url}</code>" in (await web.get("/")).text
    assert f"<code>{sandbox.smtp_host}:{sandbox.smtp_port}</code>" in (await web.get("/mail")).text


async def test_a_text_is_never_taken_for_markup(sandbox: Sandbox, odoo: OdooSender, web: httpx2.AsyncClient) -> None:
    sandbox.phone.label(JOHN_DOE, '"><img src=x>')
    await odoo.send(to(JOHN_DOE, '<script>alert("1")</script>'), to("<u>1</u>", "x"))

    page = (await web.get("/")).text

    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "<img src=x>" not in page
    assert "<u>1</u>" not in page


async def test_a_link_in_a_text_can_be_followed_and_nothing_else_can(odoo: OdooSender, web: httpx2.AsyncClient) -> None:
    await odoo.send(to(JOHN_DOE, "Pay at http://127.0.0.1:8069/pay?a=1&b=2 or javascript:alert(1)"))

    page = (await web.get("/")).text

    assert 'href="http://127.0.0.1:8069/pay?a=1&amp;b=2"' in page
    assert 'href="javascript:' not in page


async def test_a_text_finds_its_own_direction(odoo: OdooSender, web: httpx2.AsyncClient) -> None:
    await odoo.send(to(JOHN_DOE, "החשבונית שלך מוכנה"))

    assert '<p dir="auto">החשבונית שלך מוכנה</p>' in (await web.get("/")).text


async def test_the_page_stays_small_however_many_were_texted(odoo: OdooSender, web: httpx2.AsyncClient) -> None:
    await odoo.send(*(to(f"+120255{place:05d}") for place in range(HANDSETS_SHOWN + 3)))
    await odoo.send(*(to("+12025500000", f"text {place}") for place in range(MESSAGES_SHOWN + 5)))

    page = (await web.get("/")).text

    assert page.count('class="handset"') == HANDSETS_SHOWN
    assert "3 more phones" in page
    assert "6 earlier" in page  # the first text and five of the later ones
    assert f"text {MESSAGES_SHOWN + 4}<" in page
    assert "text 4<" not in page


async def test_a_look_costs_nothing_while_nothing_changes(odoo: OdooSender, web: httpx2.AsyncClient) -> None:
    first = await web.get("/")
    unchanged = await web.get("/", headers={"If-None-Match": first.headers["ETag"]})
    await odoo.send(to(JOHN_DOE, "news"))
    changed = await web.get("/", headers={"If-None-Match": first.headers["ETag"]})

    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert changed.status_code == 200
    assert "news" in changed.text


@pytest.mark.parametrize("path", ["/", "/mail"])
async def test_a_page_loads_only_what_the_sandbox_itself_serves(
    sandbox: Sandbox, odoo: OdooSender, web: httpx2.AsyncClient, path: str
) -> None:
    await odoo.send(to(JOHN_DOE))
    await bring(sandbox, mail_of(html="<p>Ready</p>"), "john.doe@example.com")

    page = await web.get(path)
    loaded = Loaded(page.text).addresses

    assert loaded
    assert all(re.fullmatch(r"/static/[a-z.]+", address) for address in loaded)
    assert [(await web.get(address)).status_code for address in loaded] == [200] * len(loaded)
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
