"""An operator at work beside a service that delivers to a real HTTP receiver: all takes effect at once, without a restart."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from builders import a_happening, generated, overdue
from console_pages import a_command
from duebell.configuration.server import GLOBAL
from duebell.instance import Instance
from duebell.operations.replay import STEP
from duebell.settings import Settings
from unit.webhook.receiving import SECRET, StandIn
from waiting import until, within


@dataclass
class Operator:
    """Calls of the HTTP API."""

    http: httpx2.AsyncClient

    async def get(self, path: str, **params: Any) -> Any:
        return (await self.http.get(path, params=params)).raise_for_status().json()

    async def post(self, path: str, body: Any = None, **params: Any) -> Any:
        return (await self.http.post(path, json=body, params=params)).raise_for_status().json()

    async def put(self, path: str, body: Any) -> Any:
        return (await self.http.put(path, json=body)).raise_for_status().json()

    async def told(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """The lines of an answer that takes its time."""
        answer = (await self.http.post(path, params=params)).raise_for_status()
        return [json.loads(line) for line in answer.text.splitlines()]


@pytest.fixture
async def instance(tmp_path: Path, receiver: StandIn) -> AsyncIterator[Instance]:
    """It delivers to the receiver; Odoo's handler is disabled."""
    instance = Instance(Settings(data=tmp_path))
    typed = {"URL": receiver.url, "Secret": SECRET, "Allowed_Hosts": "127.0.0.1", "Request_Timeout": "3"}
    await instance.configuration(lambda server: server.type(GLOBAL, "Webhook", typed))
    verification = await instance.verifications.begin(GLOBAL, "Webhook")
    assert [check.slug async for check in verification.checks() if check.result == "failed"] == []
    await instance.apply(GLOBAL, "Webhook", verification.values)
    yield instance
    instance.close()


@pytest.fixture
async def operator(instance: Instance) -> AsyncIterator[Operator]:
    async with a_command(instance, "/api/v1") as http:
        one = Operator(http)
        await one.post("/handlers/OdooCRM/disable")
        yield one


async def settled(operator: Operator) -> None:
    """Nothing waits any more for the receiver."""
    async with within(60):
        while "waiting" in (await operator.get("/handlers/Webhook"))["owed"]:
            await asyncio.sleep(0.01)


async def test_a_pause_and_a_resumption_take_effect_at_once(
    instance: Instance, operator: Operator, receiver: StandIn
) -> None:
    async with instance.dispatching():
        paused = await operator.post("/handlers/Webhook/pause", {"because": "its server moves"})
        assert paused["paused_because"] == "its server moves"
        await instance.record([generated()])
        await asyncio.sleep(0.3)
        assert receiver.calls == []
        assert (await operator.get("/handlers/Webhook"))["owed"] == {"waiting": 1}
        await operator.post("/handlers/Webhook/resume")
        await until(lambda: len(receiver.calls) == 1)


async def test_a_drained_handler_got_all_that_it_was_owed_and_gets_nothing_more(
    instance: Instance, operator: Operator, receiver: StandIn
) -> None:
    await instance.record([generated(f"customer-{number}") for number in range(30)])
    async with instance.dispatching():
        *progress, end = await operator.told("/handlers/Webhook/drain", because="its server moves")
        assert progress[-1]["done"] == progress[-1]["of"]
        assert (end["paused_because"], end["owed"]) == ("its server moves", {})
        assert len(receiver.events) == 30
        await instance.record([overdue()])
        await asyncio.sleep(0.3)
        assert len(receiver.events) == 30


async def test_a_handler_that_takes_nothing_is_not_drained_and_not_paused(
    instance: Instance, operator: Operator, receiver: StandIn
) -> None:
    await instance.record([generated()])
    assert "Say why" in (await operator.told("/handlers/Webhook/drain", because=" "))[-1]["failed"]
    (_, end) = await operator.told("/handlers/Webhook/drain", because="its server moves")
    assert end == {
        "failed": "Webhook can't be drained: nothing is delivered now, since `duebell serve` does not run here. "
        "Events that wait: 1. It was not paused."
    }
    receiver.answer = lambda _: 503
    async with instance.dispatching():
        *_, end = await operator.told("/handlers/Webhook/drain", because="its server moves")
    assert end["failed"].startswith("Webhook can't be drained: it is down: ")
    assert (await operator.get("/handlers/Webhook"))["paused_at"] is None


