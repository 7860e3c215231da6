"""What every event handler keeps to: each type against a stand-in of its target, and the fake that other tests use."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

import httpx2
import pytest

from builders import Target, everything_provisioned
from duebell.espf.handler import (
    ConfigurationRefused,
    EventHandler,
    Outcome,
    Owed,
    Provisioned,
    ProvisioningError,
    TargetDown,
)
from duebell.handlers import odoo_crm
from duebell.handlers.odoo_crm.client import Client
from duebell.handlers.odoo_crm.handler import OdooCRM
from duebell.handlers.webhook.group import WEBHOOK, Settings
from duebell.handlers.webhook.handler import Webhook
from duebell.handlers.webhook.receiver import Receiver
from unit.odoo_crm import stand_in as odoo
from unit.odoo_crm.owed import owed
from unit.webhook import receiving

LIMIT = 5


class Rig(Protocol):
    """A handler and its target, which a test can take down, let refuse us, and bring back."""

    handler: EventHandler

    def keys(self) -> list[str]:
        """The keys of all events that the target was sent, in order."""

    def down(self) -> None: ...

    def refuse_us(self) -> None: ...

    def fine(self) -> None: ...


@dataclass
class FakeRig:
    """The fake of the ESPF's own tests."""

    handler: Target = field(default_factory=lambda: Target(max_batch=LIMIT))

    def keys(self) -> list[str]:
        return [owed.key for call in self.handler.calls for owed in call]

    def down(self) -> None:
        self._raise(TargetDown("down"))

    def refuse_us(self) -> None:
        self._raise(ConfigurationRefused("refused"))

    def fine(self) -> None:
        self.handler.answer, self.handler.probe_error = everything_provisioned, None

    def _raise(self, error: ProvisioningError) -> None:
        def answer(batch: Sequence[Owed]) -> Mapping[int, Outcome]:
            raise error

        self.handler.answer, self.handler.probe_error = answer, error


@dataclass
class WebhookRig:
    handler: Webhook
    receiver: receiving.StandIn

    def keys(self) -> list[str]:
        return [f"{event['id']}/{event['replay']}" for event in self.receiver.events]

    def down(self) -> None:
        self._all(503)

    def refuse_us(self) -> None:
        self._all(401)

    def fine(self) -> None:
        self._all(204)

    def _all(self, answer: int) -> None:
        self.receiver.answer = self.receiver.trials = lambda _call: answer


@dataclass
class OdooRig:
    handler: OdooCRM
    target: odoo.StandIn

    def keys(self) -> list[str]:
        return [event["key"] for call in self.target.called(odoo.INGEST) for event in call.json["events"]]

    def down(self) -> None:
        self.target.answers = dict.fromkeys(odoo.an_odoo(), odoo.page(503))

    def refuse_us(self) -> None:
        refusal = odoo.odoo_error(401, "werkzeug.exceptions.Unauthorized")
        self.target.answers |= {odoo.STATUS: refusal, odoo.INGEST: refusal}

    def fine(self) -> None:
        self.target.answers = odoo.an_odoo()


@pytest.fixture(scope="module")
def trusted() -> ssl.SSLContext:
    return httpx2.create_ssl_context(trust_env=False)


def real_now() -> datetime:
    return datetime.now(UTC)


async def a_fake(stack: AsyncExitStack, tls: ssl.SSLContext) -> Rig:
    return FakeRig()


async def a_webhook(stack: AsyncExitStack, tls: ssl.SSLContext) -> Rig:
    receiver = await receiving.StandIn().start()
    stack.push_async_callback(receiver.stop)
    typed = {"URL": receiver.url, "Secret": receiving.SECRET, "Allowed_Hosts": "127.0.0.1", "Max_Batch": str(LIMIT)}
    settings = Settings.of(WEBHOOK.checked(typed))
    handler = Webhook(Receiver(settings, now=real_now, tls=tls), settings)
    stack.push_async_callback(handler.close)
    return WebhookRig(handler, receiver)


