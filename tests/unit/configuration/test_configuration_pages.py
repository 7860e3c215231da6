"""The configuration's pages and its HTTP API, as an administrator and as a viewer use them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import Request

from duebell.console.access.door import Door
from duebell.console.access.principal import LOCAL, SCOPES, Principal, Role
from duebell.console.app import create_app
from duebell.instance import Instance
from duebell.settings import Settings
from duebell.storage.audit import list_audit

KEY = "f00dfeed" * 5
ODOO = {"API_URL": "http://127.0.0.1:9", "API_Access_Key": KEY}


def as_who(principal: Principal) -> Door:
    async def door(_: Request) -> Principal:
        return principal

    return door


@pytest.fixture
async def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Instance]:
    monkeypatch.setenv("DUEBELL_ODOOCRM__DATABASE", "production")
    instance = Instance(Settings(data=tmp_path))
    yield instance
    instance.close()


async def browser_of(instance: Instance, principal: Principal) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(create_app(instance, as_who(principal)))
    async with httpx2.AsyncClient(transport=transport, base_url="http://duebell", follow_redirects=True) as http:
        yield http


@pytest.fixture
async def admin(instance: Instance) -> AsyncIterator[httpx2.AsyncClient]:
    async for http in browser_of(instance, LOCAL):
        yield http


@pytest.fixture
async def viewer(instance: Instance) -> AsyncIterator[httpx2.AsyncClient]:
    async for http in browser_of(instance, Principal(name="viewer", scopes=SCOPES[Role.VIEWER])):
        yield http


async def filled_in(http: httpx2.AsyncClient, path: str) -> dict[str, str]:
    """The form of a page as it stands there."""
    page = (await http.get(path)).raise_for_status().text
    inputs = [dict(re.findall(r'(\w+)="([^"]*)"', tag)) for tag in re.findall(r"<input [^>]*>", page)]
    return {one["name"]: one.get("value", "") for one in inputs if "name" in one and one.get("type") != "checkbox"}


async def type_in(http: httpx2.AsyncClient, path: str, **typed: str) -> httpx2.Response:
    """Send a page's form with these fields changed."""
    return await http.post(path, data={**await filled_in(http, path), **typed})


async def in_force(http: httpx2.AsyncClient, group: str) -> Mapping[str, Any]:
    rows = (await http.get(f"/api/v1/configuration/Global/{group}")).raise_for_status().json()
    return {row["key"]: row["in_force"] for row in rows}


async def put_in_force(http: httpx2.AsyncClient, **retry: str) -> None:
    (await http.put("/api/v1/configuration/Global/Retry", json=retry)).raise_for_status()
    assert '"applied": true' in (await http.post("/api/v1/verify/Global/Retry")).text


# --- the form ----------------------------------------------------------------------------------------------------------


async def test_a_form_has_what_the_declaration_says_and_a_fixed_option_is_locked(admin: httpx2.AsyncClient) -> None:
    page = (await admin.get("/configuration/Global/OdooCRM")).text

    assert "Address of Odoo" in page
    assert "10 to 600" in page
    assert "Locked: the environment variable DUEBELL_ODOOCRM__DATABASE of Duebell" in " ".join(page.split())
    assert "Database" not in await filled_in(admin, "/configuration/Global/OdooCRM")
    assert 'formaction="/verify/Global/OdooCRM"' in page


async def test_what_is_kept_as_a_draft_is_not_in_force_and_only_changes_are_noted(
    admin: httpx2.AsyncClient, instance: Instance
) -> None:
    answer = await type_in(admin, "/configuration/Global/Retry", First_Wait="7", remark="Slower")

    assert (answer.url.path, "Version 1 is a draft" in answer.text) == ("/configuration", True)
    assert "Changed, not in force" in answer.text
    assert (await in_force(admin, "Retry"))["First_Wait"] is None
    assert "Slower" in (await admin.get("/configuration/versions")).text
    (noted,) = (one for one in (await instance.read(list_audit)).entries if one["action"] == "typed a configuration")
    assert (noted["subject"], noted["detail"]) == ("Global.Retry", "First_Wait in version 1.")


