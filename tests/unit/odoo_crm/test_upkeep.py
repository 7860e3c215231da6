"""What the handler asks of an addon that can do it, and what it says to one that is too old."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator

import pytest

from builders import Clock
from duebell.espf.handler import ConfigurationRefused, TargetDown
from duebell.espf.upkeep import Forgetting, Forgotten, Knowing
from duebell.handlers.odoo_crm.client import Client
from duebell.handlers.odoo_crm.group import Settings
from duebell.handlers.odoo_crm.handler import OdooCRM
from unit.odoo_crm.stand_in import KEY, STATUS, StandIn, a_status, odoo_error, result

FORGET = "POST /json/2/duebell.event/forget"
KNOWN = "POST /json/2/duebell.event/known"


@pytest.fixture
async def handler(odoo: StandIn, trusted: ssl.SSLContext) -> AsyncIterator[OdooCRM]:
    odoo.answers[STATUS] = result(a_status(methods=["forget", "known"]))
    settings = Settings(
        api_url=odoo.url, access_key=KEY, database=None, request_timeout=0.5, max_batch=500, max_calls_in_flight=2
    )
    made = OdooCRM(Client(odoo.url, access_key=KEY, request_timeout=0.5, tls=trusted), settings, now=Clock())
    yield made
    await made.close()


async def test_the_addon_is_asked_which_keys_it_has(odoo: StandIn, handler: OdooCRM) -> None:
    assert isinstance(handler, Knowing)
    odoo.answers[KNOWN] = lambda call: result({"known": call.json["keys"][1:]})
    assert set(await handler.known(["a/0", "b/0", "b/1"])) == {"b/0", "b/1"}


async def test_the_addon_forgets_and_its_links_are_made_whole(odoo: StandIn, handler: OdooCRM) -> None:
    assert isinstance(handler, Forgetting)
    asked = []

    def forget(call: object) -> bytes:
        asked.append(call.json)  # type: ignore[attr-defined]
        return result({"found": True, "events": 2, "messages": 3, "left": ["The contact /odoo/contacts/7 was emptied."]})

    odoo.answers[FORGET] = forget
    assert await handler.forget("Global", "john-doe") == Forgotten(
        events=2, messages=3, left=[f"The contact {odoo.url}/odoo/contacts/7 was emptied."]
    )
    assert asked == [{"environment": "Global", "external_id": "john-doe"}]


async def test_an_older_addon_is_to_be_upgraded_and_asked_anew_then(odoo: StandIn, handler: OdooCRM) -> None:
    older = a_status()
    older.pop("methods", None)
    odoo.answers[STATUS] = result(older)
    for question in (handler.known(["a/0"]), handler.forget("Global", "john-doe")):
        with pytest.raises(ConfigurationRefused, match=r"addon duebell \S+ is too old for this .*: upgrade the addon"):
            await question
    odoo.answers[STATUS] = result(a_status(methods=["known"]))
    odoo.answers[KNOWN] = result({"known": []})
    assert await handler.known(["a/0"]) == set()


@pytest.mark.parametrize("answer", [{"known": "a/0"}, {"known": [1]}, ["a/0"], {}, None])
async def test_an_answer_of_another_shape_is_not_believed(odoo: StandIn, handler: OdooCRM, answer: object) -> None:
    odoo.answers[KNOWN] = result(answer)
    with pytest.raises(ConfigurationRefused):
        await handler.known(["a/0"])


async def test_an_odoo_that_fails_can_be_asked_again_later(odoo: StandIn, handler: OdooCRM) -> None:
    odoo.answers[FORGET] = odoo_error(500, "psycopg2.errors.SerializationFailure", "could not serialize access")
    with pytest.raises(TargetDown):
        await handler.forget("Global", "john-doe")
