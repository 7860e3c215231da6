"""Logging in, staying in, and being out again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from argon2 import PasswordHasher

from access_world import ORIGIN, PASSWORD, Browser
from builders import Clock
from duebell.configuration.console import SessionLimits
from duebell.console.access.password import hashed
from duebell.console.access.secret import digest
from duebell.instance import Instance
from duebell.storage import users
from duebell.storage.audit import list_audit
from duebell.storage.tables_access import session, token, user

IDLE, LONGEST = SessionLimits().idle, SessionLimits().longest


async def test_a_user_logs_in_by_name_and_password_and_gets_to_the_page_that_was_asked_for(browser: Browser) -> None:
    asked = await browser.http.get("/users?x=1", headers={"Accept": "text/html"})
    assert (asked.status_code, asked.headers["location"]) == (303, "/login?next=/users%3Fx%3D1")
    form = await browser.http.get(asked.headers["location"])
    assert 'name="next" value="/users?x=1"' in form.text
    done = await browser.log_in("Viewer ", next="/users?x=1")
    assert (done.status_code, done.headers["location"]) == (303, "/users?x=1")
    assert await browser.is_known()


async def test_the_cookie_is_read_by_no_script_and_sent_by_no_other_site(browser: Browser) -> None:
    kept = (await browser.log_in("viewer")).headers["set-cookie"]
    assert kept.startswith("duebell=")
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Max-Age=43200"} <= set(kept.split("; "))


async def test_with_tls_the_cookie_is_bound_to_this_very_host_and_to_tls(browser: Browser) -> None:
    login = {"name": "viewer", "password": PASSWORD}
    done = await browser.http.post("https://duebell/login", data=login, headers={"Origin": "https://duebell"})
    kept = done.headers["set-cookie"]
    assert kept.startswith("__Host-duebell=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(kept.split("; "))


@pytest.mark.parametrize(("name", "password"), [("viewer", "wrong horse battery"), ("nobody", PASSWORD), ("viewer", "")])
async def test_a_wrong_name_and_a_wrong_password_are_answered_alike(browser: Browser, name: str, password: str) -> None:
    wrong = await browser.http.post("/login", data={"name": name, "password": password or " "}, headers={"Origin": ORIGIN})
    assert (wrong.status_code, browser.cookie) == (401, None)
    assert "That is not the name and the password of a user here" in wrong.text
    assert password not in wrong.text or not password


async def test_a_name_that_nobody_has_costs_the_same_work_as_one_that_somebody_has(
    browser: Browser, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Work is counted, not timed: each login compares one password with one argon2id hash of the same cost."""
    await instance.write(lambda connection: users.set_password(connection, "viewer", hashed(PASSWORD)))
    compared, really = [], PasswordHasher.verify
    monkeypatch.setattr(
        PasswordHasher, "verify", lambda self, kept, given: compared.append(kept[:30]) or really(self, kept, given)
    )
    for name in ("viewer", "nobody"):
        await browser.log_in(name, "wrong horse battery")
    assert len(compared) == 2
    assert compared[0] == compared[1]


async def test_each_login_begins_a_new_session_and_ends_the_one_before(
    browser: Browser, new_browser: Callable[..., Browser]
) -> None:
    # given a session that somebody planted in the browser, or its own from before
    attacker = new_browser()
    await attacker.log_in("viewer")
    planted = attacker.cookie
    browser.plant(planted)
    # when its user logs in
    await browser.log_in("operator")
    # then who knows the planted one is in nobody's session
    assert browser.cookie != planted
    assert await browser.is_known()
    assert not await attacker.is_known()


async def test_an_invented_cookie_is_nobodys(browser: Browser) -> None:
    browser.plant("chosen-by-somebody-else")
    assert not await browser.is_known()
    await browser.log_in("viewer")
    assert browser.cookie != "chosen-by-somebody-else"


async def test_a_session_ends_when_nothing_came_for_long(browser: Browser, clock: Clock) -> None:
    await browser.log_in("viewer")
    for _ in range(3):
        clock.advance(seconds=(IDLE - timedelta(minutes=2)).total_seconds())
        assert await browser.is_known()
    clock.advance(seconds=IDLE.total_seconds())
    assert not await browser.is_known()


async def test_a_session_ends_so_long_after_the_login_whatever_came(browser: Browser, clock: Clock) -> None:
    await browser.log_in("viewer")
    ends = clock() + LONGEST
    while clock() + timedelta(hours=1) < ends:
        clock.advance(hours=1)
        assert await browser.is_known()
    clock.advance(hours=1)
    assert not await browser.is_known()