async def test_all_that_is_wrong_stands_beside_its_field_and_what_was_typed_stays(admin: httpx2.AsyncClient) -> None:
    answer = await type_in(admin, "/configuration/Global/Retry", First_Wait="soon", Longest_Wait="0", Give_Up_After="12")

    assert answer.status_code == 422
    assert re.findall(r'id="wrong-(\w+)">([^<]*)<', answer.text) == [
        ("First_Wait", "type a whole number from 1 to 3600"),
        ("Longest_Wait", "type a whole number from 1 to 1440"),
    ]
    assert 'value="soon"' in answer.text
    assert 'value="12"' in answer.text
    assert (await admin.get("/api/v1/configuration/versions")).json() == []


async def test_a_secret_is_never_in_a_page_is_kept_by_an_empty_field_and_removed_by_its_box(
    admin: httpx2.AsyncClient, instance: Instance
) -> None:
    path = "/configuration/Global/Alarms"

    async def password() -> str | None:
        draft = await instance.configuration(lambda server: server.draft("Global", "Alarms"))
        return draft.get("SMTP_Password")

    await type_in(admin, path, SMTP_Password=KEY)
    await type_in(admin, path, Grace="10")
    assert await password() == KEY
    for page in (path, "/configuration/versions/1", "/configuration/versions/1/Global/Alarms"):
        assert KEY not in (await admin.get(page)).text

    await type_in(admin, path, remove="SMTP_Password")
    assert await password() is None


async def test_of_two_who_have_the_form_open_the_second_is_told_and_keeps_what_he_typed(admin: httpx2.AsyncClient) -> None:
    path = "/configuration/Global/Retry"
    await type_in(admin, path, First_Wait="7")
    form = await filled_in(admin, path)
    await type_in(admin, path, First_Wait="8")

    answer = await admin.post(path, data={**form, "First_Wait": "9"})

    assert (answer.status_code, "The configuration was changed meanwhile, by local" in answer.text) == (412, True)
    assert 'value="9"' in answer.text


async def test_markup_in_a_value_and_in_a_remark_is_text(admin: httpx2.AsyncClient) -> None:
    evil = "<script>alert(1)</script>"
    await type_in(admin, "/configuration/Global/Alarms", Name=evil, remark=evil)

    for page in ("/configuration/Global/Alarms", "/configuration/versions", "/configuration/versions/1"):
        text = (await admin.get(page)).text
        assert evil not in text
        assert "&lt;script&gt;" in text


async def test_verify_applies_what_the_form_has_and_keeps_why(admin: httpx2.AsyncClient) -> None:
    form = await filled_in(admin, "/configuration/Global/Retry")

    await admin.post("/verify/Global/Retry", data={**form, "First_Wait": "7", "remark": "Slower"})

    (version,) = (await admin.get("/api/v1/configuration/versions")).json()
    assert (version["state"], version["remark"], version["applied_by"]) == ("active", "Slower", "local")
    assert (await in_force(admin, "Retry"))["First_Wait"] == "7"


# --- versions ----------------------------------------------------------------------------------------------------------


async def test_versions_are_compared_rolled_back_cloned_applied_and_deleted_on_pages(admin: httpx2.AsyncClient) -> None:
    await put_in_force(admin, First_Wait="7")
    await put_in_force(admin, First_Wait="9")

    compared = (await admin.get("/configuration/versions/compare", params={"left": 1, "right": 2})).text
    assert ("7 seconds" in compared, "9 seconds" in compared) == (True, True)

    await admin.post("/configuration/rollback")
    assert (await in_force(admin, "Retry"))["First_Wait"] == "7"

    clone = await admin.post("/configuration/versions/2/clone")
    assert clone.url.path == "/configuration/versions/3"
    await type_in(admin, "/configuration/versions/3/Global/Retry", First_Wait="11")
    applied = await admin.post("/configuration/versions/3/apply")
    assert "Version 3 is in force." in applied.text
    assert (await in_force(admin, "Retry"))["First_Wait"] == "11"
    assert (await admin.get("/api/v1/verify/Global/Retry")).json()[0]["who"] == "local", "a person proved it"

    gone = await admin.post("/configuration/versions/2/delete")
    assert "Version 2<" not in gone.text
    refused = await admin.post("/configuration/versions/3/delete")
    assert (refused.status_code, "Version 3 is active, and can&#39;t be changed nor deleted" in refused.text) == (409, True)


