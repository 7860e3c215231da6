from __future__ import annotations

import httpx2
import pytest

from duebell.sandbox.phone import Counts
from duebell.sandbox.serving import Sandbox
from unit.sandbox.clock import StandingClock
from unit.sandbox.odoo_sender import INVOICE, JOHN_DOE, OdooSender, new_uuid, to


async def test_each_number_of_a_message_is_answered_by_its_uuid(sandbox: Sandbox, odoo: OdooSender) -> None:
    ours, others = new_uuid(), new_uuid()
    numbers = [{"uuid": ours, "number": JOHN_DOE}, {"uuid": others, "number": "+12025550178"}]

    result = await odoo.send({"content": INVOICE, "numbers": numbers})

    assert result == [
        {"uuid": ours, "state": "success", "credit": 1},
        {"uuid": others, "state": "success", "credit": 1},
    ]
    assert [text.content for text in sandbox.phone.texts(JOHN_DOE)] == [INVOICE]
    assert [text.uuid for text in sandbox.phone.texts("+12025550178")] == [others]


async def test_a_text_is_kept_with_all_that_a_test_asks_for(
    sandbox: Sandbox, odoo: OdooSender, clock: StandingClock
) -> None:
    await odoo.send(to(JOHN_DOE, "ж" * 71, uuid="a" * 32))

    [text] = sandbox.phone.texts(JOHN_DOE)
    assert (text.uuid, text.number, text.content) == ("a" * 32, JOHN_DOE, "ж" * 71)
    assert (text.received_at, text.state) == (clock.time, "delivered")
    assert (text.encoding, text.parts) == ("UCS-2", 2)


@pytest.mark.parametrize("number", ["0155 555", "12025550143", "+1 202 555 0143", "+0123456789", "", False])
async def test_a_number_that_is_not_e164_is_refused_by_itself(
    sandbox: Sandbox, odoo: OdooSender, number: str | bool
) -> None:
    good, bad = to(JOHN_DOE), {"content": INVOICE, "numbers": [{"uuid": new_uuid(), "number": number}]}

    result = await odoo.send(good, bad)

    assert [each["state"] for each in result] == ["success", "wrong_number_format"]
    assert sandbox.phone.counts().texts == 1
    assert sandbox.phone.texts(number or "") == []


async def test_posts_messages_and_repeated_uuids_are_counted(sandbox: Sandbox, odoo: OdooSender) -> None:
    again = new_uuid()

    await odoo.send(to(JOHN_DOE, uuid=again), to("+12025550178"))
    await odoo.send(to(JOHN_DOE, uuid=again))

    assert sandbox.phone.counts() == Counts(posts=2, messages=3, uuids=2, repeated=1, texts=3, doubled=1)


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("not JSON", "body: Invalid JSON"),
        ('{"jsonrpc": "2.0", "params": {}}', "params.messages: Field required"),
        (
            '{"jsonrpc": "2.0", "params": {"messages": [{"content": "x", "numbers": [{"uuid": "A-1", "number": "1"}]}]}}',
            "params.messages.0.numbers.0.uuid: String should match pattern '^[0-9a-f]{32}$'",
        ),
    ],
)
async def test_an_ill_formed_call_is_refused_in_a_sentence_that_odoo_shows(
    sandbox: Sandbox, web: httpx2.AsyncClient, body: str, complaint: str
) -> None:
    answer = await web.post("/api/sms/3/send", content=body)

    error = answer.json()["error"]["data"]
    assert error["name"].endswith(".UserError")
    assert error["message"].startswith(f"The phone can't take this call: {complaint}")
    assert sandbox.phone.counts() == Counts(posts=1)


async def test_ten_thousand_messages_in_posts_of_five_hundred_are_all_kept(sandbox: Sandbox, odoo: OdooSender) -> None:
    for post in range(20):
        await odoo.send(*(to(f"+1202{post:03d}{place:04d}") for place in range(500)), webhook_url=False)

    assert sandbox.phone.counts() == Counts(posts=20, messages=10_000, uuids=10_000, texts=10_000)
