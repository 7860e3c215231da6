"""An alarm leads to where it is mended: on its page, on the overview and over the API."""

from __future__ import annotations

from functools import partial

import pytest

from console_pages import a_browser
from duebell.alarms.causes import CAUSES, links_of
from duebell.console.access.principal import Role
from duebell.instance import Instance
from duebell.storage import alarms

OF_A_SOURCE = {"source ", "inlet ", "quarantine ", "raw refused ", "quiet ", "missed "}
"""Causes that are about an environment's source of events."""


@pytest.mark.parametrize("begins", [cause.begins for cause in CAUSES if cause.links])
async def test_each_link_leads_to_a_page(instance: Instance, begins: str) -> None:
    async with a_browser(instance, Role.ADMINISTRATOR) as browser:
        about = "Global" if begins in OF_A_SOURCE else "OdooCRM"
        for link in links_of(begins + about if begins.endswith(" ") else begins):
            assert (await browser.get(link.path)).status_code == 200, link.path


def test_what_an_alarm_is_about_stands_in_the_address_as_addresses_want_it() -> None:
    assert [link.path for link in links_of("waiting Odoo & Söhne")][
        1
    ] == "/events?handler=Odoo%20%26%20S%C3%B6hne&state=waiting"
    assert [link.path for link in links_of("verify north.OdooCRM")] == ["/verify/north/OdooCRM"]


async def test_the_page_the_overview_and_the_api_lead_there(instance: Instance) -> None:
    sound = partial(alarms.sound, cause="events refused", sentence="Odoo refused an event.", now=instance.now())
    await instance.write(sound)
    async with a_browser(instance) as browser:
        (told,) = (await browser.get("/api/v1/alarms")).json()
        pages = [(await browser.get(path)).text for path in ("/alarms", "/")]
    assert told["links"] == [{"title": "Refused events", "path": "/events?state=refused"}]
    assert "then replay or skip each" in told["remedy"]
    assert all('<a href="/events?state=refused">Refused events</a>' in page for page in pages)
