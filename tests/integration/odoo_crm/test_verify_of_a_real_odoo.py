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
    assert set(others) == {"sms-sender", "mail-server", "reports", "releasing"}, others
    assert "has no time zone" in others["releasing"]
    assert "SMS account" in others["sms-sender"]
    assert "no outgoing mail server" in others["mail-server"]
    assert "leads nowhere but to Odoo's own machine" in others["reports"]
    assert found["odoo"].found == "Odoo 19.0"
    assert f"database {real.database}" in found["contract"].found
    assert "user duebell" in found["contract"].found
    assert "299 days from now" in found["key-expiry"].found
    assert found["templates"].found == "texts in en_US, es_ES"


TABLES = (
    "duebell_event",
    "duebell_customer",
    "duebell_message",
    "duebell_receipt",
    "res_partner",
    "mail_message",
    "ir_cron_trigger",
)


async def test_the_rehearsal_takes_every_event_in_every_language_and_leaves_nothing_in_odoo(real: RunningOdoo) -> None:
    before = [real.cluster.query(real.database, f"SELECT count(*) FROM {table}") for table in TABLES]

    found = await verified(real)

    assert found["rights"].found == "36 events were rehearsed and undone; 52 messages would have been written"
    assert [real.cluster.query(real.database, f"SELECT count(*) FROM {table}") for table in TABLES] == before


async def test_a_text_that_a_person_broke_is_named_by_type_and_language(real: RunningOdoo) -> None:
    _text(real, "No such thing: {{ object.no_such_thing }}")
    try:
        check = (await verified(real))["templates"]
    finally:
        _text(real, "{{ object.customer_name }}")

    assert check.result is Result.WARNING
    assert "2 of the rehearsed messages would fail, first the SMS for invoice.generated (e" in check.found


def _text(real: RunningOdoo, body: str) -> None:
    """Write the SMS of an invoice, in every language."""
    script = """
template = env.ref("duebell.sms_invoice_generated")
for code, _name in env["res.lang"].get_installed():
    template.with_context(lang=code).body = body
result = True
"""
    real.cluster.shell(real.database, script, body=body)


async def test_an_odoo_that_releases_nothing_is_warned_of(real: RunningOdoo) -> None:
    switch = "env.ref('duebell.cron_release').active = on; result = True"
    real.cluster.shell(real.database, switch, on=False)
    try:
        check = (await verified(real))["releasing"]
    finally:
        real.cluster.shell(real.database, switch, on=True)

    assert check.result is Result.WARNING
    assert "release messages" in check.found


async def test_a_mail_server_that_takes_no_mail_says_why(real: RunningOdoo) -> None:
    script = """
env.company.email = "billing@example.com"
server = env["ir.mail_server"].create({"name": "closed", "smtp_host": "127.0.0.1", "smtp_port": 1, "smtp_encryption": "none"})
result = server.id
"""
    number = real.cluster.shell(real.database, script)
    try:
        check = (await verified(real))["mail-server"]
    finally:
        real.cluster.query(real.database, f"DELETE FROM ir_mail_server WHERE id = {number}")

    assert check.result is Result.WARNING
    assert "The mail server closed takes no mail: " in check.found


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