async def test_many_events_are_replayed_in_steps_with_progress_and_each_once(
    instance: Instance, operator: Operator, receiver: StandIn
) -> None:
    count = STEP * 2 + 1
    async with instance.dispatching():
        await instance.record([generated(f"customer-{number}") for number in range(count)])
        await until(lambda: len(receiver.events) == count)
        await settled(operator)
        *progress, plan = await operator.told("/events/replay", type="invoice.generated")
        assert progress == [{"done": count, "of": count}]
        total = {"action": "timeline", "because": "", "handler": "Webhook", "type": "invoice.generated", "count": count}
        assert (plan["done"], plan["totals"], len(plan["customers"])) == (False, [total], count)
        assert len(receiver.events) == count
        for _ in range(2):  # done twice as of the same moment
            *progress, done = await operator.told("/events/replay", type="invoice.generated", yes=True, as_of=plan["as_of"])
            assert [line["done"] for line in progress] == [STEP, STEP * 2, count]
            assert (done["done"], sum(one["count"] for one in done["totals"])) == (True, count)
        await until(lambda: len(receiver.events) == 2 * count)
        await settled(operator)
    assert (await operator.get("/handlers/Webhook"))["owed"] == {}


async def test_a_replay_of_everything_has_to_be_asked_for_by_something(operator: Operator) -> None:
    answer = await operator.http.post("/events/replay", params={"yes": True})
    assert (answer.status_code, answer.json()["detail"].startswith("Say which events to replay")) == (422, True)
    answer = await operator.http.post("/events/replay", params={"since": "1h", "again": True})
    assert (answer.status_code, "goes with --tell" in answer.json()["detail"]) == (422, True)


async def test_what_was_refused_is_listed_retried_skipped_and_replayed(
    instance: Instance, operator: Operator, receiver: StandIn
) -> None:
    receiver.answer = lambda call: 422 if call.events[0]["subject"] == "refused" else 204
    async with instance.dispatching():
        new = [replace(generated(customer), occurred_at=instance.now()) for customer in ("refused", "good")]
        refused, _ = await instance.record(new)
        await until(lambda: len(receiver.events) == 2)
        await settled(operator)
        page = await operator.get("/events", state="refused", since="1h")
        assert [event["id"] for event in page["events"]] == [refused.id]
        receiver.answer = lambda _: 204
        *_, report = await operator.told("/events/replay", state="refused", tell=True, yes=True)
        assert [(one["action"], one["count"]) for one in report["totals"]] == [("tell", 1)]
        await until(lambda: len(receiver.events) == 3)
        await settled(operator)
    shown = await operator.get(f"/events/{refused.id}")
    assert [(owed["replay"], owed["state"]) for owed in shown["provisionings"]] == [(0, "refused"), (1, "provisioned")]

    # given that nothing is delivered, an event waits: it is due at once, and then a person settles it
    (waiting,) = await instance.record([overdue("good")])
    assert (await operator.post("/events/retry", handler="Webhook")) == {"lines": 0}
    skipped = await operator.post(f"/events/{waiting.id}/skip", {"because": "told by phone"})
    assert [(owed["state"], owed["because"]) for owed in skipped["provisionings"]] == [("skipped", "told by phone")]
    assert "whatever it answers, the event stays skipped here" in skipped["note"]


async def test_a_subscription_that_is_changed_counts_for_the_next_event(
    instance: Instance, operator: Operator, receiver: StandIn
) -> None:
    async with instance.dispatching():
        (row,) = await operator.put("/subscriptions/Webhook/invoice.overdue", {"enabled": False})
        assert row["enabled"] is False
        await operator.put("/subscriptions/Webhook/invoice.generated", {"minimum_amount": "20", "minimum_currency": "USD"})
        await instance.record([overdue(), generated("small", total="19"), generated("large", total="20")])
        await until(lambda: len(receiver.events) == 1)
    assert [event["subject"] for event in receiver.events] == ["large"]
    rows = await operator.get("/subscriptions", handler="Webhook")
    assert [row["minimum_amount"] for row in rows if row["minimum_amount"]] == [{"amount": "20.00", "currency": "USD"}]
    bad = await operator.http.put("/subscriptions/Webhook/*", json={"minimum_amount": "20"})
    assert (bad.status_code, "like 5.00 USD" in bad.json()["detail"]) == (422, True)


async def test_status_counts_what_waits_and_what_ended_badly(instance: Instance, operator: Operator) -> None:
    await instance.record([generated(), a_happening(overdue("other").fact)])
    status = await operator.get("/status")
    assert {row["name"]: row["owed"] for row in status["handlers"]} == {"OdooCRM": {}, "Webhook": {"waiting": 2}}
