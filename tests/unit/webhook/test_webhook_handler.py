"""The handler against a receiver: what it sends, and each way in which a call ends told to the dispatcher."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime, timedelta

import pytest

from builders import NOON
from duebell.espf.handler import (
    BatchRefused,
    ConfigurationRefused,
    EventHandler,
    Outcome,
    Provisioned,
    ProvisioningError,
    RefusalKind,
    Refused,
    SupersededBy,
    TargetDown,
    TargetGone,
    TryAgain,
)
from unit.odoo_crm.owed import owed
from unit.webhook.conftest import Made
from unit.webhook.receiving import OTHER_SECRET, PING, SECRET, Answer, Call, StandIn

# --- what is sent ------------------------------------------------------------------------------------------------------


async def test_an_event_is_one_signed_cloud_event(receiver: StandIn, webhook: Made) -> None:
    ended = await webhook().provision([owed(7, replay=2)])

    (call,) = receiver.calls
    assert call.headers["content-type"] == "application/cloudevents+json"
    assert call.signed_by(SECRET)
    assert abs(int(call.headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 60
    assert call.id == owed(7, replay=2).key
    assert ended == {7: Provisioned(reference=call.id)}


async def test_each_call_has_a_trace_of_its_own(receiver: StandIn, webhook: Made) -> None:
    handler = webhook()
    await handler.provision([owed(1)])
    await handler.provision([owed(2)])

    first, second = (call.headers["traceparent"].split("-") for call in receiver.calls)
    assert (first[0], len(first[1]), len(first[2])) == ("00", 32, 16)
    assert first[1] != second[1]


async def test_the_event_is_as_recorded_with_what_travels_beside_it(receiver: StandIn, webhook: Made) -> None:
    later = SupersededBy(event_id="a-later-event", type="invoice.paid", at=NOON)
    sent = owed(7, replay=2, superseded_by=later)

    await webhook().provision([sent])

    (event,) = receiver.events
    beside = {"epoch": 1, "replay": 2, "notifyby": "2026-11-03T12:00:00Z", "supersededby": "a-later-event"}
    assert event == json.loads(sent.cloud_event) | beside
    assert event["sequence"] == "00000000000000000007"


async def test_an_event_that_still_holds_has_no_superseding_one(receiver: StandIn, webhook: Made) -> None:
    await webhook().provision([owed(1)])

    assert "supersededby" not in receiver.events[0]


async def test_the_same_event_has_the_same_id_each_time_and_another_one_when_replayed(
    receiver: StandIn, webhook: Made
) -> None:
    for replay in (0, 0, 1):
        await webhook().provision([owed(1, replay=replay)])

    first, again, replayed = (call.id for call in receiver.calls)
    assert first == again != replayed


async def test_a_batch_is_one_call_in_its_order_with_an_id_of_its_own(receiver: StandIn, webhook: Made) -> None:
    batch = [owed(3, stream=1), owed(1, stream=1), owed(2)]

    for _ in range(2):
        ended = await webhook(Max_Batch="10").provision(batch)
    await webhook(Max_Batch="10").provision(batch[:2])

    call, again, smaller = receiver.calls
    assert call.headers["content-type"] == "application/cloudevents-batch+json"
    assert [event["sequence"][-1] for event in call.events] == ["3", "1", "2"]
    assert call.id == again.id != smaller.id
    assert ended == dict.fromkeys((3, 1, 2), Provisioned(reference=call.id))


async def test_a_batch_of_one_is_still_a_batch(receiver: StandIn, webhook: Made) -> None:
    await webhook(Max_Batch="10").provision([owed(1)])

    assert receiver.calls[0].headers["content-type"] == "application/cloudevents-batch+json"
    assert isinstance(json.loads(receiver.calls[0].body), list)


async def test_minimal_events_say_nothing_of_who_the_customer_is(receiver: StandIn, webhook: Made) -> None:
    await webhook(Fields="minimal").provision([owed(1)])

    (call,) = receiver.calls
    for personal in ("John Doe", "+12025550123", "john@example.com", "New_York", "en-US"):
        assert personal.encode() not in call.body
    (event,) = call.events
    assert event["data"]["customer"] == {"external_id": "john-doe"}
    assert event["data"]["invoice"]["outstanding"] == {"amount": "30.00", "currency": "USD"}
    assert event["dataschema"] == "urn:duebell:invoice.generated:1:minimal"
    assert (event["replay"], event["epoch"]) == (0, 1)


async def test_while_a_secret_is_replaced_calls_are_signed_by_both_the_newest_first(
    receiver: StandIn, webhook: Made
) -> None:
    receiver.secrets = (OTHER_SECRET,)

    ended = await webhook(Secret=SECRET, Previous_Secret=OTHER_SECRET).provision([owed(1)])

    assert isinstance(ended[1], Provisioned)
    (call,) = receiver.calls
    assert call.signed_by(SECRET)
    newest = Call(call.target, call.headers | {"webhook-signature": call.headers["webhook-signature"].split()[0]}, call.body)
    assert newest.signed_by(SECRET)


def is_an_event_handler(handler: EventHandler) -> EventHandler:
    return handler


async def test_it_is_an_event_handler(webhook: Made) -> None:
    assert is_an_event_handler(webhook(Max_Batch="10")).max_batch == 10


# --- it goes wrong -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "end", "says"),
    [
        (301, ConfigurationRefused, "set URL to where it leads"),
        ((307, {"Location": "http://169.254.169.254/"}), ConfigurationRefused, "never sent on"),
        (400, ConfigurationRefused, "Even a test event is refused"),
        (401, ConfigurationRefused, "the same secret"),
        (403, ConfigurationRefused, "the same secret"),
        (404, ConfigurationRefused, "correct URL"),
        (405, ConfigurationRefused, "correct URL"),
        (410, TargetGone, "gone for good"),
        (415, ConfigurationRefused, "doesn't take CloudEvents"),
        (422, ConfigurationRefused, "Even a test event is refused"),
        (429, TargetDown, "can't take calls now"),
        (500, TargetDown, "its own log tells why"),
        (503, TargetDown, "can't take calls now"),
        (599, TargetDown, "its own log tells why"),
    ],
)
async def test_a_receiver_that_takes_nothing_costs_no_event(
    receiver: StandIn, webhook: Made, answer: Answer, end: type[ProvisioningError], says: str
) -> None:
    receiver.answer = receiver.trials = lambda _call: answer

    for options, batch in (({}, [owed(1)]), ({"Max_Batch": "10"}, [owed(1), owed(2)])):
        with pytest.raises(ProvisioningError, match=says) as raised:
            await webhook(**options).provision(batch)

        assert type(raised.value) is end
        assert raised.value.status == (answer[0] if isinstance(answer, tuple) else answer)
        assert f"(HTTP {raised.value.status}, {receiver.url})" in raised.value.because


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (400, Refused),
        (409, Refused),
        (413, Refused),
        (422, Refused),
        (302, TryAgain),
        (401, TryAgain),
        (403, TryAgain),
        (404, TryAgain),
        (408, TryAgain),
        (500, TryAgain),
        (502, TryAgain),
        (504, TryAgain),
    ],
)
async def test_an_event_is_at_fault_only_when_a_test_event_is_taken(
    receiver: StandIn, webhook: Made, answer: int, outcome: type[Outcome]
) -> None:
    receiver.answer = lambda _call: answer

    ended = await webhook().provision([owed(1)])

    assert isinstance(ended[1], outcome)
    assert f"HTTP {answer}" in ended[1].because
    if isinstance(ended[1], Refused):
        assert ended[1].kind is RefusalKind.EVENT
    assert [call.is_trial for call in receiver.came] == [False, True]


@pytest.mark.parametrize("answer", [400, 413, 500, 404])
async def test_a_batch_is_refused_as_a_whole_so_that_smaller_calls_find_the_culprit(
    receiver: StandIn, webhook: Made, answer: int
) -> None:
    receiver.answer = lambda _call: answer

    with pytest.raises(BatchRefused) as raised:
        await webhook(Max_Batch="10").provision([owed(1), owed(2)])

    assert raised.value.status == answer


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        ("30", NOON + timedelta(seconds=30)),
        ("Sun, 01 Nov 2026 12:05:00 GMT", NOON + timedelta(minutes=5)),
        ("86400", NOON + timedelta(minutes=15)),
        ("later", None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_a_wish_to_be_left_alone_is_granted_in_reason(
    receiver: StandIn, webhook: Made, status: int, asked: str, granted: datetime | None
) -> None:
    receiver.answer = lambda _call: (status, {"Retry-After": asked})

    with pytest.raises(TargetDown) as raised:
        await webhook(lambda: NOON).provision([owed(1)])

    assert raised.value.not_before == granted
    assert len(receiver.came) == 1, "who asks to be left alone gets no test event"


async def test_silence_is_waited_for_no_longer_than_allowed_and_is_no_refusal(receiver: StandIn, webhook: Made) -> None:
    receiver.answer = lambda _call: None

    ended = await webhook().provision([owed(1)])

    assert isinstance(ended[1], TryAgain)
    assert "no whole answer came within the time allowed" in ended[1].because


async def test_a_receiver_that_does_not_run_is_down(webhook: Made) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, so that nobody else gets it, and not listening
        with pytest.raises(TargetDown, match="Nothing accepts connections"):
            await webhook(URL=f"http://127.0.0.1:{taken.getsockname()[1]}/").provision([owed(1)])


async def test_a_private_address_that_is_not_allowed_is_not_called(receiver: StandIn, webhook: Made) -> None:
    with pytest.raises(ConfigurationRefused, match=r"isn't named in Allowed_Hosts.*name the private host"):
        await webhook(Allowed_Hosts="other.internal").provision([owed(1)])

    assert receiver.came == []


async def test_a_receiver_that_forgets_its_secret_costs_no_event(receiver: StandIn, webhook: Made) -> None:
    receiver.secrets = (OTHER_SECRET,)

    with pytest.raises(ConfigurationRefused, match="give both sides the same secret"):
        await webhook().provision([owed(1)])


async def test_the_evidence_holds_no_secret_of_the_address(receiver: StandIn, webhook: Made) -> None:
    receiver.answer = lambda _call: 410

    with pytest.raises(TargetGone) as raised:
        await webhook(URL=f"{receiver.url}?token=s3cret").provision([owed(1)])

    assert receiver.calls[0].target == "/hook?token=s3cret"
    assert "s3cret" not in str(raised.value)


# --- probe -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batched", ["1", "10"])
async def test_the_probe_is_a_signed_test_event_about_no_customer(receiver: StandIn, webhook: Made, batched: str) -> None:
    await webhook(Max_Batch=batched).probe()

    (call,) = receiver.came
    (event,) = call.events
    assert call.signed_by(SECRET)
    assert (event["type"], event["data"], event["id"]) == (PING, {}, call.id)
    assert isinstance(json.loads(call.body), list) == (batched != "1")


@pytest.mark.parametrize(
    ("answer", "end"),
    [(204, None), (410, TargetGone), (401, ConfigurationRefused), (400, ConfigurationRefused), (500, TargetDown)],
)
async def test_the_probe_passes_only_when_the_test_event_is_taken(
    receiver: StandIn, webhook: Made, answer: int, end: type[ProvisioningError] | None
) -> None:
    receiver.trials = lambda _call: answer

    if end is None:
        await webhook().probe()
    else:
        with pytest.raises(ProvisioningError) as raised:
            await webhook().probe()
        assert type(raised.value) is end
