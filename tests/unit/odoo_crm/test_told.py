"""What the handler reads of the messages that Odoo sent."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from builders import Clock
from duebell.espf.handler import ConfigurationRefused, TargetDown
from duebell.espf.told import Message, Partner, Quoting, Told
from duebell.handlers.odoo_crm.client import Client
from duebell.handlers.odoo_crm.group import Settings
from duebell.handlers.odoo_crm.handler import OdooCRM
from unit.odoo_crm.stand_in import KEY, STATUS, TOLD, StandIn, a_status, odoo_error, result, told


@pytest.fixture
async def handler(odoo: StandIn, trusted: ssl.SSLContext) -> AsyncIterator[OdooCRM]:
    odoo.answers[STATUS] = result(a_status(methods=["told"]))
    settings = Settings(
        api_url=odoo.url, access_key=KEY, database=None, request_timeout=0.5, max_batch=500, max_calls_in_flight=2
    )
    made = OdooCRM(Client(odoo.url, access_key=KEY, request_timeout=0.5, tls=trusted), settings, now=Clock())
    yield made
    await made.close()


async def test_each_message_is_read_in_its_words_and_links_are_made_whole(odoo: StandIn, handler: OdooCRM) -> None:
    assert isinstance(handler, Quoting)
    odoo.answers[TOLD] = lambda call: result({"told": {call.json["keys"][1]: told()}})
    assert await handler.told(["a/0", "b/1"]) == {
        "b/1": Told(
            link=f"{odoo.url}/odoo/billing-events/42",
            partner=Partner(name="John Doe", link=f"{odoo.url}/odoo/contacts/7"),
            messages=[
                Message(
                    channel="sms",
                    recipient="+12025550123",
                    subject=None,
                    text="Your invoice INV-1: $30.00.",
                    state="delivered",
                    because=None,
                    at=datetime(2026, 11, 1, 10, 42, tzinfo=UTC),
                )
            ],
        )
    }


async def test_an_older_addon_is_to_be_upgraded_and_is_not_asked(odoo: StandIn, handler: OdooCRM) -> None:
    odoo.answers[STATUS] = result(a_status(methods=["known"]))
    with pytest.raises(ConfigurationRefused, match=r"is too old for this \(`told`\): upgrade the addon"):
        await handler.told(["a/0"])
    assert odoo.called(TOLD) == []


async def test_an_odoo_that_fails_can_be_asked_again_later(odoo: StandIn, handler: OdooCRM) -> None:
    odoo.answers[TOLD] = odoo_error(500, "psycopg2.errors.SerializationFailure", "could not serialize access")
    with pytest.raises(TargetDown):
        await handler.told(["a/0"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"link": "//elsewhere.example/odoo"},
        {"link": "https://elsewhere.example"},
        {"link": "javascript:alert(1)"},
        {"partner": {"id": 7, "name": "John Doe", "link": "//elsewhere.example"}},
        {"partner": None},
        {"messages": {}},
        {"messages": [{"channel": "letter", "state": "sent", "at": "2026-11-01T10:42:00Z"}]},
        {"messages": [{"channel": "sms", "state": "sent", "at": "2026-11-01 10:42:00"}]},
    ],
    ids=str,
)
async def test_an_answer_of_another_shape_or_that_leads_elsewhere_is_not_believed(
    odoo: StandIn, handler: OdooCRM, wrong: dict[str, Any]
) -> None:
    odoo.answers[TOLD] = result({"told": {"a/0": told(**wrong)}})
    with pytest.raises(ConfigurationRefused):
        await handler.told(["a/0"])
