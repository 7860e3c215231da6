"""PortaBilling's EventSender gets 200 for what is kept and 503 for what isn't, whatever it sends: any 4xx would lose the event."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from raw_world import AUTHORIZATION, a_body, configure

from builders import Clock
from console_pages import a_command
from duebell.cli.network import Server, network_app, network_config
from duebell.console.inlet import SLOWEST, Inlet
from duebell.console.listening import Listening
from duebell.instance import Instance
from duebell.settings import Settings
from duebell.storage import alarms
from duebell.storage.quarantine import list_quarantine
from duebell.storage.raw_events import list_raw
from duebell.storage.raw_taking import MOST_QUARANTINED
from duebell.storage.sources import Source, source_of
from duebell.storage.turned_away import QUIET, end_of_turned_away
from waiting import until

EVENTS = "/portabilling/Global/events"


@pytest.fixture
async def instance(instance: Instance) -> Instance:
    await configure(instance)
    return instance


@asynccontextmanager
async def served(instance: Instance, *, slowest: float = SLOWEST) -> AsyncIterator[httpx2.AsyncClient]:
    """Where the network reaches it, as `serve` serves it."""
    listening = Listening.of(Settings(listen="127.0.0.1:0", hosts="duebell.example.com"))
    assert listening
    app = network_app(instance)
    config = network_config(app, listening)
    config.loaded_app = Inlet(config.loaded_app, instance=instance, slowest=slowest)
    server = Server(config)
    with listening.bound() as bound:
        answering = asyncio.create_task(server.serve(sockets=[bound]))
        await until(lambda: server.started)
        try:
            url = f"http://127.0.0.1:{bound.getsockname()[1]}"
            async with httpx2.AsyncClient(base_url=url, headers={"Authorization": AUTHORIZATION}, trust_env=False) as http:
                yield http
        finally:
            server.should_exit = True
            await answering


@pytest.fixture
async def sender(instance: Instance) -> AsyncIterator[httpx2.AsyncClient]:
    async with served(instance) as http:
        yield http


async def kept(instance: Instance) -> list[str]:
    return [one.i_event for one in await instance.read(list_raw)]


async def standing(instance: Instance) -> dict[str, int]:
    return {alarm["cause"]: alarm["count"] for alarm in await instance.read(alarms.standing)}


async def counted(instance: Instance) -> Source:
    return await instance.read(lambda connection: source_of(connection, "Global"))


async def sent(to: httpx2.AsyncClient, head: str, body: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """The connection on which this was sent, as it is."""
    reader, writer = await asyncio.open_connection("127.0.0.1", to.base_url.port)
    writer.write(f"{head}Host: x\r\nAuthorization: {AUTHORIZATION}\r\n\r\n".encode() + body)
    await writer.drain()
    return reader, writer


async def status_of(to: httpx2.AsyncClient, head: str, body: bytes) -> int:
    """What such a request is answered."""
    reader, writer = await sent(to, head, body)
    answer = await reader.readline()
    writer.close()
    return int(answer.split()[1])


# --- what is kept -------------------------------------------------------------------------------------------------------


async def test_an_event_is_kept_before_it_is_answered(instance: Instance, sender: httpx2.AsyncClient) -> None:
    answer = await sender.post(EVENTS, content=a_body(7, "Customer/Status/Suspend", i_customer=5))
    assert (answer.status_code, answer.text) == (200, "Kept.\n")
    (raw,) = await instance.read(list_raw)
    assert (raw.i_event, raw.type, raw.key, raw.state) == ("7", "Customer/Status/Suspended", "customer:5", "waiting")
    assert '"Customer/Status/Suspend"' in raw.body


async def test_the_control_socket_takes_events_too(instance: Instance) -> None:
    async with a_command(instance) as http:
        assert (await http.post(EVENTS, content=a_body())).status_code == 503
        assert (await http.post(EVENTS, content=a_body(), headers={"Authorization": AUTHORIZATION})).status_code == 200


async def test_it_is_reached_by_any_name_for_who_sends_is_no_browser(instance: Instance, sender: httpx2.AsyncClient) -> None:
    answer = await sender.post(EVENTS, content=a_body(), headers={"Host": "10.1.2.3", "Origin": "https://elsewhere.example"})
    assert answer.status_code == 200


async def test_the_same_event_again_is_acknowledged_and_kept_once(instance: Instance, sender: httpx2.AsyncClient) -> None:
    answers = await asyncio.gather(*(sender.post(EVENTS, content=a_body(number % 10)) for number in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(map(int, await kept(instance))) == list(range(10))
    source = await counted(instance)
    assert (source.accepted, source.repeated) == (10, 40)


async def test_a_burst_is_kept_whole_in_a_few_commits(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    commits = 0
    write = instance._store.write

    def counting(unit):
        nonlocal commits
        commits += 1
        return write(unit)

    monkeypatch.setattr(instance._store, "write", counting)
    async with a_command(instance) as http:
        http.headers["Authorization"] = AUTHORIZATION
        answers = await asyncio.gather(*(http.post(EVENTS, content=a_body(number)) for number in range(1000)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(await instance.read(lambda connection: list_raw(connection, limit=2000))) == 1000
    assert commits < 100


async def test_a_signed_event_is_kept_and_one_signed_otherwise_is_not(
    instance: Instance, sender: httpx2.AsyncClient
) -> None:
    await configure(instance, Event_Authorization="signature", Event_Header="X-Signature")
    signature = hmac.new(b"an inlet password", a_body(), hashlib.sha256).hexdigest()
    for content, status in ((a_body(), 200), (a_body(2), 503)):
        assert (await sender.post(EVENTS, content=content, headers={"X-Signature": signature})).status_code == status
    assert await kept(instance) == ["1"]


async def test_an_environment_has_an_inlet_of_its_own_once_it_has_a_portabilling_of_its_own(
    instance: Instance, sender: httpx2.AsyncClient
) -> None:
    await instance.add_environment("berlin", "local")
    assert (await sender.post("/portabilling/berlin/events", content=a_body())).status_code == 503
    await configure(instance, "berlin", Event_Password="another password")
    assert (await sender.post("/portabilling/berlin/events", content=a_body())).status_code == 503
    other = "Basic " + base64.b64encode(b"portabilling:another password").decode()
    answer = await sender.post("/portabilling/berlin/events", content=a_body(), headers={"Authorization": other})
    assert answer.status_code == 200
    assert [(one.environment, one.i_event) for one in await instance.read(list_raw)] == [("berlin", "1")]


# --- what is quarantined ------------------------------------------------------------------------------------------------


async def test_what_cant_be_read_is_kept_for_a_person_and_acknowledged(
    instance: Instance, sender: httpx2.AsyncClient
) -> None:
    strange = [b"", b"\xff\xfe", b"{", a_body(1, "Weather/Changed"), b"[" * 500_000, b'{"a": NaN}']
    for content in strange * 2:
        assert (await sender.post(EVENTS, content=content)).status_code == 200
    quarantined = await instance.read(list_quarantine)
    assert [(one.size, one.count, one.body) for one in reversed(quarantined)] == [
        (len(content), 2, content[:65_536]) for content in strange
    ]
    assert await kept(instance) == []
    assert await standing(instance) == {"quarantine Global": 1}
    assert (await counted(instance)).quarantined == 12


async def test_of_a_body_beyond_all_measure_the_beginning_is_kept(instance: Instance, sender: httpx2.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(300):
            yield b"x" * 10_000

    assert (await sender.post(EVENTS, content=endless())).status_code == 200
    (one,) = await instance.read(list_quarantine)
    assert (one.size, len(one.body)) == (3_000_000, 65_536)
    assert one.because == "It has 3,000,000 bytes, more than PortaBilling sends."


async def test_when_the_quarantine_is_full_portabilling_has_to_keep_the_next_one(
    instance: Instance, sender: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duebell.storage.raw_taking.MOST_QUARANTINED", 3)
    assert MOST_QUARANTINED > 3
    answers = [await sender.post(EVENTS, content=f"strange {number}".encode()) for number in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 503, 503]
    assert (await sender.post(EVENTS, content=a_body())).status_code == 200


# --- what is turned away ------------------------------------------------------------------------------------------------


async def test_who_isnt_known_is_asked_to_come_again_and_leaves_a_number_only(
    instance: Instance, sender: httpx2.AsyncClient
) -> None:
    for given in ("", "Basic eDp5", "Bearer abc", AUTHORIZATION[:-2]):
        answer = await sender.post(EVENTS, content=b"x" * 100_000, headers={"Authorization": given})
        assert answer.status_code == 503
    while (await standing(instance)).get("inlet Global") != 4:
        await asyncio.sleep(0.05)
    assert (await counted(instance)).unauthorized == 4
    assert await instance.read(list_quarantine) == []


async def test_the_alarm_about_who_was_turned_away_ends_by_itself(
    instance: Instance, sender: httpx2.AsyncClient, clock: Clock
) -> None:
    await sender.post(EVENTS, content=a_body(), headers={"Authorization": "Basic eDp5"})
    while not await standing(instance):
        await asyncio.sleep(0.05)
    clock.at += QUIET
    await instance.write(lambda connection: end_of_turned_away(connection, clock()))
    assert await standing(instance) == {"inlet Global": 1}
    clock.at += QUIET / 100
    await instance.write(lambda connection: end_of_turned_away(connection, clock()))
    assert await standing(instance) == {}


async def test_another_address_is_no_reason_to_forget_an_event(instance: Instance, sender: httpx2.AsyncClient) -> None:
    paths = (
        "/nowhere/events",
        "/Global/event",
        "/Global/events/",
        "/",
        "",
        "/%00/%ff",
        "/../api/v1/status",
    )
    asked = [("POST", f"/portabilling{path}") for path in paths]
    asked += [(method, EVENTS) for method in ("PUT", "PATCH", "DELETE", "FROB")]
    for method, path in asked:
        assert await status_of(sender, f"{method} {path} HTTP/1.1\r\nContent-Length: 2\r\n", b"{}") == 503, (method, path)
    while (await standing(instance)).get("inlet Another address") != len(asked):
        await asyncio.sleep(0.05)
    assert await kept(instance) == []


async def test_whoever_only_looks_is_told_that_there_is_nothing_to_see(
    instance: Instance, sender: httpx2.AsyncClient
) -> None:
    for method in ("GET", "HEAD", "OPTIONS"):
        assert (await sender.request(method, EVENTS)).status_code == 503
    assert await standing(instance) == {}


async def test_without_a_configuration_portabilling_keeps_its_events_and_a_person_is_told(tmp_path: Path) -> None:
    instance = Instance(Settings(data=tmp_path / "empty"))
    async with served(instance) as sender:
        answer = await sender.post(EVENTS, content=a_body())
        assert answer.status_code == 503
        assert "configure and verify Global.PortaBilling" in answer.text
        while not await standing(instance):
            await asyncio.sleep(0.05)
    assert await standing(instance) == {"inlet Global": 1}
    instance.close()


async def test_when_nothing_can_be_stored_portabilling_keeps_the_event(
    instance: Instance, sender: httpx2.AsyncClient
) -> None:
    pages = await instance.write(lambda connection: connection.exec_driver_sql("PRAGMA page_count").scalar())
    await instance.write(lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}"))
    answers = [await sender.post(EVENTS, content=a_body(number, note="x" * 50_000)) for number in range(20)]
    acknowledged = [str(number) for number, answer in enumerate(answers) if answer.status_code == 200]
    assert answers[-1].status_code == 503
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert sorted(await kept(instance)) == sorted(acknowledged)


async def test_a_slow_sender_is_asked_to_send_it_again_and_holds_up_nobody(instance: Instance) -> None:
    async with served(instance, slowest=0.2) as sender:
        slow = asyncio.create_task(status_of(sender, f"POST {EVENTS} HTTP/1.1\r\nContent-Length: 5000\r\n", a_body()))
        assert (await sender.post(EVENTS, content=a_body(2))).status_code == 200
        assert await slow == 503
    assert await kept(instance) == ["2"]


async def test_who_goes_away_in_the_middle_leaves_nothing(instance: Instance, sender: httpx2.AsyncClient) -> None:
    writer = await sent(sender, f"POST {EVENTS} HTTP/1.1\r\nContent-Length: 5000\r\n", a_body())
    writer[1].close()
    assert await writer[0].read() == b""
    assert (await sender.post(EVENTS, content=a_body(2))).status_code == 200
    assert await kept(instance) == ["2"]
