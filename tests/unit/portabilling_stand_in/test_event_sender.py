from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from itertools import pairwise

import pytest

from builders import usd
from duebell.errors import InvalidValue
from duebell.sandbox.portabilling.nuisances import Nuisances
from duebell.sandbox.portabilling.sending import Sending
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from unit.portabilling_stand_in.receiver import SILENCE, Receiver, repeated
from waiting import until


def twenty_events(stand_in: PortaBillingStandIn) -> None:
    for number in range(20):
        stand_in.sender.say("Invoice/New", {"i_invoice": str(number)})


async def test_a_month_is_told_in_portabillings_own_words(stand_in: PortaBillingStandIn, receiver: Receiver) -> None:
    stand_in.invoice("john-doe", usd("30"))
    stand_in.pay("john-doe", usd("10"))
    stand_in.advance(30)
    stand_in.pay("john-doe", usd("20"))
    stand_in.send_to(receiver.sending())
    await stand_in.settled()

    assert receiver.types == [
        "Customer/New",
        "Invoice/New",
        "Customer/BalanceChanged",
        "Invoice/AmountPaid/Changed",
        "Invoice/Status/Changed",
        "Customer/BalanceChanged",
        "Invoice/Status/Changed",
        "Customer/Status/Suspended",
        "Invoice/AmountPaid/Changed",
        "Invoice/Status/Changed",
        "Customer/BalanceChanged",
        "Customer/Status/SuspensionRemoved",
    ]
    assert [one["curr_status"] for one in receiver.of("Invoice/Status/Changed")] == ["partially paid", "overdue", "paid"]
    assert receiver.bodies[1] == {
        "event_type": "Invoice/New",
        "variables": {
            "i_event": "2",
            "i_customer": "1",
            "i_invoice": "1",
            "i_env": "1",
            "event_time": "2026-11-23 09:30:00",
        },
    }


async def test_200_removes_an_event_and_anything_else_but_4xx_sends_it_again(
    stand_in: PortaBillingStandIn, receiver: Receiver
) -> None:
    answers = [503, 500, 302, 204, 200]
    receiver.answer = lambda post: answers[post - 1]
    stand_in.send_to(receiver.sending())

    await stand_in.settled()

    assert receiver.types == ["Customer/New"] * 5
    assert receiver.bodies[0] == receiver.bodies[-1]
    assert stand_in.sender.counts.taken == 1
    assert stand_in.sender.counts.again == 4


@pytest.mark.parametrize("status", [400, 401, 404, 413, 429])
async def test_an_event_that_is_answered_4xx_is_lost_and_shown(
    stand_in: PortaBillingStandIn, receiver: Receiver, status: int
) -> None:
    receiver.answer = lambda _: status
    stand_in.send_to(receiver.sending())

    await stand_in.settled()

    assert [event.type for event in stand_in.sender.lost] == ["Customer/New"]
    assert stand_in.sender.counts.lost == 1
    assert receiver.numbers == [1]


async def test_silence_sends_an_event_again(stand_in: PortaBillingStandIn, receiver: Receiver) -> None:
    receiver.answer = lambda post: SILENCE if post == 1 else 200
    stand_in.send_to(receiver.sending(silence=0.1))

    await stand_in.settled()

    assert receiver.numbers == [1, 1]


async def test_events_wait_while_nobody_listens_and_none_is_lost(stand_in: PortaBillingStandIn, receiver: Receiver) -> None:
    twenty_events(stand_in)
    stand_in.send_to(Sending(url="http://127.0.0.1:1/nobody", rate=10_000, pause=0.01))
    while stand_in.sender.counts.again < 30:
        await asyncio.sleep(0.01)

    stand_in.send_to(receiver.sending())
    await stand_in.settled()

    assert sorted(receiver.numbers) == list(range(1, 22))
    assert not stand_in.sender.lost


async def test_the_rate_is_kept(stand_in: PortaBillingStandIn, receiver: Receiver) -> None:
    began = asyncio.get_running_loop().time()
    twenty_events(stand_in)
    stand_in.send_to(receiver.sending(rate=100))
    await stand_in.settled()

    assert asyncio.get_running_loop().time() - began >= 0.2
    assert receiver.numbers == list(range(1, 22))


async def test_several_posts_may_be_under_way_at_once(stand_in: PortaBillingStandIn, receiver: Receiver) -> None:
    receiver.answer = lambda post: SILENCE if post <= 4 else 200
    twenty_events(stand_in)
    stand_in.send_to(receiver.sending(at_once=5, silence=600))
    while len(receiver.bodies) < 21:
        await asyncio.sleep(0.01)

    assert sorted(receiver.numbers) == list(range(1, 22))


async def test_events_go_only_to_this_machine(stand_in: PortaBillingStandIn) -> None:
    with pytest.raises(InvalidValue, match="this machine only"):
        stand_in.send_to(Sending(url="https://duebell.example.com/events"))


