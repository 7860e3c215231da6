"""What was sent of an event: asked of an Odoo while somebody looks, over the page and the API."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest

from builders import Clock, a_customer, a_happening, a_standing, an_invoice, generated
from console_pages import a_browser, an_instance
from duebell.console.access.principal import Role
from duebell.events import InvoiceGenerated
from duebell.instance import Instance
from duebell.operations import told as operation
from duebell.storage.founding import added
from unit.odoo_crm.stand_in import KEY, STATUS, TOLD, StandIn, a_status, result, silence, told
from unit.operations.conftest import Desk, postponing
from unit.webhook.receiving import SECRET

PERSONAL = ("Erika", "Beispiel", "+49305550123", "305550123", "erika@beispiel.example", "30.00 €", "Ihre Rechnung")
MARKUP = '<script>alert(1)</script><img src=x onerror="alert(2)">'
HTMX = {"HX-Request": "true"}


@pytest.fixture
def odoo(odoo: StandIn) -> StandIn:
    """An Odoo whose addon tells what it sent."""
    odoo.answers[STATUS] = result(a_status(methods=["told"]))
    odoo.answers[TOLD] = lambda call: result({"told": {key: told() for key in call.json["keys"]}})
    return odoo


@dataclass
class ConfiguredDesk(Desk):
    """With the instance whose store it is."""

    instance: Instance = field(kw_only=True)


@pytest.fixture
async def desk(tmp_path: Path, odoo: StandIn) -> AsyncIterator[ConfiguredDesk]:
    """An operator's desk over an instance that is configured for that Odoo."""
    clock = Clock()
    instance = an_instance(tmp_path / "data", clock)
    values = {"API_URL": odoo.url, "API_Access_Key": KEY}
    await instance.configuration(lambda server: server.type("Global", "OdooCRM", values))
    await instance.apply("Global", "OdooCRM", values)
    odoo.calls.clear()  # those of the pairing
    yield ConfiguredDesk(instance._store, clock, instance=instance)
    instance.close()


@asynccontextmanager
async def asking(desk: ConfiguredDesk, role: Role = Role.OPERATOR) -> AsyncIterator[httpx2.AsyncClient]:
    async with a_browser(desk.instance, role) as browser:
        yield browser


async def told_of(desk: ConfiguredDesk) -> str:
    """An event that Odoo has."""
    (event,) = desk.record(generated())
    await desk.dispatch("OdooCRM")
    return event


async def messages_of(desk: ConfiguredDesk, event: str, role: Role = Role.OPERATOR) -> dict[str, Any]:
    """What the API says of the one handler."""
    async with asking(desk, role) as http:
        answer = await http.get(f"/api/v1/events/{event}/messages")
    assert answer.status_code == 200, answer.text
    (said,) = answer.json()["handlers"]
    return said


