"""The terms that calls are made on, and what the handler makes of an Odoo on which they don't hold."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from builders import NOON, Clock
from duebell.espf.agreement import Guarded, Holding, Pair, Pairing, Rotating, Terms, Whom
from duebell.espf.handler import ConfigurationRefused, Provisioned, TargetDown
from duebell.handlers.odoo_crm.client import Client
from duebell.handlers.odoo_crm.group import Settings
from duebell.handlers.odoo_crm.handler import OdooCRM
from unit.odoo_crm.owed import owed
from unit.odoo_crm.stand_in import INGEST, KEY, RECEIPTS, STATUS, StandIn, a_status, odoo_error, result

SENDER = "0b5f4a92-ca5a-4d44-92ed-7f834c083e0b"
UUID = "5a5e4cde-0000-4000-8000-000000000000"
METHODS = ["hold", "pair", "release", "revoke_key"]
CALL = "POST /json/2/duebell.event/{}"


@pytest.fixture
async def handler(odoo: StandIn, trusted: ssl.SSLContext) -> AsyncIterator[OdooCRM]:
    odoo.answers[STATUS] = result(a_status(methods=METHODS, paired_with=SENDER))
    settings = Settings.of({"API_URL": odoo.url, "API_Access_Key": KEY, "Request_Timeout": "1"})
    made = OdooCRM(Client(odoo.url, access_key=KEY, request_timeout=0.5, tls=trusted), settings, now=Clock())
    made.terms = Terms(handler="OdooCRM", sender=SENDER, pair=Pair(Whom(UUID, f"{odoo.url} (database telecom)"), NOON))
    yield made
    await made.close()


async def test_each_call_says_who_tells_and_which_database_is_meant(odoo: StandIn, handler: OdooCRM) -> None:
    assert isinstance(handler, Pairing)
    ended = await handler.provision([owed()])
    assert isinstance(ended[1], Provisioned)
    (call,) = odoo.called(INGEST)
    assert call.json["terms"] == {"sender": SENDER, "database_uuid": UUID, "hold": False}


async def test_an_addon_that_knows_of_no_terms_is_told_none(odoo: StandIn, handler: OdooCRM) -> None:
    odoo.answers[STATUS] = result(a_status(methods=["forget", "known"]))
    await handler.provision([owed()])
    assert "terms" not in odoo.called(INGEST)[0].json


@pytest.mark.parametrize("status", [{"paired_with": None}, {"paired_with": "another"}, {"database_uuid": "another"}])
async def test_on_other_terms_nothing_is_sent_and_no_receipt_acknowledged(
    odoo: StandIn, handler: OdooCRM, status: dict[str, object]
) -> None:
    odoo.answers[STATUS] = result(a_status(**{"methods": METHODS, "paired_with": SENDER, **status}))
    for asked in (handler.provision([owed()]), handler.probe(), handler.receipts([17]), handler.hold("a test")):
        with pytest.raises(ConfigurationRefused, match="duebell pair OdooCRM"):
            await asked
    assert odoo.called(INGEST) == odoo.called(RECEIPTS) == odoo.called(CALL.format("hold")) == []


async def test_a_database_that_is_replaced_between_two_calls_refuses_the_second(odoo: StandIn, handler: OdooCRM) -> None:
    await handler.provision([owed()])
    odoo.answers[INGEST] = result({"refused": "pairing", "because": "This database is another one: it was copied."})
    with pytest.raises(ConfigurationRefused, match="it was copied"):
        await handler.provision([owed(2)])


async def test_while_nobody_may_be_told_events_reach_only_an_odoo_that_holds_messages_back(
    odoo: StandIn, handler: OdooCRM
) -> None:
    assert handler.terms is not None
    handler.terms = replace(handler.terms, stopped="A price list is wrong")
    odoo.answers[INGEST] = result({"refused": "hold", "because": "Messages are not held here."})
    with pytest.raises(TargetDown, match="doesn't hold messages back yet"):
        await handler.provision([owed()])
    assert odoo.called(INGEST)[0].json["terms"]["hold"] is True


async def test_an_addon_that_is_too_old_to_hold_gets_nothing_while_nobody_may_be_told(
    odoo: StandIn, handler: OdooCRM
) -> None:
    assert handler.terms is not None
    handler.terms = replace(handler.terms, stopped="A price list is wrong")
    odoo.answers[STATUS] = result(a_status(methods=["forget", "known"]))
    with pytest.raises(ConfigurationRefused, match=r"too old for this \(`hold`\): upgrade the addon"):
        await handler.provision([owed()])
    assert odoo.called(INGEST) == []


async def test_odoo_is_asked_to_hold_and_to_send_again(odoo: StandIn, handler: OdooCRM) -> None:
    assert isinstance(handler, Holding)
    odoo.answers[CALL.format("hold")] = result({"held": {"since": "2026-11-01 09:00:00", "because": "A test"}})
    odoo.answers[CALL.format("release")] = result({"held": None})
    await handler.hold("A test")
    await handler.release()
    assert odoo.called(CALL.format("hold"))[0].json == {"because": "A test"}


async def test_a_pair_is_made_whatever_was_agreed_on_before(odoo: StandIn, handler: OdooCRM) -> None:
    odoo.answers[STATUS] = result(a_status(methods=METHODS, paired_with="another", database_uuid="new"))
    odoo.answers[CALL.format("pair")] = result({"sender": SENDER, "database_uuid": "new"})
    assert await handler.pair(SENDER) == await handler.whom() == Whom("new", f"{odoo.url} (database telecom)")


async def test_a_key_that_has_ended_already_is_revoked(odoo: StandIn, handler: OdooCRM) -> None:
    assert isinstance(handler, Rotating)
    revoke = CALL.format("revoke_key")
    odoo.answers[revoke] = odoo_error(401, "werkzeug.exceptions.Unauthorized")
    await handler.revoke_key()
    odoo.answers[revoke] = odoo_error(503, "werkzeug.exceptions.ServiceUnavailable")
    with pytest.raises(TargetDown):
        await handler.revoke_key()


async def test_an_addon_that_is_too_old_to_revoke_keys_is_asked_for_none(odoo: StandIn, handler: OdooCRM) -> None:
    odoo.answers[STATUS] = result(a_status(methods=["pair"], paired_with=SENDER))
    with pytest.raises(ConfigurationRefused, match="upgrade the addon"):
        await handler.new_key()
    assert odoo.called(CALL.format("rotate_key")) == []


@pytest.fixture
async def refusing(odoo: StandIn, trusted: ssl.SSLContext) -> AsyncIterator[OdooCRM]:
    """A handler that wants no contacts made."""
    values = {"API_URL": odoo.url, "API_Access_Key": KEY, "Request_Timeout": "1", "On_Unmatched_Customer": "refuse"}
    made = OdooCRM(Client(odoo.url, access_key=KEY, request_timeout=0.5, tls=trusted), Settings.of(values), now=Clock())
    made.terms = Terms(handler="OdooCRM", sender=SENDER, pair=Pair(Whom(UUID, f"{odoo.url} (database telecom)"), NOON))
    yield made
    await made.close()


async def test_a_call_says_that_no_contacts_are_to_be_made(odoo: StandIn, refusing: OdooCRM) -> None:
    odoo.answers[STATUS] = result(a_status(methods=METHODS, paired_with=SENDER, unmatched=["create", "refuse"]))
    await refusing.provision([owed()])
    assert odoo.called(INGEST)[0].json["terms"]["unmatched"] == "refuse"


async def test_strangers_wait_only_in_an_addon_that_can_keep_them(odoo: StandIn, trusted: ssl.SSLContext) -> None:
    values = {"API_URL": odoo.url, "API_Access_Key": KEY, "On_Unmatched_Customer": "wait"}
    handler = OdooCRM(Client(odoo.url, access_key=KEY, request_timeout=0.5, tls=trusted), Settings.of(values), now=Clock())
    handler.terms = Terms(handler="OdooCRM", sender=SENDER, pair=Pair(Whom(UUID, f"{odoo.url} (database telecom)"), NOON))
    odoo.answers[STATUS] = result(a_status(methods=METHODS, paired_with=SENDER, unmatched=["create", "refuse"]))
    with pytest.raises(ConfigurationRefused, match="Upgrade the addon"):
        await handler.provision([owed()])
    odoo.answers[STATUS] = result(a_status(methods=METHODS, paired_with=SENDER, unmatched=["create", "refuse", "wait"]))
    await handler.provision([owed()])
    await handler.close()
    assert [call.json["terms"]["unmatched"] for call in odoo.called(INGEST)] == ["wait"]


async def test_an_addon_that_would_make_contacts_all_the_same_is_told_nothing(odoo: StandIn, refusing: OdooCRM) -> None:
    odoo.answers[STATUS] = result(a_status(methods=METHODS, paired_with=SENDER))
    with pytest.raises(ConfigurationRefused, match="Upgrade the addon"):
        await refusing.provision([owed()])
    assert odoo.called(INGEST) == []


async def test_what_odoos_managers_have_to_say_is_told_and_other_problems_are_not(odoo: StandIn, handler: OdooCRM) -> None:
    assert isinstance(handler, Guarded)
    problems = [{"slug": "guard", "sentence": "Messages stopped."}, {"slug": "no-mail-server", "sentence": "No server."}]
    odoo.answers[STATUS] = result(a_status(methods=METHODS, problems=problems))
    assert await handler.guards() == ["Messages stopped."]
