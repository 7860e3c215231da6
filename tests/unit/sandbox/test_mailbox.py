from __future__ import annotations

import smtplib

import httpx2
import pytest

from duebell.sandbox.serving import Sandbox
from unit.sandbox.clock import StandingClock
from unit.sandbox.mail import bring, mail_of

JOHN = "john.doe@example.com"
OTHER = "customer@example.com"


async def test_a_mail_is_kept_with_all_that_a_test_asks_for(sandbox: Sandbox, clock: StandingClock) -> None:
    await bring(sandbox, mail_of("Fällig: 30,00 €\n", html="<p>30,00 €</p>\n", subject="Rechnung 17 fällig"), JOHN)

    [mail] = sandbox.mailbox.mails()
    assert mail.sender == "Billing <billing@provider.example>"
    assert mail.to == (JOHN,)
    assert mail.subject == "Rechnung 17 fällig"
    assert mail.text == "Fällig: 30,00 €\n"
    assert mail.html == "<p>30,00 €</p>\n"
    assert ("To", "John Doe <john.doe@example.com>") in mail.headers
    assert mail.received_at == clock.time


async def test_hidden_copies_are_known_by_the_addresses_that_smtp_named(sandbox: Sandbox) -> None:
    await bring(sandbox, mail_of(), JOHN, OTHER)

    [mail] = sandbox.mailbox.mails(OTHER)
    assert mail.to == (JOHN, OTHER)


async def test_an_address_switched_to_refusal_is_refused_until_it_is_switched_back(
    sandbox: Sandbox, web: httpx2.AsyncClient
) -> None:
    await web.post("/mail/refusals", json={"address": JOHN})
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        await bring(sandbox, mail_of(), JOHN.upper())
    await bring(sandbox, mail_of(), OTHER)
    await web.post("/mail/refusals", json={"address": JOHN, "refused": False})
    await bring(sandbox, mail_of(), JOHN)

    assert refused.value.recipients[JOHN.upper()][0] == 550
    assert [mail.to for mail in sandbox.mailbox.mails()] == [(OTHER,), (JOHN,)]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Subject: x\r\nContent-Type: text/plain; charset=klingon\r\n\r\nqapla\r\n", "qapla\n"),
        (b"\r\nno header at all\r\n", "no header at all\n"),
        (b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b--\r\n", ""),
        (b"Content-Type: text/html\r\n\r\n<p>only HTML</p>\r\n", ""),
    ],
)
async def test_a_badly_made_mail_is_kept_all_the_same(sandbox: Sandbox, raw: bytes, text: str) -> None:
    await bring(sandbox, raw, JOHN)

    [mail] = sandbox.mailbox.mails(JOHN)
    assert mail.text == text


async def test_mail_is_listed_for_an_address_and_since_a_time(
    sandbox: Sandbox, web: httpx2.AsyncClient, clock: StandingClock
) -> None:
    await bring(sandbox, mail_of(subject="early"), JOHN)
    clock.move(minutes=1)
    await bring(sandbox, mail_of(subject="late"), OTHER)

    of_john = (await web.get("/mail/messages", params={"to": JOHN})).json()
    late = (await web.get("/mail/messages", params={"since": clock.time.isoformat()})).json()

    assert [mail["subject"] for mail in of_john] == ["early"]
    assert [mail["subject"] for mail in late] == ["late"]
    assert of_john[0]["from"] == "Billing <billing@provider.example>"


async def test_clearing_forgets_the_mail_and_gives_no_id_twice(sandbox: Sandbox, web: httpx2.AsyncClient) -> None:
    await bring(sandbox, mail_of(), JOHN)
    await web.delete("/mail/messages")
    await bring(sandbox, mail_of(subject="after"), JOHN)

    assert [(mail.id, mail.subject) for mail in sandbox.mailbox.mails()] == [(2, "after")]
    assert (await web.get("/mail", params={"mail": 1})).status_code == 404


async def test_the_mail_page_lists_the_newest_first_and_opens_it(sandbox: Sandbox, web: httpx2.AsyncClient) -> None:
    await bring(sandbox, mail_of("first body", subject="Invoice 17"), JOHN)
    await bring(sandbox, mail_of("second body", subject="Overdue & blocked"), JOHN)

    page = (await web.get("/mail")).text
    opened = (await web.get("/mail", params={"mail": 1})).text

    assert page.index("Overdue &amp; blocked") < page.index("Invoice 17")
    assert '<pre dir="auto">second body' in page
    assert '<pre dir="auto">first body' in opened


async def test_html_is_shown_in_a_frame_where_no_script_runs(sandbox: Sandbox, web: httpx2.AsyncClient) -> None:
    await bring(sandbox, mail_of(html='<p class="a">Pay</p><script>alert(1)</script>'), JOHN)

    page = (await web.get("/mail")).text

    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert "&lt;p class=&#34;a&#34;&gt;Pay&lt;/p&gt;&lt;script&gt;" in page
    assert "<script>alert" not in page


async def test_a_mail_shows_as_plain_text_and_by_its_headers_too(sandbox: Sandbox, web: httpx2.AsyncClient) -> None:
    await bring(sandbox, mail_of("plain <words>", html="<p>HTML</p>"), JOHN)

    text = (await web.get("/mail", params={"mail": 1, "view": "text"})).text
    headers = (await web.get("/mail", params={"mail": 1, "view": "headers"})).text

    assert "plain &lt;words&gt;" in text
    assert "<iframe" not in text
    assert "John Doe &lt;john.doe@example.com&gt;" in headers
