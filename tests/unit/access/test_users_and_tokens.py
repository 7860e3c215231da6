"""Users and tokens: who makes them, what they may do, when they end, and what the audit trail tells of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from access_world import PASSWORD, Browser
from builders import Clock
from console_pages import a_command
from duebell.instance import Instance
from duebell.storage.audit import list_audit


@pytest.fixture
async def local(instance: Instance) -> AsyncIterator[httpx2.AsyncClient]:
    """Whoever is at the machine."""
    async with a_command(instance, "/api/v1") as client:
        yield client


async def trail(instance: Instance) -> list[tuple[Any, ...]]:
    """(who, action, subject, detail), the oldest first."""
    entries = reversed((await instance.read(list_audit)).entries)
    return [(one["who"], one["action"], one["subject"], one["detail"]) for one in entries]


async def token_of(local: httpx2.AsyncClient, *scopes: str, label: str = "billing-system", days: int = 30) -> str:
    made = await local.post("/tokens", json={"label": label, "scopes": scopes, "days": days})
    assert made.status_code == 201, made.text
    return str(made.json()["token"])


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_a_token_opens_what_its_scopes_say_and_nothing_else(browser: Browser, local: httpx2.AsyncClient) -> None:
    headers = bearer(await token_of(local, "record"))
    assert (await browser.http.post("/api/v1/events", json=[], headers=headers)).status_code == 422
    refused = await browser.http.get("/api/v1/status", headers=headers)
    assert (refused.status_code, refused.json()["detail"]) == (
        403,
        "token billing-system may not do this: it needs the right to view. Ask an administrator.",
    )


async def test_a_token_ends_when_it_expires_or_is_revoked(browser: Browser, local: httpx2.AsyncClient, clock: Clock) -> None:
    first, second = await token_of(local, "view"), await token_of(local, "view", label="other", days=10)

    async def statuses() -> list[int]:
        return [(await browser.http.get("/api/v1/status", headers=bearer(one))).status_code for one in (first, second)]

    assert await statuses() == [200, 200]
    await local.post("/tokens/billing-system/revoke")
    assert await statuses() == [401, 200]
    clock.advance(days=9, hours=23)
    assert await statuses() == [401, 200]
    clock.advance(hours=1)
    assert await statuses() == [401, 401]


async def test_a_label_is_free_again_once_its_token_is_revoked_and_the_list_tells_when_each_was_used(
    browser: Browser, local: httpx2.AsyncClient, clock: Clock
) -> None:
    first = await token_of(local, "view")
    again = await local.post("/tokens", json={"label": "billing-system", "scopes": ["view"]})
    assert (again.status_code, "revoke that one first" in again.json()["detail"]) == (409, True)
    clock.advance(hours=1)
    await browser.http.get("/api/v1/status", headers=bearer(first))
    await local.post("/tokens/billing-system/revoke")
    await token_of(local, "measure")
    rows = (await local.get("/tokens")).json()
    assert [(row["scopes"], row["used_at"], row["revoked_at"] is None) for row in rows] == [
        (["measure"], None, True),
        (["view"], "2026-11-01T13:00:00Z", False),
    ]
    assert "token" not in rows[0]
    assert (await local.post("/tokens/billing/revoke")).status_code == 404


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"label": "a b", "scopes": ["view"]}, "A token's label has 1 to 64 letters"),
        ({"label": "a", "scopes": []}, "Say what the token may do: name at least one scope."),
        ({"label": "a", "scopes": ["local"]}, "The scope local is for this machine's own user: no token has it."),
        ({"label": "a", "scopes": ["everything"]}, "scopes.0: Input should be 'view'"),
        ({"label": "a", "scopes": ["view"], "days": 0}, "days: Input should be greater than or equal to 1"),
    ],
)
async def test_a_token_that_cannot_be_is_refused_with_what_to_do(local: httpx2.AsyncClient, asked: Any, says: str) -> None:
    refused = await local.post("/tokens", json=asked)
    assert (refused.status_code, says in refused.json()["detail"]) == (422, True), refused.text


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        ("/users", {"name": "Chief Lee", "password": PASSWORD}, 422, "A user's name has 1 to 64 letters a-z"),
        ("/users", {"name": "chief", "password": "short"}, 422, "A password has at least 12 characters"),
        ("/users", {"name": "chief", "password": "x" * 1001}, 422, "A password has at least 12 characters"),
        ("/users", {"name": "VIEWER", "password": PASSWORD}, 409, "There is a user viewer already"),
        ("/users", {"name": "chief", "role": "root", "password": PASSWORD}, 422, "role: Input should be 'viewer'"),
        ("/users/chief/disable", None, 404, "There is no user 'chief'"),
        ("/users/administrator/disable", None, 409, "administrator is the only administrator"),
        ("/users/administrator/role", {"role": "viewer"}, 409, "administrator is the only administrator"),
    ],
)
async def test_a_user_that_cannot_be_is_refused_with_what_to_do(  # noqa: PLR0913 - a row of the table
    app: FastAPI, local: httpx2.AsyncClient, path: str, body: Any, status: int, says: str
) -> None:
    refused = await local.post(path, json=body)
    assert (refused.status_code, says in refused.json()["detail"]) == (status, True), refused.text
    assert PASSWORD not in refused.text


async def test_with_two_administrators_either_may_go_but_not_both(app: FastAPI, local: httpx2.AsyncClient) -> None:
    await local.post("/users/operator/role", json={"role": "administrator"})
    assert (await local.post("/users/administrator/disable")).status_code == 200
    assert (await local.post("/users/operator/disable")).status_code == 409
    await local.post("/users/administrator/enable")
    assert (await local.post("/users/operator/role", json={"role": "viewer"})).status_code == 200


async def test_the_trail_has_each_change_once_with_who_did_it_and_never_a_secret(
    browser: Browser, instance: Instance
) -> None:
    await browser.log_in("administrator")
    csrf = {"csrf": await browser.csrf()}
    await browser.http.post("/users", data={**csrf, "name": "chief", "role": "viewer", "password": PASSWORD})
    await browser.http.post("/users/chief/role", data={**csrf, "role": "operator"})
    await browser.http.post("/users/chief/password", data={**csrf, "password": "another horse battery"})
    await browser.http.post("/users/chief/disable", data=csrf)
    await browser.http.post("/users/chief/enable", data=csrf)
    made = await browser.http.post(
        "/users/tokens", data={**csrf, "label": "billing", "days": 30, "scopes": ["record", "view"]}
    )
    (secret,) = re.findall(r"duebell_[\w-]{43}", made.text)
    await browser.http.post("/users/tokens/billing/revoke", data=csrf)
    await browser.http.post("/users/administrator/disable", data=csrf)
    await browser.http.get("/users")
    entries = await trail(instance)
    assert [(action, subject, detail) for who, action, subject, detail in entries if who == "administrator"] == [
        ("logged in", None, "from 192.0.2.1"),
        ("added a user", "chief", "as viewer"),
        ("changed a role", "chief", "to operator"),
        ("changed a password", "chief", None),
        ("disabled a user", "chief", None),
        ("enabled a user", "chief", None),
        ("made a token", "billing", "may record, view; expires 2026-12-01"),
        ("revoked a token", "billing", None),
        ("disabling a user", "administrator", "refused (409 Conflict): POST /users/{name}/disable"),
        ("a look at the users", None, "done: GET /users"),
    ]
    assert [one for one in (secret, PASSWORD, "another horse battery") if one in str(entries)] == []


async def test_changes_of_all_routes_are_in_the_trail_and_events_that_are_told_are_not(
    browser: Browser, local: httpx2.AsyncClient, instance: Instance
) -> None:
    headers = bearer(await token_of(local, "operate", "record"))
    customer = {"external_id": "john-doe", "name": "John Doe", "currency": "USD"}
    await browser.http.post("/api/v1/billing/customers", json=customer, headers=headers)
    await browser.http.post("/api/v1/billing/customers/john-doe/invoices", headers=headers)
    await browser.http.post("/api/v1/events", json=[], headers=headers)
    await browser.http.post("/api/v1/users", json={}, headers=headers)
    _, *entries = await trail(instance)
    assert entries == [
        ("token billing-system", "adding a customer to billing", None, "done: POST /api/v1/billing/customers"),
        (
            "token billing-system",
            "generating an invoice",
            "john-doe",
            "refused (409 Conflict): POST /api/v1/billing/customers/{external_id}/invoices",
        ),
        ("token billing-system", "adding a user", None, "refused (403 Forbidden): POST /api/v1/users"),
    ]
