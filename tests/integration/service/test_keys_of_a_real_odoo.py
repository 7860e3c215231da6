"""A key that Odoo refuses waits for a person, says what to do, and loses nothing."""

from __future__ import annotations

import pytest

from duebell.demo.patience import until
from integration.cli.command import Command
from integration.service.real import RealOdoo
from integration.service.running import Serve

WRONG_KEY = "0123456789" * 4


@pytest.fixture
def duebell(serve: Serve) -> Command:
    return Command(serve.data)


def in_force(duebell: Command) -> str | None:
    rows = {row["key"]: row["in_force"] for row in duebell("configure", "Global.OdooCRM", "--json").json}
    return rows["API_Access_Key"]


def test_a_wrong_key_is_not_applied_and_the_right_one_stays_in_force(
    connected: Serve, duebell: Command, real: RealOdoo
) -> None:
    right = in_force(duebell)
    assert right == f"••••••••{real.key[-4:]}"
    # when a wrong key is typed
    duebell("configure", "Global.OdooCRM", "--from-env", "API_Access_Key=KEY", env={"KEY": WRONG_KEY})
    ran = duebell("verify")
    # then Verify says so, what was in force stays, and events go on arriving
    assert ran.exit_code == 1
    assert "wrong, revoked or expired" in ran.out
    assert in_force(duebell) == right
    assert connected.arrives(connected.bill("after-a-wrong-key"))
    # when the right one is typed again
    duebell("configure", "Global.OdooCRM", "--from-env", "API_Access_Key=KEY", env={"KEY": real.key})
    only_checked = duebell("verify", "--check-only")
    assert (only_checked.exit_code, only_checked.out.splitlines()[-1]) == (0, "Global.OdooCRM is fine; nothing was applied.")
    applied = duebell("verify")
    assert (applied.exit_code, applied.out.splitlines()[-1]) == (0, "Global.OdooCRM is verified and in force.")


def test_a_key_that_is_revoked_alarms_once_and_a_new_one_lets_everything_leave(
    serve: Serve, duebell: Command, real: RealOdoo
) -> None:
    serve.configure(real.options(API_Access_Key=real.new_key("short-lived")))
    serve.arrives(serve.bill("before-revocation"))
    assert duebell("status").exit_code == 0
    # given that Odoo's administrator revokes the key
    real.revoke("short-lived")
    waiting = [serve.bill(f"revoked-{number}") for number in range(5)]
    until(lambda: serve.handler()["state"] == "refused", "the handler to be refused")
    # then one alarm stands, `status` ends with 1 and says what to do
    ran = duebell("status")
    assert ran.exit_code == 1
    assert "Make a new API key in Odoo" in ran.out
    (alarm,) = duebell("status", "--json").json["alarms"]
    assert (alarm["cause"], alarm["count"]) == ("handler OdooCRM", 1)
    assert [serve.owed(event)["state"] for event in waiting] == ["waiting"] * 5
    assert [len(serve.owed(event)["attempts"]) for event in waiting] == [0] * 5
    # when a new key is typed and verified
    serve.configure(real.options(API_Access_Key=real.new_key("renewed")))
    # then everything leaves at once, each event once, with the all-clear
    for event in waiting:
        serve.arrives(event)
        assert real.recorded(event) == [["0"]]
    ran = duebell("status")
    assert (ran.exit_code, serve.handler()["state"], duebell("status", "--json").json["alarms"]) == (0, "up", [])