def words(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


async def test_the_api_quotes_each_message_with_its_state_and_whom_it_went_to(desk: ConfiguredDesk, odoo: StandIn) -> None:
    event = await told_of(desk)
    assert await messages_of(desk, event[:8]) == {
        "handler": "OdooCRM",
        "handler_type": "OdooCRM",
        "because": None,
        "told": [
            {
                "replay": 0,
                "link": f"{odoo.url}/odoo/billing-events/42",
                "partner": {"name": "John Doe", "link": f"{odoo.url}/odoo/contacts/7"},
                "messages": [
                    {
                        "channel": "sms",
                        "recipient": "+12025550123",
                        "subject": None,
                        "text": "Your invoice INV-1: $30.00.",
                        "state": "delivered",
                        "because": None,
                        "at": "2026-11-01T10:42:00Z",
                    }
                ],
            }
        ],
    }


async def test_the_page_shows_the_texts_with_links_and_asks_for_them_by_itself_only(
    desk: ConfiguredDesk, odoo: StandIn
) -> None:
    # given an event that Odoo has
    event = await told_of(desk)
    async with asking(desk) as browser:
        # when its page is looked at, Odoo isn't asked yet
        page = (await browser.get(f"/events/{event}")).text
        assert odoo.called(TOLD) == []
        assert f'hx-get="/events/{event}/messages" hx-trigger="load"' in page
        assert f'<a class="button" href="/events/{event}/messages">' in page
        # and what it then asks for is a part of it, and without scripts a page
        part, whole = [await browser.get(f"/events/{event}/messages", headers=head) for head in (HTMX, {})]
        for shown in (part.text, whole.text):
            assert "SMS to +12025550123 Delivered 2026-11-01 10:42:00 Your invoice INV-1: $30.00." in words(shown)
            assert f'href="{odoo.url}/odoo/contacts/7"' in shown
            assert f'href="{odoo.url}/odoo/billing-events/42"' in shown
    assert "<html" not in part.text
    assert "<html" in whole.text
    assert "Back to the event" in whole.text
    # and nothing of it is kept
    kept = b"".join(path.read_bytes() for path in Path(desk.instance.database).parent.glob("duebell.db*"))
    assert b"Your invoice INV-1" not in kept


async def test_each_telling_is_shown_by_itself_and_a_text_that_is_gone_is_said_to_be(
    desk: ConfiguredDesk, odoo: StandIn
) -> None:
    event = await told_of(desk)
    desk.replay()
    await desk.dispatch("OdooCRM")
    erased = {"channel": "email", "state": "sent", "at": "2026-11-01T10:42:00Z"}
    failed = {"channel": "sms", "state": "failed", "because": "The event has no phone.", "at": "2026-11-01T10:42:00Z"}
    odoo.answers[TOLD] = result({"told": {f"{event}/0": told(messages=[failed]), f"{event}/1": told(messages=[erased])}})
    async with asking(desk) as browser:
        page = words((await browser.get(f"/events/{event}/messages", headers=HTMX)).text)
    assert "SMS Failed 2026-11-01 10:42:00 The event has no phone. Replay 1 To John Doe" in page
    assert "E-mail Sent 2026-11-01 10:42:00 Its text was erased there." in page
    (asked,) = odoo.called(TOLD)
    assert asked.json == {"keys": [f"{event}/0", f"{event}/1"]}


async def test_what_was_never_tried_is_not_asked_for(desk: ConfiguredDesk, odoo: StandIn) -> None:
    (event,) = desk.record(generated())
    async with asking(desk) as browser:
        assert "What was sent" not in (await browser.get(f"/events/{event}")).text
        assert (await browser.get(f"/api/v1/events/{event}/messages")).json() == {"id": event, "handlers": []}
        said = words((await browser.get(f"/events/{event}/messages")).text)
    assert "No handler that sends messages was given this event yet." in said
    assert odoo.calls == []


async def test_what_was_put_off_is_asked_for_since_the_answer_may_have_been_lost(
    desk: ConfiguredDesk, odoo: StandIn
) -> None:
    desk.targets["OdooCRM"].answer = postponing("invoice.generated")
    event = await told_of(desk)
    odoo.answers[TOLD] = result({"told": {}})
    assert (await messages_of(desk, event))["told"] == []
    async with asking(desk) as browser:
        page = words((await browser.get(f"/events/{event}/messages", headers=HTMX)).text)
    assert "Odoo has no record of this event." in page


async def test_an_odoo_that_cannot_be_asked_is_a_sentence_and_can_be_asked_again(
    desk: ConfiguredDesk, odoo: StandIn
) -> None:
    # given an addon from before, an Odoo that is silent, and one that is gone
    event = await told_of(desk)
    odoo.answers[STATUS] = result(a_status(methods=["known"]))
    async with asking(desk) as browser:
        shown = (await browser.get(f"/events/{event}/messages", headers=HTMX)).text
        assert "is too old for this ( told ): upgrade the addon." in words(shown)
        assert re.search(rf'href="/events/{event}/messages" hx-get="[^"]+" hx-target="#messages"[^>]*>Try again<', shown)
        await odoo.stop()
        shown = (await browser.get(f"/events/{event}/messages", headers=HTMX)).text
        assert 'role="alert"' in shown
        assert "Try again" in shown
        # then the event's own page is as it was
        assert (await browser.get(f"/events/{event}")).status_code == 200
    assert "127.0.0.1" in (await messages_of(desk, event))["because"]


async def test_nobody_waits_long_for_an_odoo_that_is_silent(
    desk: ConfiguredDesk, odoo: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operation, "AT_MOST", 0.2)
    event = await told_of(desk)
    odoo.answers[TOLD] = silence
    assert (await messages_of(desk, event))["because"] == "OdooCRM did not answer within 0 seconds."


async def test_a_handler_that_quotes_no_messages_is_left_out(desk: ConfiguredDesk) -> None:
    desk.write(partial(added, type_="Webhook", environment="Global", now=desk.clock()))
    values = {"URL": "https://receiver.example", "Secret": SECRET}
    await desk.instance.configuration(lambda server: server.type("Global", "Webhook", values))
    await desk.instance.configuration(lambda server: server.apply("Global", "Webhook", values))
    (event,) = desk.record(generated())
    await desk.dispatch()
    assert sorted({name for name in desk.targets if desk.sent(name)}) == ["OdooCRM", "Webhook"]
    assert (await messages_of(desk, event))["handler"] == "OdooCRM"


async def test_a_viewer_sees_what_became_of_a_message_and_nothing_personal(desk: ConfiguredDesk, odoo: StandIn) -> None:
    who = {"name": "Erika Beispiel", "phone": "+49305550123", "email": "erika@beispiel.example"}
    fact = InvoiceGenerated(customer=a_customer("c-1", **who), standing=a_standing(), invoice=an_invoice())
    (event,) = desk.record(a_happening(fact))
    await desk.dispatch("OdooCRM")
    message = {
        "subject": "Ihre Rechnung",
        "text": "Erika Beispiel: 30.00 €",
        "state": "failed",
        "at": "2026-11-01T10:42:00Z",
    }
    messages = [
        {**message, "channel": "sms", "recipient": "+49305550123", "because": "+49 30 5550123 can't be called."},
        {**message, "channel": "email", "recipient": "erika@beispiel.example", "because": "Erika Beispiel has no mailbox."},
    ]
    partner = {"id": 7, "name": "Beispiel Bau, Erika Beispiel", "link": "/odoo/contacts/7"}
    odoo.answers[TOLD] = result({"told": {f"{event}/0": told(partner=partner, messages=messages)}})
    for path in (f"/api/v1/events/{event}/messages", f"/events/{event}/messages"):
        async with asking(desk) as operator, asking(desk, Role.VIEWER) as viewer:
            seen, masked = (await operator.get(path)).text, (await viewer.get(path)).text
        assert [one for one in PERSONAL if html.escape(one) not in seen] == []
        assert [one for one in PERSONAL if one in masked] == []
        assert "/odoo/contacts/7" in masked
        assert len(re.findall('"failed"|>Failed<', masked)) == 2
        assert "••• 23" in masked


async def test_markup_in_a_text_is_text(desk: ConfiguredDesk, odoo: StandIn) -> None:
    event = await told_of(desk)
    message = {"channel": "email", "recipient": MARKUP, "subject": MARKUP, "text": MARKUP, "because": MARKUP}
    messages = [{**message, "state": "sent", "at": "2026-11-01T10:42:00Z"}]
    partner = {"id": 7, "name": MARKUP, "link": "/odoo/contacts/7"}
    odoo.answers[TOLD] = result({"told": {f"{event}/0": told(partner=partner, messages=messages)}})
    async with asking(desk) as browser:
        page = (await browser.get(f"/events/{event}/messages")).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert words(page).count(MARKUP) == 5


@pytest.mark.parametrize("path", ["/events/0000/messages", "/api/v1/events/nothing/messages"])
async def test_of_an_event_that_is_not_there_nothing_was_sent(desk: ConfiguredDesk, path: str) -> None:
    async with asking(desk) as browser:
        answer = await browser.get(path)
    assert answer.status_code == 404
    assert "No event has the id" in html.unescape(answer.text)
