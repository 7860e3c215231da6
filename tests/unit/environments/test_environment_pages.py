"""The console's Configuration by environment: what comes from Global is seen, overridden, and given back."""

from __future__ import annotations

import re

import httpx2

from builders import NOON
from duebell.instance import Instance
from unit.environments.test_environments_over_http import a_cloud_event

RETENTION = "/configuration/berlin/Retention"


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


async def add_berlin(api: httpx2.AsyncClient) -> None:
    answer = await api.post("/configuration/environments", data={"name": "berlin"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/configuration?environment=berlin")


async def test_environments_are_chosen_only_where_there_are_several(api: httpx2.AsyncClient) -> None:
    alone = (await api.get("/configuration")).text
    assert 'aria-label="Environments"' not in alone
    assert "Add an environment" in alone

    await add_berlin(api)

    page = (await api.get("/configuration?environment=berlin")).text
    assert '<a href="/configuration?environment=berlin" aria-current="true">berlin</a>' in page
    assert "Groups of berlin" in page
    assert "As in Global" in words(page)
    assert "berlin.Alarms" not in page


async def test_what_comes_from_global_is_shown_as_inherited_and_overridden_and_given_back(
    api: httpx2.AsyncClient, instance: Instance
) -> None:
    await add_berlin(api)
    await api.post("/verify/Global/Retention", data={"History": "30", "then": "apply"})
    inherited = (await api.get(RETENTION)).text
    assert "As in Global: 30." in words(inherited)
    assert 'value="" placeholder="30"' in inherited

    await api.post("/verify/berlin/Retention", data={"History": "7", "then": "apply"})
    own = (await api.get(RETENTION)).text
    assert "In force, instead of Global's 30." in words(own)
    assert 'value="7"' in own
    assert "1 overridden" in words((await api.get("/configuration?environment=berlin")).text)
    assert "berlin" in words((await api.get("/verify")).text)

    await api.post("/verify/berlin/Retention", data={"History": "7", "remove": "History", "then": "apply"})
    assert "As in Global: 30." in words((await api.get(RETENTION)).text)
    assert await instance.configured(lambda server: server.own("berlin", "Retention")) == set()


async def test_a_secret_of_globals_is_used_and_never_shown_and_an_own_one_is_given_back(
    api: httpx2.AsyncClient, instance: Instance
) -> None:
    await add_berlin(api)
    key = "0123456789abcdef0123456789abcdef01234567"
    await api.post("/configuration/Global/OdooCRM", data={"API_Access_Key": key})
    page = (await api.get("/configuration/berlin/OdooCRM")).text
    assert "Global's is used; type to override it" in page.replace("&#39;", "'")
    assert key not in page

    await api.post("/configuration/berlin/OdooCRM", data={"API_Access_Key": key[::-1]})
    own = (await api.get("/configuration/berlin/OdooCRM")).text
    assert "Use Global's again" in own
    assert await instance.configured(lambda server: server.draft("berlin", "OdooCRM")["API_Access_Key"]) == key[::-1]

    await api.post("/configuration/berlin/OdooCRM", data={"API_Access_Key": "", "remove": "API_Access_Key"})
    assert await instance.configured(lambda server: server.draft("berlin", "OdooCRM")["API_Access_Key"]) == key


async def test_a_name_that_can_t_be_is_told_on_the_page_with_what_was_typed(api: httpx2.AsyncClient) -> None:
    answer = await api.post("/configuration/environments", data={"name": "<b>"})
    assert answer.status_code == 422
    assert "Name an environment with" in answer.text
    assert 'value="&lt;b&gt;"' in answer.text
    unknown = await api.get("/configuration?environment=munich")
    assert unknown.status_code == 404
    assert "There is no environment" in unknown.text


async def test_an_environment_is_removed_on_its_page_unless_something_was_recorded(api: httpx2.AsyncClient) -> None:
    await add_berlin(api)
    await api.post("/api/v1/events", json=a_cloud_event(environment="berlin", time=NOON.isoformat()))
    refused = await api.post("/configuration/environments/berlin/remove")
    assert refused.status_code == 409
    assert "berlin can&#39;t be removed" in refused.text

    await api.post("/configuration/environments", data={"name": "unused"})
    gone = await api.post("/configuration/environments/unused/remove")
    assert (gone.status_code, gone.headers["location"]) == (303, "/configuration")


async def test_customers_are_filtered_by_environment_only_where_there_are_several(api: httpx2.AsyncClient) -> None:
    await api.post("/api/v1/events", json=a_cloud_event())
    assert 'name="environment"' not in (await api.get("/customers")).text

    await add_berlin(api)
    assert "Nobody of berlin is known yet" in words((await api.get("/customers?environment=berlin")).text)
    await api.post("/api/v1/events", json=a_cloud_event(environment="berlin"))

    both, berlins = (await api.get("/customers?environment=")).text, (await api.get("/customers?environment=berlin")).text
    assert re.findall(r'href="/customers/4711\?environment=(\w+)"', both) == ["berlin", "Global"]
    assert re.findall(r'href="/customers/4711\?environment=(\w+)"', berlins) == ["berlin"]
    assert "<option selected>berlin</option>" in berlins
    unknown = await api.get("/customers?environment=munich")
    assert (unknown.status_code, "There is no environment" in unknown.text) == (404, True)


async def test_events_are_filtered_by_environment_only_where_there_are_several(api: httpx2.AsyncClient) -> None:
    await api.post("/api/v1/events", json=a_cloud_event())
    assert 'name="environment"' not in (await api.get("/events")).text

    await add_berlin(api)
    await api.post("/api/v1/events", json=a_cloud_event(environment="berlin"))

    both, berlins = (await api.get("/events")).text, (await api.get("/events?environment=berlin")).text
    assert 'name="environment"' in both
    assert both.count("4711 · berlin") == 1
    assert berlins.count("/customers/4711?environment=") == 1
    customer = (await api.get("/customers/4711?environment=berlin")).text
    assert "4711 in the environment berlin" in customer
    assert len(set(re.findall(r'href="/events/([0-9a-f-]{36})"', customer))) == 1
