"""What can't be done is said to a person on a page, to a program as a problem."""

from __future__ import annotations

import pytest

from console_pages import a_browser
from duebell.console.access.principal import Role
from duebell.instance import Instance

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/users", 403, "a viewer may not do this: it needs the right to administer. Ask an administrator."),
        ("/nowhere", 404, "There is nothing at /nowhere"),
        ("/handlers/Nobody/subscriptions/invoice.paid", 404, "There is no handler"),
    ],
)
async def test_a_person_reads_it_on_a_page_with_the_way_back(instance: Instance, path: str, status: int, says: str) -> None:
    async with a_browser(instance, Role.VIEWER) as browser:
        answer = await browser.get(path, headers=BROWSER)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
        assert says in answer.text
        assert 'href="/"' in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "headers"), [("/users", {}), ("/users", BROWSER | {"HX-Request": "true"}), ("/api/v1/users", BROWSER)]
)
async def test_a_program_and_a_part_of_a_page_get_the_problem(
    instance: Instance, path: str, headers: dict[str, str]
) -> None:
    async with a_browser(instance, Role.VIEWER) as browser:
        answer = await browser.get(path, headers=headers)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "urn:duebell:problem:not-allowed"


async def test_too_large_a_form_is_said_on_a_page_and_too_large_a_body_as_a_problem(instance: Instance) -> None:
    large = {"content": b"because=" + b"x" * 1_000_001, "headers": {"Content-Type": "application/x-www-form-urlencoded"}}
    async with a_browser(instance) as browser:
        page = await browser.post("/telling/stop", **large | {"headers": {**large["headers"], **BROWSER}})
        assert (page.status_code, page.headers["content-type"]) == (413, "text/html; charset=utf-8")
        assert "larger than is taken here" in page.text
        answer = await browser.post("/api/v1/telling/stop", **large)
        assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
        assert answer.json()["type"] == "urn:duebell:problem:body-too-large"
        assert (await browser.get("/api/v1/telling")).json()["told"]


async def test_markup_in_an_address_stays_text(instance: Instance) -> None:
    async with a_browser(instance) as browser:
        answer = await browser.get("/%3Cimg%20src=x%20onerror=alert(1)%3E", headers=BROWSER)
        assert "<img src=x" not in answer.text
        assert "&lt;img src=x" in answer.text
