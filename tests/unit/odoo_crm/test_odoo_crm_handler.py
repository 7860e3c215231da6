"""The handler against an Odoo: one call a batch, and each way in which a call ends told to the dispatcher."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from builders import NOON, Clock
from duebell.espf.handler import (
    BatchRefused,
    ConfigurationRefused,
    EventHandler,
    NotAttempted,
    Provisioned,
    ProvisioningError,
    Refused,
    TargetDown,
)
from duebell.espf.receipts import Reporting
from duebell.handlers.odoo_crm.client import Client
from duebell.handlers.odoo_crm.group import Settings
from duebell.handlers.odoo_crm.handler import OdooCRM
from unit.odoo_crm import stand_in
from unit.odoo_crm.owed import owed
from unit.odoo_crm.stand_in import (
    HEALTH,
    INGEST,
    KEY,
    RECEIPTS,
    STATUS,
    TRACEBACK,
    Reply,
    StandIn,
    a_status,
    odoo_error,
    page,
    provisioned,
    result,
)

KNOWN = ["invoice.generated", "invoice.overdue"]


@pytest.fixture
async def handler(odoo: StandIn, clock: Clock, trusted: ssl.SSLContext) -> AsyncIterator[OdooCRM]:
    settings = Settings(
        api_url=odoo.url, access_key=KEY, database=None, request_timeout=0.5, max_batch=500, max_calls_in_flight=2
    )
    client = Client(odoo.url, access_key=KEY, request_timeout=0.5, tls=trusted, longest_answer=200_000)
    made = OdooCRM(client, settings, now=clock)
    yield made
    await made.close()


def is_a_target_that_reports(handler: OdooCRM) -> EventHandler:
    return handler


# --- it goes well ------------------------------------------------------------------------------------------------------


async def test_a_batch_is_one_call_and_each_event_gets_its_outcome(odoo: StandIn, handler: OdooCRM) -> None:
    bad = {"outcome": "refused", "kind": "event", "because": "data.invoice.total: too many decimals"}
    odoo.answers[INGEST] = lambda call: result(
        {
            "results": {
                event["key"]: bad if event["key"].startswith(owed(2).event_id) else provisioned("")
                for event in call.json["events"]
            }
        }
    )

    ended = await handler.provision([owed(1), owed(2), owed(3)])

    assert len(odoo.called(INGEST)) == 1
    assert ended[1] == ended[3] == Provisioned("duebell.event,42", f"{odoo.url}/odoo/events/42", None)
    assert isinstance(ended[2], Refused)


async def test_several_events_of_one_customer_go_in_their_order(odoo: StandIn, handler: OdooCRM) -> None:
    await handler.provision([owed(3, stream=1), owed(1, stream=1), owed(2, stream=1)])

    sent = [event["key"] for event in odoo.called(INGEST)[0].json["events"]]
    assert sent == [owed(3).key, owed(1).key, owed(2).key]


async def test_the_addon_is_asked_what_it_knows_once_not_before_each_call(odoo: StandIn, handler: OdooCRM) -> None:
    for number in range(1, 4):
        await handler.provision([owed(number)])

    assert len(odoo.called(STATUS)) == 1
    assert len(odoo.called(INGEST)) == 3


def test_it_is_an_event_handler_that_reports(handler: OdooCRM) -> None:
    assert isinstance(is_a_target_that_reports(handler), Reporting)


# --- types that the addon doesn't know ---------------------------------------------------------------------------------


async def test_an_unknown_type_waits_with_all_that_follows_in_its_stream(odoo: StandIn, handler: OdooCRM) -> None:
    odoo.answers[STATUS] = result(a_status(event_types=KNOWN))

    ended = await handler.provision(
        [owed(1, stream=1), owed(2, stream=1, type_="invoice.paid"), owed(3, stream=1), owed(4, stream=2)]
    )

    assert isinstance(ended[1], Provisioned)
    assert (
        ended[2]
        == ended[3]
        == NotAttempted("Odoo's addon 19.0.1.0.0 doesn't know invoice.paid: it waits until the addon is upgraded.")
    )
    assert isinstance(ended[4], Provisioned)


async def test_a_batch_of_unknown_types_only_makes_no_call(odoo: StandIn, handler: OdooCRM) -> None:
    odoo.answers[STATUS] = result(a_status(event_types=KNOWN))

    ended = await handler.provision([owed(1, type_="invoice.paid")])

    assert isinstance(ended[1], NotAttempted)
    assert odoo.called(INGEST) == []


async def test_an_upgraded_addon_is_noticed_within_a_minute(odoo: StandIn, handler: OdooCRM, clock: Clock) -> None:
    odoo.answers[STATUS] = result(a_status(event_types=KNOWN))
    await handler.provision([owed(1, type_="invoice.paid")])
    odoo.answers[STATUS] = result(a_status(event_types=[*KNOWN, "invoice.paid"]))

    at_once = await handler.provision([owed(1, type_="invoice.paid")])
    clock.advance(seconds=60)
    later = await handler.provision([owed(1, type_="invoice.paid")])

    assert isinstance(at_once[1], NotAttempted)
    assert isinstance(later[1], Provisioned)


async def test_a_smaller_limit_of_the_addon_counts(odoo: StandIn, handler: OdooCRM) -> None:
    odoo.answers[STATUS] = result(a_status(max_events=2))

    with pytest.raises(BatchRefused, match="at most 2 events a call"):
        await handler.provision([owed(1), owed(2), owed(3)])

    assert handler.max_batch == 2
    assert odoo.called(INGEST) == []
    assert set(await handler.provision([owed(1), owed(2)])) == {1, 2}


# --- it goes wrong -----------------------------------------------------------------------------------------------------

DOWN, REFUSED, SPLIT = TargetDown, ConfigurationRefused, BatchRefused


@pytest.mark.parametrize(
    ("reply", "end", "says"),
    [
        (odoo_error(401, "werkzeug.exceptions.Unauthorized"), REFUSED, "Make a new API key"),
        (odoo_error(403, "odoo.exceptions.AccessError"), REFUSED, "group Billing Integration"),
        (odoo_error(404, "werkzeug.exceptions.NotFound"), REFUSED, "Install or upgrade the addon"),
        (odoo_error(422, "werkzeug.exceptions.UnprocessableEntity"), REFUSED, "Upgrade the older"),
        (result({"refused": "contract", "because": "no", "contracts": [2]}), REFUSED, "Upgrade the older"),
        (page(403), REFUSED, "Let it pass POST requests"),
        (page(415), REFUSED, "Let it pass POST requests"),
        (page(301, Location="https://erp.example.com/"), REFUSED, "Set API_URL to the new address"),
        (page(302, Location="https://[erp"), DOWN, "the address that answers itself"),
        (page(302, Location="/maintenance"), DOWN, "the address that answers itself"),
        (page(404, stand_in.WRONG_DATABASE), DOWN, "Set Database"),
        (page(200), DOWN, "isn't an Odoo"),
        (page(429), DOWN, "more slowly or later"),
        (page(502), DOWN, "Check that Odoo runs"),
        (page(503), DOWN, "more slowly or later"),
        (page(504), DOWN, "Check that Odoo runs"),
        (odoo_error(500, "psycopg2.errors.SerializationFailure"), DOWN, "asked again by itself"),
        (odoo_error(500, "psycopg2.InterfaceError", "cursor already closed"), DOWN, "asked again by itself"),
        (stand_in.silence, DOWN, "Request_Timeout"),
        (stand_in.half_an_answer, DOWN, "connection broke"),
        (stand_in.nothing, DOWN, "connection broke"),
        (stand_in.flood, SPLIT, "larger than any answer"),
        (odoo_error(400, "werkzeug.exceptions.BadRequest"), SPLIT, "report it"),
        (odoo_error(404, "odoo.exceptions.MissingError"), SPLIT, "gone from Odoo"),
        (page(413), SPLIT, "Lower Max_Batch"),
        (odoo_error(422, "odoo.exceptions.ValidationError", "John Doe is locked"), SPLIT, "refuses the data"),
        (odoo_error(500, "builtins.KeyError", "John Doe"), SPLIT, "Odoo's log for the traceback"),
        (result({"results": {}}), SPLIT, "another shape"),
        (result(True), SPLIT, "another shape"),
    ],
)
async def test_a_failed_call_ends_as_the_dispatcher_has_to_act_on_it(
    odoo: StandIn, handler: OdooCRM, reply: Reply, end: type[ProvisioningError], says: str
) -> None:
    odoo.answers[INGEST] = reply

    with pytest.raises(ProvisioningError) as raised:
        await handler.provision([owed(1)])

    assert type(raised.value) is end
    assert says in raised.value.because
    for secret in (KEY, TRACEBACK, "John Doe"):
        assert secret not in raised.value.because


async def test_a_database_server_that_is_down_is_no_wrong_configuration(odoo: StandIn, handler: OdooCRM) -> None:
    odoo.answers[INGEST] = page(404, stand_in.WRONG_DATABASE)
    odoo.answers[HEALTH] = result({"status": "fail", "db_server_status": False}, 500)

    with pytest.raises(TargetDown, match="Start Odoo's PostgreSQL"):
        await handler.provision([owed(1)])


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        ("30", NOON + timedelta(seconds=30)),
        ("Sun, 01 Nov 2026 12:05:00 GMT", NOON + timedelta(minutes=5)),
        ("86400", NOON + timedelta(minutes=15)),
        ("Wed, 01 Nov 2096 12:05:00 GMT", NOON + timedelta(minutes=15)),
        ("later", None),
    ],
)
async def test_a_wish_to_be_left_alone_is_granted_within_reason(
    odoo: StandIn, handler: OdooCRM, asked: str, granted: datetime | None
) -> None:
    odoo.answers[INGEST] = page(503, Retry_After=asked)

    with pytest.raises(TargetDown) as raised:
        await handler.provision([owed(1)])

    assert raised.value.not_before == granted
    assert raised.value.status == 503


@pytest.mark.parametrize(
    ("reply", "end", "says"),
    [
        (odoo_error(404, "werkzeug.exceptions.NotFound"), REFUSED, "Install or upgrade the addon"),
        (result(a_status(contracts=[0])), REFUSED, "upgrade the addon"),
        (result({"version": "?"}), REFUSED, "another shape"),
        (odoo_error(500, "builtins.KeyError"), DOWN, "Odoo's log"),
        (page(502), DOWN, "Check that Odoo runs"),
    ],
)
async def test_nothing_is_sent_to_an_addon_that_cannot_say_what_it_knows(
    odoo: StandIn, handler: OdooCRM, reply: Reply, end: type[ProvisioningError], says: str
) -> None:
    odoo.answers[STATUS] = reply

    with pytest.raises(ProvisioningError, match=says) as raised:
        await handler.provision([owed(1)])

    assert type(raised.value) is end
    assert odoo.called(INGEST) == []


async def test_after_an_outage_the_addon_is_asked_anew(odoo: StandIn, handler: OdooCRM) -> None:
    healthy = odoo.answers[INGEST]
    odoo.answers[INGEST] = page(502)
    with pytest.raises(TargetDown):
        await handler.provision([owed(1)])
    odoo.answers |= {INGEST: healthy, STATUS: result(a_status(contracts=[2]))}

    with pytest.raises(ConfigurationRefused, match="upgrade Duebell"):
        await handler.provision([owed(1)])


# --- probe and receipts ------------------------------------------------------------------------------------------------


async def test_the_probe_passes_when_health_and_addon_are_fine(odoo: StandIn, handler: OdooCRM) -> None:
    await handler.probe()

    assert [call.target for call in odoo.calls] == [HEALTH, STATUS]


async def test_a_proxy_that_hides_health_does_not_keep_the_handler_down(odoo: StandIn, handler: OdooCRM) -> None:
    odoo.answers[HEALTH] = page(404)

    await handler.probe()

    assert len(odoo.called(STATUS)) == 1


@pytest.mark.parametrize(
    ("answers", "end", "says"),
    [
        ({HEALTH: result({"status": "fail", "db_server_status": False}, 500)}, DOWN, "Start Odoo's PostgreSQL"),
        ({HEALTH: stand_in.nothing}, DOWN, "connection broke"),
        ({STATUS: page(502)}, DOWN, "Check that Odoo runs"),
        ({STATUS: odoo_error(401, "werkzeug.exceptions.Unauthorized")}, REFUSED, "Make a new API key"),
        ({STATUS: result(a_status(contracts=[0]))}, REFUSED, "upgrade the addon"),
    ],
)
async def test_the_probe_says_why_not_yet(
    odoo: StandIn, handler: OdooCRM, answers: dict[str, Reply], end: type[ProvisioningError], says: str
) -> None:
    odoo.answers |= answers

    with pytest.raises(ProvisioningError, match=says) as raised:
        await handler.probe()

    assert type(raised.value) is end


async def test_receipts_are_acknowledged_by_their_numbers(odoo: StandIn, handler: OdooCRM) -> None:
    receipt = {"id": 18, "event": "0b5f", "replay": 0, "channel": "sms", "state": "sent", "because": None}
    odoo.answers[RECEIPTS] = result({"receipts": [receipt | {"at": "2026-11-01T10:42:00Z"}], "open": 1})

    told = await handler.receipts([16, 17])

    assert odoo.called(RECEIPTS)[0].json == {"acknowledged": [16, 17]}
    assert [(one.id, one.state, one.at) for one in told.receipts] == [
        (18, "sent", datetime(2026, 11, 1, 10, 42, tzinfo=UTC))
    ]
    assert told.open == 1


async def test_receipts_that_cannot_be_had_now_are_a_provisioning_error(odoo: StandIn, handler: OdooCRM) -> None:
    odoo.answers[RECEIPTS] = page(502)
    with pytest.raises(TargetDown):
        await handler.receipts([])

    odoo.answers[RECEIPTS] = result([])
    with pytest.raises(ConfigurationRefused, match="another shape"):
        await handler.receipts([])


async def test_the_same_batch_from_two_callers_at_once_is_two_calls_with_the_same_keys(
    odoo: StandIn, handler: OdooCRM
) -> None:
    batch = [owed(1), owed(2)]

    one, other = await asyncio.gather(handler.provision(batch), handler.provision(batch))

    assert one == other
    sent = [[event["key"] for event in call.json["events"]] for call in odoo.called(INGEST)]
    assert sent == [[entry.key for entry in batch]] * 2