async def test_a_version_whose_verify_fails_is_not_applied_and_the_page_says_what_to_mend(admin: httpx2.AsyncClient) -> None:
    await put_in_force(admin, First_Wait="7")
    await admin.post("/configuration/versions/1/clone")
    await type_in(admin, "/configuration/versions/2/Global/Retry", First_Wait="3600", Longest_Wait="1")

    answer = await admin.post("/configuration/versions/2/apply")

    assert "Version 2 was not put in force: 1 check failed." in answer.text
    assert "The waits contradict each other" in answer.text
    assert (await in_force(admin, "Retry"))["First_Wait"] == "7"


async def test_a_versions_checks_come_a_line_each_for_the_script_and_the_last_says_how_it_ended(
    admin: httpx2.AsyncClient,
) -> None:
    await put_in_force(admin, First_Wait="7")
    await admin.post("/configuration/versions/1/clone")
    await type_in(admin, "/configuration/versions/2/Global/Retry", First_Wait="9")
    await type_in(admin, "/configuration/versions/2/Global/Notify_By", Invoice_Generated="24")

    answer = await admin.post("/configuration/versions/2/apply", headers={"X-Duebell-Pieces": "1"})

    lines = answer.text.splitlines()
    assert all(line.startswith("<li") and line.endswith("</li>") for line in lines)
    assert [line for line in lines if "Global." in line] == [lines[0], lines[2]]
    assert "Version 2 is in force." in lines[-1]


async def test_a_version_that_was_changed_since_it_was_seen_is_not_put_in_force(admin: httpx2.AsyncClient) -> None:
    await put_in_force(admin, First_Wait="7")
    await admin.post("/configuration/versions/1/clone")
    await type_in(admin, "/configuration/versions/2/Global/Retry", First_Wait="9")

    answer = await admin.post("/configuration/versions/2/apply", data={"seen": "2-0"})

    assert "Version 2 was not put in force." in answer.text
    assert "changed meanwhile, by local" in answer.text
    assert (await in_force(admin, "Retry"))["First_Wait"] == "7"
    assert (await admin.post("/configuration/versions/7/apply")).status_code == 404


@pytest.mark.parametrize(
    "path", ["/configuration", "/configuration/Global/Retry", "/configuration/versions", "/configuration/versions/2"]
)
async def test_a_viewer_sees_everything_and_no_button_that_he_may_not_press(
    admin: httpx2.AsyncClient, viewer: httpx2.AsyncClient, path: str
) -> None:
    await put_in_force(admin, First_Wait="7")
    await put_in_force(admin, First_Wait="9")
    await type_in(admin, "/configuration/Global/Retry", First_Wait="10")

    page = (await viewer.get(path)).raise_for_status().text

    assert [tag for tag in re.findall(r'<form[^>]*method="post"[^>]*>', page) if "logout" not in tag] in ([], [FORM])
    assert "Verify and apply" not in page
    assert (await viewer.post("/configuration/rollback")).status_code == 403
    assert (await viewer.put("/api/v1/configuration/Global/Retry", json={"First_Wait": "1"})).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/configuration/Global/OdooCRM",
        "/configuration/versions/1",
        "/configuration/versions/1/Global/OdooCRM",
        "/configuration/versions/compare?left=1&right=2&everything=true",
        "/verify/Global/OdooCRM",
        "/api/v1/configuration/Global/OdooCRM",
        "/api/v1/configuration/versions/1/Global/OdooCRM",
        "/api/v1/configuration/versions/1/compare/2",
        "/api/v1/configuration/versions/1/export",
    ],
)
async def test_a_testers_phone_is_shown_to_whoever_may_see_personal_data_only(
    admin: httpx2.AsyncClient, viewer: httpx2.AsyncClient, path: str
) -> None:
    await type_in(admin, "/configuration/Global/OdooCRM", Test_Phones="+12025550166")
    await admin.post("/configuration/versions/1/clone")

    assert "2025550166" in (await admin.get(path)).raise_for_status().text
    assert "2025550166" not in (await viewer.get(path)).raise_for_status().text