async def test_each_way_to_authorize_shows_the_password(stand_in: PortaBillingStandIn, receiver: Receiver) -> None:
    ways = [
        {"authorization": "basic", "user": "espf"},
        {"authorization": "header", "header": "X-Api-Key"},
        {"authorization": "signature", "header": "X-Signature"},
    ]
    for way in ways:
        stand_in.send_to(receiver.sending(password="long secret", **way))
        stand_in.sender.say("Customer/Updated", {"i_customer": "1"})
        await stand_in.settled()

    basic, header, signature = receiver.headers[-3:]
    body = json.dumps(receiver.bodies[-1]).encode()
    assert basic["authorization"] == "Basic " + base64.b64encode(b"espf:long secret").decode()
    assert header["x-api-key"] == "long secret"
    assert signature["x-signature"] == hmac.new(b"long secret", body, hashlib.sha256).hexdigest()
    assert header["content-type"] == "application/json"
    assert header["date"] == "Mon, 23 Nov 2026 09:30:00 GMT"


# --- nuisances ---------------------------------------------------------------------------------------------------------


async def test_duplicates_are_the_same_event_twice(stand_in: PortaBillingStandIn, receiver: Receiver) -> None:
    stand_in.switch(Nuisances(duplicate_rate=1))
    twenty_events(stand_in)
    stand_in.send_to(receiver.sending())
    await stand_in.settled()

    assert repeated(receiver.numbers) == set(range(2, 22))
    assert stand_in.sender.counts.duplicated == 20
    first, second = receiver.bodies[-2:]
    assert first == second


async def test_disorder_loses_nothing(stand_in: PortaBillingStandIn, receiver: Receiver) -> None:
    twenty_events(stand_in)
    stand_in.switch(Nuisances(disorder=10))
    stand_in.send_to(receiver.sending())
    await stand_in.settled()

    assert sorted(receiver.numbers) == list(range(1, 22))
    assert any(later < earlier for earlier, later in pairwise(receiver.numbers))


async def test_of_queued_statuses_of_a_customer_only_the_latest_is_sent(
    stand_in: PortaBillingStandIn, receiver: Receiver
) -> None:
    stand_in.switch(Nuisances(coalescing=True))
    for customer, status in [("1", "Limited"), ("2", "Limited"), ("1", "Suspended"), ("1", "SuspensionRemoved")]:
        stand_in.sender.say(f"Customer/Status/{status}", {"i_customer": customer})
    stand_in.send_to(receiver.sending())
    await stand_in.settled()

    told = [(body["event_type"].rpartition("/")[2], body["variables"]["i_customer"]) for body in receiver.bodies]
    assert told == [("New", "1"), ("Limited", "2"), ("Suspended", "1"), ("SuspensionRemoved", "1")]
    assert stand_in.sender.counts.coalesced == 1


async def test_a_status_that_waits_to_be_sent_again_is_coalesced_too(
    stand_in: PortaBillingStandIn, receiver: Receiver
) -> None:
    stand_in.switch(Nuisances(coalescing=True))
    receiver.answer = lambda post: 503 if receiver.types[post - 1].endswith("Limited") else 200
    stand_in.sender.say("Customer/Status/Limited", {"i_customer": "1"})
    stand_in.send_to(receiver.sending(pause=600))
    await until(lambda: stand_in.sender.counts.again)

    stand_in.sender.say("Customer/Status/Suspended", {"i_customer": "1"})
    await stand_in.settled()

    assert receiver.types[-1] == "Customer/Status/Suspended"
    assert stand_in.sender.counts.coalesced == 1


async def test_thin_events_of_version_1_have_only_the_id_of_what_they_are_about(
    stand_in: PortaBillingStandIn, receiver: Receiver
) -> None:
    stand_in.switch(Nuisances(thin=True, version=1, numbers="numbers"))
    stand_in.invoice("john-doe", usd("30"))
    stand_in.send_to(receiver.sending())
    await stand_in.settled()

    assert [body["variables"] for body in receiver.bodies[1:]] == [
        {"i_event": 2, "i_invoice": 1},
        {"i_event": 3, "i_customer": 1},
    ]


async def test_old_names_and_grouped_types(stand_in: PortaBillingStandIn, receiver: Receiver) -> None:
    stand_in.switch(Nuisances(names="old", grouped=True))
    stand_in.invoice("john-doe", usd("30"))
    stand_in.advance(30)
    stand_in.pay("john-doe", usd("30"))
    stand_in.send_to(receiver.sending())
    await stand_in.settled()

    assert receiver.types == [
        "Customer/New",
        "Invoice/Created",
        "Customer/BalanceChanged",
        "Invoice/Status/Changed",
        "Customer/Status/Suspend",
        "Invoice/Updated",
        "Invoice/Status/Changed",
        "Customer/BalanceChanged",
        "Customer/Status/Unsuspend",
    ]
