"""Verify over HTTP: what is typed is proven before it is kept, and what was found stays in the history."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from console_pages import a_command
from duebell.instance import Instance
from unit.odoo_crm.stand_in import KEY, STATUS, StandIn, a_status, odoo_error, result

ODOO_CRM = "/api/v1/verify/Global/OdooCRM"


@pytest.fixture
async def api(instance: Instance) -> AsyncIterator[httpx2.AsyncClient]:
    async with a_command(instance) as client:
        yield client


async def verified(api: httpx2.AsyncClient, typed: dict[str, str], **asked: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The checks by their slugs, and the end."""
    phone = asked.pop("test_phone", None)
    answer = await api.post(ODOO_CRM, json={"typed": typed, "test_phone": phone}, params=asked)
    *checks, end = [json.loads(line) for line in answer.raise_for_status().text.splitlines()]
    return {check["slug"]: check for check in checks}, end


async def kept(api: httpx2.AsyncClient, place: str = "value") -> dict[str, Any]:
    rows = (await api.get("/api/v1/configuration/Global/OdooCRM")).json()
    return {row["key"]: row[place] for row in rows if row[place] is not None}


async def history(api: httpx2.AsyncClient) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = (await api.get(ODOO_CRM)).raise_for_status().json()
    return runs


async def test_what_is_typed_is_proven_kept_and_put_in_force_in_one_step(api: httpx2.AsyncClient, odoo: StandIn) -> None:
    checks, end = await verified(api, {"API_URL": odoo.url + "/", "API_Access_Key": KEY})

    assert end == {"passed": True, "applied": True, "kept": True}
    assert checks["key"]["help"] == "/help/verify#key"
    assert (await kept(api, "in_force"))["API_URL"] == odoo.url
    (run,) = await history(api)
    assert (run["who"], run["passed"], run["applied"]) == ("local", True, True)
    assert run["checks"] == list(checks.values())


async def test_only_checking_keeps_nothing_but_the_history(api: httpx2.AsyncClient, odoo: StandIn) -> None:
    _, end = await verified(api, {"API_URL": odoo.url, "API_Access_Key": KEY}, check_only=True)

    assert end == {"passed": True, "applied": False, "kept": False}
    assert await kept(api) == await kept(api, "in_force") == {}
    assert [run["applied"] for run in await history(api)] == [False]


@pytest.mark.parametrize("keep", [True, False])
async def test_what_failed_is_kept_as_a_draft_when_asked_for_and_is_in_force_nowhere(
    api: httpx2.AsyncClient, odoo: StandIn, keep: bool
) -> None:
    odoo.answers[STATUS] = odoo_error(404, "werkzeug.exceptions.NotFound")

    checks, end = await verified(api, {"API_URL": odoo.url, "API_Access_Key": KEY}, keep=keep)

    assert checks["addon"]["result"] == "failed"
    assert end == {"passed": False, "applied": False, "kept": keep}
    assert ("API_URL" in await kept(api)) is keep
    assert await kept(api, "in_force") == {}


async def test_what_was_kept_is_mended_by_typing_only_what_was_wrong(api: httpx2.AsyncClient, odoo: StandIn) -> None:
    await verified(api, {"API_URL": odoo.url, "API_Access_Key": "0123456789" * 4}, keep=True)

    _, end = await verified(api, {"API_Access_Key": KEY})

    assert end["applied"]
    assert [run["passed"] for run in await history(api)] == [True, False]


async def test_an_empty_text_unsets_what_was_kept(api: httpx2.AsyncClient, odoo: StandIn) -> None:
    await verified(api, {"API_URL": odoo.url, "API_Access_Key": KEY, "Database": "telecom"})

    checks, end = await verified(api, {"Database": ""})

    assert end["applied"]
    assert checks["database"]["found"] == "this address serves one database"
    assert "Database" not in await kept(api, "in_force")


async def test_what_somebody_else_typed_meanwhile_is_not_put_in_force(api: httpx2.AsyncClient, odoo: StandIn) -> None:
    async def late(_: object) -> AsyncIterator[bytes]:
        await api.put("/api/v1/configuration/Global/OdooCRM", json={"Max_Batch": "10"})
        yield result(a_status())

    odoo.answers[STATUS] = late

    _, end = await verified(api, {"API_URL": odoo.url, "API_Access_Key": KEY})

    assert end["passed"]
    assert not end["applied"]
    assert end["detail"] == "Global.OdooCRM was changed while it was verified: verify it again."
    assert await kept(api, "in_force") == {}


async def test_no_value_is_in_the_history_but_what_the_checks_say(api: httpx2.AsyncClient, odoo: StandIn) -> None:
    await verified(
        api, {"API_URL": odoo.url, "API_Access_Key": KEY, "Test_Phones": "+12025550123"}, test_phone="+12025550123"
    )

    told = json.dumps(await history(api))
    assert KEY not in told
    assert "+12025550123" not in told


async def test_a_test_text_is_the_last_check(api: httpx2.AsyncClient, odoo: StandIn) -> None:
    checks, end = await verified(
        api, {"API_URL": odoo.url, "API_Access_Key": KEY, "Test_Phones": "+12025550123"}, test_phone="+12025550199"
    )

    assert list(checks)[-1] == "test-text"
    assert checks["test-text"]["found"] == "Test_Phones doesn't name that phone."
    assert not end["passed"]


async def test_nothing_is_sent_when_a_check_has_failed(api: httpx2.AsyncClient, odoo: StandIn) -> None:
    odoo.answers[STATUS] = odoo_error(404, "werkzeug.exceptions.NotFound")

    checks, _ = await verified(api, {"API_URL": odoo.url, "API_Access_Key": KEY}, test_phone="+12025550123")

    assert "test-text" not in checks


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        ("/verify/Global/Odoo", {}, 404, "There is no group 'Odoo'"),
        ("/verify/Global/OdooCRM", {"typed": {"Colour": "red"}}, 422, "has no option 'Colour'"),
        ("/verify/Global/Alarms", {"test_phone": "+12025550123"}, 422, "Alarms sends no texts"),
        ("/verify/Global/OdooCRM", {"secret": "swordfish"}, 422, "secret: Extra inputs are not permitted"),
    ],
)
async def test_what_cannot_be_proven_is_answered_in_a_sentence(
    api: httpx2.AsyncClient, path: str, body: dict[str, Any], status: int, says: str
) -> None:
    answer = await api.post(f"/api/v1{path}", json=body)

    assert answer.status_code == status
    assert says in answer.json()["detail"]
    assert "swordfish" not in answer.text
