from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from builders import generated
from duebell.console.app import create_app
from duebell.espf.envelope import Envelope
from duebell.instance import Instance, utc_now
from duebell.settings import Settings
from duebell.storage.event_filter import EventFilter
from duebell.storage.event_log import list_events


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    instance = Instance(Settings(data=tmp_path / "data"))
    yield instance
    instance.close()


@pytest.fixture
async def http(instance: Instance) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(create_app(instance)), base_url="http://duebell/api/v1", trust_env=False
    ) as client:
        yield client


def a_cloud_event(customer: str = "john-doe", number: str = "INV-1", **attributes: Any) -> dict[str, Any]:
    envelope = Envelope(happening=generated(customer, number), epoch=1, sequence=1, recorded_at=utc_now())
    event = json.loads(envelope.cloud_event())
    return {**event, "id": f"{number} issued", "source": "another-billing", **attributes}


def recorded(instance: Instance) -> int:
    page = instance._store.read(lambda connection: list_events(connection, EventFilter()))
    return len(page.events)


async def test_an_event_is_recorded_when_it_is_answered_and_again_it_is_the_same(http, instance) -> None:
    first = await http.post("/events", json=a_cloud_event())
    again = await http.post("/events", json=a_cloud_event())
    assert first.status_code == again.status_code == 200
    (one,), (other,) = first.json()["recorded"], again.json()["recorded"]
    assert (one["new"], other["new"], one["id"] == other["id"]) == (True, False, True)
    assert recorded(instance) == 1


async def test_a_batch_is_recorded_whole_or_not_at_all(http, instance) -> None:
    good = [a_cloud_event(number=f"INV-{number}") for number in range(5)]
    wrong = a_cloud_event(number="INV-6", time="yesterday")
    refused = await http.post("/events", json=[*good, wrong])
    assert refused.status_code == 422
    assert "events[5].time must say when it happened" in refused.json()["detail"]
    assert recorded(instance) == 0
    assert len((await http.post("/events", json=good)).json()["recorded"]) == 5
    assert recorded(instance) == 5


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"specversion": "0.3"}, 'events[0].specversion must be "1.0"'),
        ({"type": "invoice.eaten"}, "events[0].type is not a type of event"),
        ({"time": "2026-11-01T09:00:00"}, "events[0].time must say when it happened, with its zone"),
        ({"id": ""}, "events[0].id is missing"),
        ({"source": None}, "events[0].source is missing"),
        ({"environment": "Mars"}, "There is no environment 'Mars'; there are: Global."),
        ({"company": 7}, "events[0].company must be a text"),
        ({"data": None}, "events[0].data"),
    ],
)
async def test_what_is_wrong_is_said_by_its_field(http, instance, change: dict[str, Any], says: str) -> None:
    refused = await http.post("/events", json=a_cloud_event(**change))
    assert refused.status_code == 422
    assert says in refused.json()["detail"]
    assert recorded(instance) == 0


async def test_a_wrong_field_of_the_content_is_named_but_not_repeated(http) -> None:
    event = a_cloud_event()
    event["data"]["customer"]["name"] = ["Somebody's secret"]
    detail = (await http.post("/events", json=event)).json()["detail"]
    assert detail.startswith("events[0].data.customer.name: ")
    assert "secret" not in detail


async def test_callers_who_come_together_are_each_answered_and_only_the_one_in_conflict_is_refused(http, instance) -> None:
    other_content = a_cloud_event(number="INV-3")
    other_content["data"]["customer"]["name"] = "Another Name"
    await http.post("/events", json=other_content)
    answers = await asyncio.gather(
        *(
            http.post("/events", json=a_cloud_event(f"customer-{n % 4}" if n != 3 else "john-doe", f"INV-{n}"))
            for n in range(30)
        )
    )
    assert [answer.status_code for answer in answers] == [200] * 3 + [409] + [200] * 26
    assert recorded(instance) == 30
    assert (await instance.status())["alarms"][0]["cause"] == "events conflicting"
