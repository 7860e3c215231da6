"""Before there is any user."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI

from access_world import ORIGIN, PASSWORD
from console_pages import a_command
from duebell.console.access.network import NetworkDoor
from duebell.console.app import create_app
from duebell.instance import Instance

FORM = {"name": "Chief", "password": PASSWORD, "again": PASSWORD}
HERE = {"Origin": ORIGIN}


@pytest.fixture
def new_app(instance: Instance) -> FastAPI:
    return create_app(instance, door=NetworkDoor(instance))


@pytest.fixture
async def client(new_app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(new_app), base_url=ORIGIN) as client:
        yield client


async def test_whoever_has_the_address_makes_the_first_administrator_and_is_logged_in(
    client: httpx2.AsyncClient, new_app: FastAPI
) -> None:
    token = new_app.state.first_run.token
    assert "Nobody can log in yet" in (await client.get("/login")).text
    assert (await client.get("/first-run", params={"token": token})).status_code == 200
    made = await client.post("/first-run", data={**FORM, "token": token}, headers=HERE)
    assert (made.status_code, made.headers["location"]) == (303, "/")
    (user,) = (await client.get("/api/v1/users")).json()
    assert (user["name"], user["role"]) == ("chief", "administrator")
    assert "Nobody can log in yet" not in (await client.get("/login")).text


async def test_the_address_is_good_for_one_administrator(client: httpx2.AsyncClient, new_app: FastAPI) -> None:
    token = new_app.state.first_run.token
    await client.post("/first-run", data={**FORM, "token": token}, headers=HERE)
    client.cookies.clear()
    shown = await client.get("/first-run", params={"token": token})
    assert (shown.status_code, shown.headers["location"]) == (303, "/login")
    again = await client.post("/first-run", data={**FORM, "name": "guest", "token": token}, headers=HERE)
    assert (again.status_code, again.headers.get("set-cookie")) == (403, None)


async def test_a_user_made_by_command_ends_the_first_run(
    client: httpx2.AsyncClient, new_app: FastAPI, instance: Instance
) -> None:
    async with a_command(instance, "/api/v1") as command:
        await command.post("/users", json={"name": "chief", "role": "administrator", "password": PASSWORD})
    token = new_app.state.first_run.token
    assert (await client.post("/first-run", data={**FORM, "token": token}, headers=HERE)).status_code == 403


@pytest.mark.parametrize("token", ["", "x" * 43, "ä"])
async def test_nobody_else_makes_one(client: httpx2.AsyncClient, token: str) -> None:
    assert (await client.get("/first-run", params={"token": token})).status_code == 403
    assert (await client.post("/first-run", data={**FORM, "token": token or "-"}, headers=HERE)).status_code == 403


async def test_what_was_mistyped_is_told_on_the_form_and_the_token_stays_good(
    client: httpx2.AsyncClient, new_app: FastAPI
) -> None:
    token = new_app.state.first_run.token
    for mistake, says in (
        ({"again": "another"}, "The two passwords differ"),
        ({"password": "short", "again": "short"}, "A password has at least 12 characters"),
        ({"name": "a b"}, "name has 1 to 64 letters"),
    ):
        wrong = await client.post("/first-run", data={**FORM, **mistake, "token": token}, headers=HERE)
        assert (wrong.status_code, says in wrong.text) == (422, True), wrong.text
    assert (await client.post("/first-run", data={**FORM, "token": token}, headers={})).status_code == 403
    assert (await client.post("/first-run", data={**FORM, "token": token}, headers=HERE)).status_code == 303