FORM = '<form class="card" method="post" action="/configuration/Global/Retry" autocomplete="off">'
"""A group's options stand in a form for viewers too, all disabled and without a button."""


# --- the API -----------------------------------------------------------------------------------------------------------


async def test_an_edit_of_what_was_changed_since_it_was_seen_is_412_with_a_sentence(admin: httpx2.AsyncClient) -> None:
    made = await admin.post("/api/v1/configuration/versions", json={"remark": "Another Odoo"})
    seen = made.headers["ETag"]
    path = "/api/v1/configuration/versions/1/Global/Retry"
    first = await admin.put(path, json={"First_Wait": "7"}, headers={"If-Match": seen})

    second = await admin.put(path, json={"First_Wait": "8"}, headers={"If-Match": seen})

    assert (made.status_code, made.json()["remark"], first.status_code) == (201, "Another Odoo", 200)
    assert (second.status_code, second.json()["detail"]) == (
        412,
        "The configuration was changed meanwhile, by local: look at it again, then make your change.",
    )
    assert first.headers["ETag"] == (await admin.get("/api/v1/configuration/versions/1")).headers["ETag"] != seen
    deleted = await admin.delete("/api/v1/configuration/versions/1", headers={"If-Match": first.headers["ETag"]})
    assert (deleted.status_code, deleted.content) == (204, b"")


async def test_the_draft_has_an_etag_too(admin: httpx2.AsyncClient) -> None:
    path = "/api/v1/configuration/Global/Retry"
    await admin.put(path, json={"First_Wait": "7"})
    seen = (await admin.get(path)).headers["ETag"]
    assert (await admin.put(path, json={"First_Wait": "8"}, headers={"If-Match": seen})).status_code == 200
    assert (await admin.put(path, json={"First_Wait": "9"}, headers={"If-Match": seen})).status_code == 412


async def test_a_version_is_verified_and_applied_over_http(admin: httpx2.AsyncClient) -> None:
    versions = "/api/v1/configuration/versions"
    await put_in_force(admin, First_Wait="7")
    await admin.post(versions, json={"clone": 1})
    await admin.put(f"{versions}/2/Global/Retry", json={"First_Wait": "8"})
    refused = await admin.post(f"{versions}/2/apply")
    assert refused.json()["detail"] == "Version 2 can't be applied before Verify has passed for Global.Retry in it."
    assert (await admin.get(f"{versions}/2/unverified")).json() == [["Global", "Retry"]]

    assert '"passed": true' in (await admin.post(f"{versions}/2/verify/Global/Retry")).text
    assert (await admin.post(f"{versions}/2/apply")).json()["state"] == "active"

    assert (await in_force(admin, "Retry"))["First_Wait"] == "8"
    assert (await admin.post("/api/v1/configuration/rollback")).json()["number"] == 1


async def test_secrets_are_in_no_answer_of_the_api(admin: httpx2.AsyncClient) -> None:
    api = "/api/v1/configuration"
    await admin.put(f"{api}/Global/OdooCRM", json=ODOO)
    await admin.post(f"{api}/versions", json={"clone": 1})

    paths = ("", "/Global/OdooCRM", "/versions", "/versions/1/Global/OdooCRM", "/versions/1/export", "/versions/1/compare/2")
    for path in paths:
        answer = (await admin.get(f"{api}{path}")).raise_for_status()
        assert KEY not in answer.text
    assert (await admin.get(f"{api}/versions/1/export")).json() == {"Global": {"OdooCRM": {"API_URL": ODOO["API_URL"]}}}
