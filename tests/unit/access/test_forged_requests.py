"""What other sites' pages try in the name of whoever is logged in here, and where a login may lead."""

from __future__ import annotations

import pytest

from access_world import ORIGIN, PASSWORD, Browser
from duebell.console.pages.login import local_path

ACKNOWLEDGE = "/api/v1/alarms/acknowledge"


@pytest.mark.parametrize(
    ("headers", "form"),
    [
        ({}, {}),
        ({"X-CSRF-Token": "0" * 64}, {}),
        ({"X-CSRF-Token": ""}, {"csrf": "right"}),
        ({}, {"csrf": "0" * 64}),
        ({"X-CSRF-Token": "right", "Origin": "https://evil.example"}, {}),
        ({"X-CSRF-Token": "right", "Origin": "null"}, {}),
        ({"X-CSRF-Token": "right", "Origin": "http://duebell:8080"}, {}),
        ({"X-CSRF-Token": "right", "Origin": "https://duebell"}, {}),
        ({"X-CSRF-Token": "right", "Origin": "http://duebell.evil.example"}, {}),
    ],
)
async def test_a_change_without_the_sessions_token_or_from_elsewhere_is_refused(
    browser: Browser, headers: dict[str, str], form: dict[str, str]
) -> None:
    await browser.log_in("operator")
    right = await browser.csrf()
    sent = {name: right if value == "right" else value for name, value in headers.items()}
    fields = {name: right if value == "right" else value for name, value in form.items()}
    refused = await browser.http.post(ACKNOWLEDGE, headers=sent, data=fields)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:duebell:problem:forged")


@pytest.mark.parametrize("origin", [None, ORIGIN])
@pytest.mark.parametrize("by", ["header", "field"])
async def test_a_change_from_a_page_of_ours_passes(browser: Browser, by: str, origin: str | None) -> None:
    await browser.log_in("operator")
    right, headers = await browser.csrf(), {"Origin": origin} if origin else {}
    if by == "header":
        passed = await browser.http.post(ACKNOWLEDGE, headers={**headers, "X-CSRF-Token": right})
    else:
        passed = await browser.http.post(ACKNOWLEDGE, headers=headers, data={"csrf": right})
    assert passed.status_code == 200


async def test_the_token_of_another_session_is_of_no_use(browser: Browser) -> None:
    await browser.log_in("operator")
    earlier = await browser.csrf()
    await browser.log_in("operator")
    assert (await browser.http.post(ACKNOWLEDGE, headers={"X-CSRF-Token": earlier})).status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
async def test_no_other_site_logs_anybody_in(browser: Browser, origin: str | None) -> None:
    form = {"name": "viewer", "password": PASSWORD}
    refused = await browser.http.post("/login", data=form, headers={"Origin": origin} if origin else {})
    assert (refused.status_code, browser.cookie) == (403, None)


async def test_a_token_needs_no_protection_since_no_browser_sends_it_by_itself(browser: Browser) -> None:
    await browser.log_in("administrator")
    asked = {"label": "billing", "scopes": ["operate"]}
    made = await browser.http.post("/api/v1/tokens", json=asked, headers={"X-CSRF-Token": await browser.csrf()})
    bearer = {"Authorization": f"Bearer {made.json()['token']}", "Origin": "https://evil.example"}
    browser.http.cookies.clear()
    assert (await browser.http.post(ACKNOWLEDGE, headers=bearer)).status_code == 200


ELSEWHERE = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "http:evil.example",
    "javascript:alert(1)",
    "evil.example",
    "/ok\r\nSet-Cookie: a=b",
    "//[evil",
    "",
]


async def test_a_login_leads_nowhere_else(browser: Browser) -> None:
    for wanted in ELSEWHERE:
        assert (await browser.log_in("viewer", next=wanted)).headers["location"] == "/", wanted
        assert 'name="next" value="/"' in (await browser.http.get("/login", params={"next": wanted})).text, wanted


@pytest.mark.parametrize("wanted", ["/", "/users", "/events?text=a%2F%2Fb&state=waiting", "/customers/%C3%A4"])
def test_a_login_leads_to_pages_of_ours(wanted: str) -> None:
    assert local_path(wanted) == wanted


async def test_a_program_is_told_and_a_fragment_leads_the_page_to_the_login(browser: Browser) -> None:
    program = await browser.http.get("/api/v1/status", headers={"Accept": "text/html"})
    assert (program.status_code, program.headers["www-authenticate"]) == (401, "Bearer")
    asked = {"HX-Request": "true", "HX-Current-URL": "http://duebell/events?state=waiting"}
    fragment = await browser.http.get("/users", headers=asked)
    assert (fragment.status_code, fragment.headers["hx-redirect"]) == (401, "/login?next=/events%3Fstate%3Dwaiting")
    for evil in ("http://x//evil.example", "http://["):
        answer = await browser.http.get("/users", headers={**asked, "HX-Current-URL": evil})
        assert answer.headers["hx-redirect"] == "/login?next=/"


async def test_markup_in_what_was_typed_stays_text(browser: Browser) -> None:
    shown = await browser.log_in('"><script>alert(1)</script>', "x")
    assert "<script>alert" not in shown.text
    policy = shown.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


PRETENCES: list[dict[str, str]] = [
    {"X-Forwarded-User": "administrator"},
    {"X-Remote-User": "administrator", "Remote-User": "administrator"},
    {"Authorization": "Basic YWRtaW5pc3RyYXRvcjpjb3JyZWN0IGhvcnNlIGJhdHRlcnk="},
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer "},
    {"Authorization": "Bearer local"},
    {"Authorization": "bearer duebell_"},
    {"X-Original-URL": "/livez", "X-Rewrite-URL": "/livez"},
    {"X-HTTP-Method-Override": "GET"},
    {"Cookie": "duebell="},
    {"Cookie": "__Host-duebell=x; duebell=y"},
]


async def test_no_header_makes_anybody_known(browser: Browser) -> None:
    for headers in PRETENCES:
        assert (await browser.http.get("/api/v1/users", headers=headers)).status_code == 401, headers


async def test_who_brings_a_wrong_token_is_not_let_in_by_the_cookie(browser: Browser) -> None:
    await browser.log_in("viewer")
    assert (await browser.http.get("/api/v1/status", headers={"Authorization": "Bearer wrong"})).status_code == 401
