"""The page about PortaBilling shows what waits for a person, and lets an operator do it; without scripts too."""

from __future__ import annotations

from raw_world import a_body, brought, configure

from console_pages import a_browser
from duebell.console.access.principal import Role
from duebell.instance import Instance
from duebell.storage.raw_events import discard_raw

HERE = "/from-portabilling"


async def test_the_page_is_among_the_pages_once_a_portabilling_is_configured(instance: Instance) -> None:
    async with a_browser(instance) as browser:
        assert "No PortaBilling is connected yet" in (await browser.get(HERE)).text
        assert HERE not in (await browser.get("/alarms")).text
        await configure(instance)
        assert HERE in (await browser.get("/alarms")).text


async def test_it_is_paused_resumed_and_its_quarantine_sorted_out(instance: Instance) -> None:
    await configure(instance)
    for body in (a_body(1, i_customer=5), b"strange <b>", a_body(2, "Weather/Changed", i_customer=5)):
        await instance.sources.take("Global", brought(body))
    async with a_browser(instance) as browser:
        page = (await browser.get(HERE)).text
        assert "customer:5" in page
        assert "strange &lt;b&gt;" in page
        assert "1 accepted, 0 sent again, 2 put in quarantine" in page
        assert "<dt>Customers known</dt><dd>0" in page
        assert f'href="{HERE}/sources/Global/cut-over"' in page

        await browser.post(f"{HERE}/sources/Global/pause", data={"because": "Its API is being moved."})
        assert "Its API is being moved." in (await browser.get(HERE)).text
        await browser.post(f"{HERE}/sources/Global/resume")
        await browser.post(f"{HERE}/quarantine/1/discard", data={"because": "Nonsense."})
        await configure(instance, Event_Types="Weather/Changed=customer")
        answer = await browser.post(f"{HERE}/sources/Global/quarantine/retry")
        assert (answer.status_code, answer.headers["Location"]) == (303, HERE)
        page = (await browser.get(HERE)).text
        assert "Quarantine" not in page
        assert "2 accepted" in page


async def test_what_failed_is_retried_or_discarded(instance: Instance) -> None:
    await configure(instance)
    for number in range(2):
        await instance.sources.take("Global", brought(a_body(number, i_customer=5)))
    async with a_browser(instance) as browser:
        assert (await browser.post(f"{HERE}/raw/1/discard", data={"because": ""})).status_code == 422
        await browser.post(f"{HERE}/raw/1/discard", data={"because": "A test of the vendor's."})
        assert "A test of the vendor&#39;s." in (await browser.get(HERE)).text
        assert (await browser.post(f"{HERE}/raw/1/retry")).status_code == 303
        assert "Discarded" not in (await browser.get(HERE)).text


async def test_a_viewer_sees_the_page_without_bodies_and_can_change_nothing(instance: Instance) -> None:
    await configure(instance)
    await instance.sources.take("Global", brought(b"John Doe"))
    await instance.sources.take("Global", brought(a_body(1, curr_name="John Doe")))
    await instance.write(lambda connection: discard_raw(connection, 1, "Write to john@example.com", instance.now()))
    async with a_browser(instance, Role.VIEWER) as browser:
        page = (await browser.get(HERE)).text
        assert "John" not in page
        assert "john@" not in page
        assert "Discard…" not in page
        assert (await browser.post(f"{HERE}/quarantine/1/discard", data={"because": "x"})).status_code == 403