async def an_odoo(stack: AsyncExitStack, tls: ssl.SSLContext) -> Rig:
    target = await odoo.StandIn().start()
    stack.push_async_callback(target.stop)
    settings = odoo_crm.group.Settings.of(
        {"API_URL": target.url, "API_Access_Key": odoo.KEY, "Max_Batch": str(LIMIT), "Request_Timeout": "10"}
    )
    client = Client(target.url, access_key=odoo.KEY, request_timeout=10, tls=tls)
    handler = OdooCRM(client, settings, now=real_now)
    stack.push_async_callback(handler.close)
    return OdooRig(handler, target)


Made = Callable[[AsyncExitStack, ssl.SSLContext], Awaitable[Rig]]


@pytest.fixture(params=[a_fake, a_webhook, an_odoo], ids=["fake", "Webhook", "OdooCRM"])
async def rig(request: pytest.FixtureRequest, trusted: ssl.SSLContext) -> AsyncIterator[Rig]:
    async with AsyncExitStack() as stack:
        yield await request.param(stack, trusted)


async def test_each_provisioning_gets_its_outcome(rig: Rig) -> None:
    assert rig.handler.max_batch == LIMIT

    ended = await rig.handler.provision([owed(number) for number in range(1, LIMIT + 1)])

    assert ended.keys() == set(range(1, LIMIT + 1))
    assert all(isinstance(outcome, Provisioned) and outcome.reference for outcome in ended.values())


async def test_the_target_gets_the_events_in_the_order_given(rig: Rig) -> None:
    batch = [owed(3, stream=1), owed(1, stream=1), owed(2, stream=1)]

    await rig.handler.provision(batch)

    assert rig.keys() == [one.key for one in batch]


async def test_the_same_events_have_the_same_keys_each_time_and_a_replay_another(rig: Rig) -> None:
    for replay in (0, 0, 1):
        await rig.handler.provision([owed(1, replay=replay)])

    first, again, replayed = rig.keys()
    assert first == again == owed(1).key
    assert replayed == owed(1, replay=1).key


async def test_a_target_that_is_down_is_no_events_fault_and_the_probe_says_when_it_is_back(rig: Rig) -> None:
    rig.down()

    with pytest.raises(TargetDown):
        await rig.handler.provision([owed(1), owed(2)])
    with pytest.raises(TargetDown):
        await rig.handler.probe()

    rig.fine()
    await rig.handler.probe()
    assert set(await rig.handler.provision([owed(1), owed(2)])) == {1, 2}


async def test_a_target_that_refuses_us_is_no_outage_and_no_events_fault(rig: Rig) -> None:
    rig.refuse_us()

    with pytest.raises(ConfigurationRefused):
        await rig.handler.provision([owed(1)])
    with pytest.raises(ConfigurationRefused):
        await rig.handler.probe()

    rig.fine()
    await rig.handler.probe()
    assert set(await rig.handler.provision([owed(1)])) == {1}


@pytest.mark.parametrize("trouble", ["down", "refuse_us"])
async def test_a_failed_call_tells_people_why_without_customers_data(rig: Rig, trouble: str) -> None:
    getattr(rig, trouble)()

    with pytest.raises(ProvisioningError) as raised:
        await rig.handler.provision([owed(1)])

    assert raised.value.because
    for personal in ("John Doe", "+12025550123", "john@example.com", receiving.SECRET, odoo.KEY):
        assert personal not in str(raised.value)


async def test_calls_for_different_customers_may_be_under_way_at_once(rig: Rig) -> None:
    one, other = await asyncio.gather(rig.handler.provision([owed(1)]), rig.handler.provision([owed(2)]))

    assert set(one) | set(other) == {1, 2}


async def test_a_call_that_was_given_up_can_be_made_again(rig: Rig) -> None:
    call = asyncio.create_task(rig.handler.provision([owed(1)]))
    await asyncio.sleep(0)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)

    assert set(await rig.handler.provision([owed(1)])) == {1}
