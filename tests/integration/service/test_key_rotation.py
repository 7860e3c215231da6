"""The key is changed against a real Odoo: whatever fails, and wherever Duebell ends, the key in force is a good one."""

from __future__ import annotations

import subprocess

import httpx2
import pytest

from duebell.console.control_socket import answers
from duebell.demo.patience import until
from integration.cli.command import DUEBELL, Command
from integration.service.deadly_proxy import between
from integration.service.real import RealOdoo
from integration.service.running import Serve


@pytest.fixture
def duebell(serve: Serve) -> Command:
    return Command(serve.data)


def is_good(real: RealOdoo, key: str) -> bool:
    answer = httpx2.post(
        f"{real.server.url}/json/2/duebell.event/status",
        headers={"Authorization": f"bearer {key}", "X-Odoo-Database": real.database},
        json={},
    )
    return answer.status_code == httpx2.codes.OK


def made_by_itself(real: RealOdoo) -> int:
    """How many keys there are that a Duebell asked for."""
    rows = real.cluster.query(real.database, "SELECT count(*) FROM res_users_apikeys WHERE name = 'Duebell, by itself'")
    return int(rows[0][0])


def test_the_old_key_ends_once_the_new_one_is_verified_and_in_force(serve: Serve, duebell: Command, real: RealOdoo) -> None:
    pasted = real.new_key("pasted")
    serve.configure(real.options(API_Access_Key=pasted))
    before = serve.get("/configuration/versions")
    ran = duebell("rotate-key", "OdooCRM")
    assert (ran.exit_code, "The old one has ended." in ran.out) == (0, True), ran.err
    assert not is_good(real, pasted)
    serve.arrives(serve.bill("with-a-new-key"))
    assert made_by_itself(real) == 1
    # and again: the one that it made itself ends too
    assert duebell("rotate-key", "OdooCRM").exit_code == 0
    serve.arrives(serve.bill("with-a-newer-key"))
    assert made_by_itself(real) == 1
    assert serve.get("/configuration/versions") != before
    # neither rolling back nor an older version brings back a key that has ended
    serve.client.put("/configuration/Global/OdooCRM", json={"Max_Batch": "100"}).raise_for_status()
    assert duebell("verify", "OdooCRM").exit_code == 0
    assert duebell("rotate-key", "OdooCRM").exit_code == 0
    assert duebell("configuration", "rollback").exit_code == 0
    serve.arrives(serve.bill("after-rolling-back"))
    assert "changed a key" in [entry["action"] for entry in serve.get("/audit")["entries"]]
    assert pasted not in serve.log


def test_a_key_that_is_due_is_changed_by_itself(serve: Serve, real: RealOdoo) -> None:
    pasted = real.new_key("due")
    serve.configure(real.options(API_Access_Key=pasted, Rotate_Key_Every="30"))
    serve.terminate()
    serve.start()
    until(lambda: not is_good(real, pasted), "the key to be changed", seconds=60)
    until(lambda: serve.get("/handlers/OdooCRM/key")["rotated_at"], "the change to be noted")
    serve.arrives(serve.bill("with-a-key-of-the-schedule"))


def test_a_key_that_odoo_refuses_to_replace_stays_and_the_way_by_hand_is_told(
    serve: Serve, duebell: Command, real: RealOdoo
) -> None:
    pasted = real.new_key("kept")
    serve.configure(real.options(API_Access_Key=pasted))
    with real.server.frozen():
        serve.client.put("/configuration/Global/OdooCRM", json={"Max_Batch": "100"}).raise_for_status()
        assert "typed but are not in force" in duebell("rotate-key", "OdooCRM").err
        serve.client.put("/configuration/Global/OdooCRM", json={"Max_Batch": ""}).raise_for_status()
    real.server.stop()
    try:
        ran = duebell("rotate-key", "OdooCRM")
        assert ran.exit_code != 0
        assert "By hand: make a key of the same user" in ran.err
    finally:
        real.server.start()
    assert is_good(real, pasted)
    serve.arrives(serve.bill("with-the-kept-key"))


@pytest.mark.parametrize(
    ("method", "moment"),
    [
        ("rotate_key", "before"),
        ("rotate_key", "after"),
        ("rehearse", "after"),
        ("revoke_key", "before"),
        ("revoke_key", "after"),
    ],
)
def test_wherever_duebell_ends_the_key_in_force_is_good_and_no_other_is_left_in_the_end(
    serve: Serve, duebell: Command, real: RealOdoo, method: str, moment: str
) -> None:
    pasted = real.new_key(f"{method}-{moment}")
    with between(real.server.url) as proxy:
        serve.configure(real.options(API_URL=proxy.url, API_Access_Key=pasted))
        # when the process dies at that call
        proxy.arm(method, moment, serve.process.kill)
        subprocess.run([*DUEBELL, "--data", str(serve.data), "rotate-key", "OdooCRM"], capture_output=True, check=False)
        serve.process.wait(30)
        serve.start()
        until(lambda: answers(serve.socket), "the service to answer")
        # then it goes on with a good key
        serve.arrives(serve.bill(f"after-{pasted[:8]}"))
        # and the next change leaves nothing behind
        ran = duebell("rotate-key", "OdooCRM")
        assert ran.exit_code == 0, ran.err
        assert not is_good(real, pasted)
        assert made_by_itself(real) == 1
        serve.arrives(serve.bill(f"later-{pasted[:8]}"))
