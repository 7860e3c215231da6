"""Pages that change while they are looked at, through a server as `serve` runs it."""

import asyncio
import re
from contextlib import aclosing
from functools import partial

import pytest

from builders import NOON, generated
from console_pages import served
from duebell.console.access.principal import Role
from duebell.errors import StorageError
from duebell.storage import alarms


@pytest.fixture
async def instance(instance):
    instance._dispatching = True
    yield instance
    await instance._deliveries.stop_all()


async def events(client, path):
    """Each event of a stream: its name and its HTML."""
    async with client.stream("GET", path) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        name, html = "", []
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                html.append(line.removeprefix("data: "))
            elif not line and name:
                yield name, "\n".join(html)
                name, html = "", []


async def until(stream, name, text):
    """The first event of that name that has this in it."""
    async for found, html in stream:
        if found == name and text in html:
            return html
    raise AssertionError(f"the stream ended without {name}: {text}")


async def test_the_overview_tells_what_is_recorded_while_it_is_open(instance):
    async with served(instance) as (client, _), aclosing(events(client, "/live/overview")) as stream:
        await until(stream, "headline", "All is well.")
        await until(stream, "figures", "nothing waits")
        await instance.record([generated()])
        assert '<p class="figure">1</p>' in await until(stream, "figures", "the oldest for")
        await until(stream, "rates", "1 recorded")


async def test_a_pause_by_somebody_else_arrives_with_the_button_that_ends_it(instance):
    async with served(instance) as (client, _), aclosing(events(client, "/live/overview")) as stream:
        await until(stream, "actions-1", "Pause")
        await client.post("/api/v1/handlers/OdooCRM/pause", json={"because": "upgrade"})
        await until(stream, "headline", "OdooCRM is paused.")
        await until(stream, "actions-1", "Resume")


async def test_only_what_changed_is_sent(instance):
    async with served(instance) as (client, _), aclosing(events(client, "/live/handlers")) as stream:
        first = {name async for name, _ in _take(stream, 4)}
        assert first == {"handler-1", "enabled-1", "waiting-1", "actions-1"}
        await instance.record([generated()])
        assert [one async for one in _take(stream, 1)] == [("waiting-1", "1")]


async def test_an_alarm_appears_on_the_page_of_the_alarms(instance):
    async with served(instance) as (client, _), aclosing(events(client, "/live/alarms")) as stream:
        await until(stream, "standing", "No alarm stands.")
        await instance.write(partial(alarms.sound, cause="internal test", sentence="It failed.", now=NOON))
        await until(stream, "standing", "It failed.")


async def test_a_viewers_stream_has_no_button(instance):
    async with served(instance, Role.VIEWER) as (client, _), aclosing(events(client, "/live/handlers")) as stream:
        sent = dict([one async for one in _take(stream, 3)])
        assert not any("<button" in html for html in sent.values())


async def test_all_who_look_share_what_is_computed(instance):
    looks = []
    status = instance.status

    async def counted():
        looks.append(1)
        return await status()

    instance.status = counted
    async with served(instance) as (client, _):
        streams = [events(client, "/live/overview") for _ in range(5)]
        await asyncio.gather(*(until(stream, "headline", "All is well.") for stream in streams))
        assert len(looks) < len(streams)
        for stream in streams:
            await stream.aclose()


async def test_while_storage_fails_the_open_page_says_so_and_recovers(instance):
    status = instance.status

    async def failing():
        raise StorageError("The disk is full: free some space.")

    async with served(instance) as (client, _), aclosing(events(client, "/live/overview")) as stream:
        await until(stream, "headline", "All is well.")
        instance.status = failing
        await until(stream, "headline", "Duebell can&#39;t read its data.")
        await until(stream, "findings", "The disk is full")
        instance.status = status
        await until(stream, "headline", "All is well.")


async def test_an_open_page_does_not_hold_up_the_end_of_the_service(instance):
    async with served(instance) as (client, app), aclosing(events(client, "/live/overview")) as stream:
        await until(stream, "headline", "All is well.")
        app.state.overview.end()
        assert [one async for one in stream if one[0] == "headline"] == []


async def test_every_part_that_is_sent_has_its_place_on_the_page(instance):
    async with served(instance) as (client, _):
        for page, live in (("/", "/live/overview"), ("/handlers", "/live/handlers"), ("/alarms", "/live/alarms")):
            places = set(re.findall(r'sse-swap="([^"]+)"', (await client.get(page)).text))
            async with aclosing(events(client, live)) as stream:
                sent = {name async for name, _ in _take(stream, len(places))}
            assert sent == places, page


async def _take(stream, number):
    async for one in stream:
        yield one
        number -= 1
        if not number:
            return
