"""Verify against a real Odoo 19: what it says when all is well, and of everything wrong that a real one can show."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from duebell.configuration.check import Check, Result
from duebell.handlers.odoo_crm.verify import verify
from integration.odoo_crm.running_odoo import RunningOdoo

Checks = dict[str, Check]


def now() -> datetime:
    return datetime.now(UTC)


async def verified(real: RunningOdoo, **typed: str) -> Checks:
    found = {check.slug: check async for check in verify(real.values(**typed), now=now, patience=5)}
    for check in found.values():
        assert "Traceback" not in repr(check)
        assert not any(key in repr(check) for key in real.keys.values())
    return found


def failed(found: Checks) -> str:
    """The slug of the one check that failed."""
    (slug,) = [check.slug for check in found.values() if check.result is Result.FAILED]
    return slug


async def test_all_is_well_but_that_a_fresh_odoo_cannot_send_yet(real: RunningOdoo) -> None:
    found = await verified(real)

    others = {check.slug: check.found for check in found.values() if check.result is not Result.PASSED}
    assert set(others) == {"senders"}, others
    assert "SMS account" in others["senders"]
    assert found["odoo"].found == "Odoo 19.0"
    assert f"database {real.database}" in found["contract"].found
    assert "user duebell" in found["contract"].found
    assert "299 days from now" in found["key-expiry"].found
    assert found["templates"].found == "texts in en_US, es_ES"


async def test_verify_leaves_nothing_in_odoo(real: RunningOdoo) -> None:
    before = real.cluster.query(real.database, "SELECT count(*) FROM duebell_event")

    await verified(real)

    assert real.cluster.query(real.database, "SELECT count(*) FROM duebell_event") == before


@pytest.mark.parametrize("key", ["0123456789" * 4, "revoked"])
async def test_a_wrong_and_a_revoked_key(real: RunningOdoo, key: str) -> None:
    found = await verified(real, API_Access_Key=real.keys.get(key, key))

    assert failed(found) == "key"
    assert "wrong, revoked or expired" in found["key"].found


async def test_a_key_that_ends_soon(real: RunningOdoo) -> None:
    check = (await verified(real, API_Access_Key=real.keys["ending"]))["key-expiry"]

    assert check.result is Result.WARNING
    assert "9 days from now" in check.found


async def test_an_administrators_key_outside_the_integration_group(real: RunningOdoo) -> None:
    found = await verified(real, API_Access_Key=real.keys["administrator"])

    assert failed(found) == "addon"
    assert "group Billing Integration" in (found["addon"].hint or "")


async def test_a_database_without_the_addon(real: RunningOdoo) -> None:
    script = 'result = env["res.users.apikeys"].with_user(env.ref("base.user_admin")).sudo()._generate(None, "x", None)'
    key = real.cluster.shell(real.bare_database, script)

    found = await verified(real, Database=real.bare_database, API_Access_Key=key)

    assert failed(found) == "addon"
    assert "has no addon `duebell`" in found["addon"].found


async def test_a_key_of_another_database(real: RunningOdoo) -> None:
    assert failed(await verified(real, Database=real.bare_database)) == "key"


async def test_a_wrong_database(real: RunningOdoo) -> None:
    found = await verified(real, Database="nowhere")

    assert failed(found) == "database"
    assert "asked for nowhere" in found["database"].found


async def test_several_databases_and_none_chosen(real: RunningOdoo) -> None:
    found = await verified(real, Database="")

    assert failed(found) == "database"
    assert "Set Database" in (found["database"].hint or "")


async def test_https_typed_for_odoos_own_port(real: RunningOdoo) -> None:
    found = await verified(real, API_URL=real.server.url.replace("http:", "https:"))

    assert failed(found) == "tls"
    assert "doesn't speak TLS" in found["tls"].found


async def test_odoos_postgresql_is_down_and_comes_back(real: RunningOdoo) -> None:
    real.wire.cut()
    try:
        down = await verified(real)
    finally:
        real.wire.mend()
    up = await verified(real)

    assert failed(down) == "database-server"
    assert "Start Odoo's PostgreSQL" in (down["database-server"].hint or "")
    assert not [check for check in up.values() if check.result is Result.FAILED]


async def test_an_odoo_that_hangs(real: RunningOdoo) -> None:
    with real.server.frozen():
        found = {check.slug: check async for check in verify(real.values(), now=now, patience=1)}

    assert failed(found) == "odoo"
    assert "within the time allowed" in found["odoo"].found


async def test_an_odoo_that_is_stopped(real: RunningOdoo) -> None:
    real.server.stop()
    try:
        found = await verified(real)
    finally:
        real.server.start()

    assert failed(found) == "reachable"