async def test_a_session_lasts_as_long_as_the_configuration_says_from_its_applying_on(
    browser: Browser, instance: Instance, clock: Clock
) -> None:
    await browser.log_in("viewer")
    for values in ({"Session_Idle": "600"}, {"Session_Idle": "5"}):
        await instance.configuration(lambda server, v=values: server.type("Global", "Console", v))
        await instance.apply("Global", "Console", values)
        clock.advance(minutes=200)
        assert await browser.is_known() == (values["Session_Idle"] == "600")


async def test_logging_out_ends_the_session_for_whoever_has_its_cookie(browser: Browser) -> None:
    await browser.log_in("viewer")
    copied = browser.cookie
    done = await browser.http.post("/logout", data={"csrf": await browser.csrf()})
    assert (done.status_code, done.headers["location"], browser.cookie) == (303, "/login", None)
    browser.plant(copied)
    assert not await browser.is_known()


@pytest.mark.parametrize(
    ("change", "stays"),
    [
        (partial(users.disable, name="operator"), False),
        (partial(users.set_password, name="operator", password="another's hash"), False),
        (partial(users.set_role, name="operator", role="viewer"), True),
    ],
    ids=["disabled", "password", "role"],
)
async def test_what_is_changed_of_a_user_counts_at_once(
    browser: Browser, instance: Instance, change: Callable[..., None], stays: bool
) -> None:
    await browser.log_in("operator")
    headers = {"X-CSRF-Token": await browser.csrf()}
    assert (await browser.http.post("/api/v1/alarms/acknowledge", headers=headers)).status_code == 200
    await instance.write(change)
    assert await browser.is_known() == stays
    refused = await browser.http.post("/api/v1/alarms/acknowledge", headers=headers)
    assert refused.status_code == (403 if stays else 401)


async def test_who_changes_the_own_password_stays_logged_in_here_and_nowhere_else(
    browser: Browser, new_browser: Callable[..., Browser]
) -> None:
    elsewhere = new_browser()
    await elsewhere.log_in("viewer")
    await browser.log_in("viewer")
    form = {"password": PASSWORD, "new": "another horse battery", "again": "another horse battery"}
    csrf = await browser.csrf()
    wrong = [
        await browser.http.post("/account/password", data={**form, **mistake, "csrf": csrf})
        for mistake in ({"again": "other"}, {"password": "wrong"}, {"new": "short", "again": "short"})
    ]
    assert [one.status_code for one in wrong] == [422, 401, 422]
    done = await browser.http.post("/account/password", data={**form, "csrf": csrf})
    assert (done.status_code, done.headers["location"]) == (303, "/account?changed=1")
    assert (await browser.is_known(), await elsewhere.is_known()) == (True, False)
    assert (await elsewhere.log_in("viewer")).status_code == 401
    assert (await elsewhere.log_in("viewer", "another horse battery")).status_code == 303


async def test_no_secret_is_kept_but_as_a_digest(browser: Browser, instance: Instance) -> None:
    await browser.log_in("administrator")
    made = await browser.http.post(
        "/api/v1/tokens", json={"label": "billing", "scopes": ["record"]}, headers={"X-CSRF-Token": await browser.csrf()}
    )
    cookie, secret = str(browser.cookie), made.json()["token"]
    (kept,) = await instance.read(lambda connection: connection.execute(session.select()).all())
    (of_token,) = await instance.read(lambda connection: connection.execute(token.select()).all())
    assert (kept.digest, of_token.digest) == (digest(cookie), digest(secret))
    hashes = await instance.read(lambda connection: connection.execute(user.select()).all())
    assert {one.password[:10] for one in hashes} == {"$argon2id$"}
    entries = (await instance.read(partial(list_audit, limit=1000))).entries
    everything = f"{kept} {of_token} {entries}"
    assert [secret for secret in (cookie, secret, PASSWORD) if secret in everything] == []


async def test_logins_and_failures_are_in_the_audit_trail_and_what_was_typed_as_a_name_is_not(
    browser: Browser, instance: Instance
) -> None:
    await browser.log_in("viewer", "wrong horse battery")
    await browser.log_in("my secret password", "x")
    await browser.log_in("viewer")
    await browser.http.post("/logout", data={"csrf": await browser.csrf()})
    entries = reversed((await instance.read(list_audit)).entries)
    assert [(one["who"], one["action"], one["detail"]) for one in entries] == [
        ("viewer", "login failed", "from 192.0.2.1"),
        ("nobody", "login failed", "from 192.0.2.1; no enabled user has the name"),
        ("viewer", "logged in", "from 192.0.2.1"),
        ("viewer", "logged out", None),
    ]
