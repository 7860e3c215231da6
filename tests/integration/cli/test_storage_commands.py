"""Backups, restoring and moving to PostgreSQL, as an operator does it."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.cli.command import Command
from integration.service.running import Serve
from real_odoo import Cluster


@pytest.fixture
def address(cluster: Cluster) -> Iterator[str]:
    """An empty PostgreSQL database."""
    name = cluster.copy("template1", f"storage_commands_{cluster.server.port}")
    yield f"postgresql://odoo:{cluster.server.password}@127.0.0.1:{cluster.server.port}/{name}"
    cluster.drop(name)


def bill(duebell: Command, customer: str, **env: str) -> None:
    assert duebell("billing", "customer", "add", customer, "Somebody", "--currency", "USD", env=env).exit_code == 0
    assert duebell("billing", "charge", customer, "Internet", "30", "--now", env=env).exit_code == 0


def customers(duebell: Command, **env: str) -> list[str]:
    return [event["customer"] for event in json.loads(duebell("events", "list", "--json", env=env).out)["events"]]


def test_a_backup_of_a_running_duebell_brings_back_what_was_there(duebell: Command, tmp_path: Path) -> None:
    file = tmp_path / "backup.db"
    with Serve(duebell.data):
        bill(duebell, "first")
        made = duebell("storage", "backup", str(file))
        assert (made.exit_code, made.out.startswith(f"1 events are in {file} (")) == (0, True)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        bill(duebell, "second")
        # while it runs nothing is restored, and a second backup overwrites nothing
        refused = duebell("storage", "restore", str(file), "--overwrite")
        assert (refused.exit_code, "End that one first" in refused.err) == (1, True)
        taken = duebell("storage", "backup", str(file))
        assert (taken.exit_code, taken.err) == (
            1,
            f"{file} exists already: choose another name, a backup overwrites nothing.\n",
        )
    refused = duebell("storage", "restore", str(file))
    assert (refused.exit_code, "add --overwrite to replace it; it is kept beside" in refused.err) == (1, True)
    restored = duebell("storage", "restore", str(file), "--overwrite")
    assert restored.exit_code == 0, restored.err
    assert "Restored: 1 events, 1 provisionings waiting. Epoch " in restored.out
    (kept,) = duebell.data.glob("duebell.db.before-*")
    assert f"What was there is kept as {kept}." in restored.out
    assert customers(duebell) == ["first"]
    # and what was there can come back in its turn
    assert duebell("storage", "restore", str(kept), "--overwrite").exit_code == 0
    assert customers(duebell) == ["second", "first"]


def test_after_the_move_everything_is_in_postgresql_and_the_folder_says_so(
    duebell: Command, address: str, tmp_path: Path
) -> None:
    bill(duebell, "first")
    secret = tmp_path / "address"
    secret.write_text(address)
    # the password is neither wanted on the command line nor ever shown
    refused = duebell("storage", "move", "--to", address)
    assert (refused.exit_code, "doesn't belong on the command line" in refused.err) == (1, True)
    with Serve(duebell.data):
        running = duebell("storage", "move", "--from-file", str(secret))
        assert (running.exit_code, "End that one first" in running.err) == (1, True)
    moved = duebell("storage", "move", "--from-file", str(secret), "--json")
    assert moved.exit_code == 0, moved.err
    assert {name: moved.json["counts"][name] for name in ("event", "provisioning", "billing_account")} == {
        "event": 1,
        "provisioning": 1,
        "billing_account": 1,
    }
    where = f"was moved to the PostgreSQL database {moved.json['to']}: set DUEBELL_STORAGE to its address"
    for command in (("status",), ("serve",), ("events", "list")):
        ran = duebell(*command)
        assert (ran.exit_code, where in ran.err) == (1, True), ran
    # and with the address it goes on there
    assert customers(duebell, DUEBELL_STORAGE=address) == ["first"]
    bill(duebell, "second", DUEBELL_STORAGE=address)
    assert customers(duebell, DUEBELL_STORAGE=address) == ["second", "first"]
    # where backups are PostgreSQL's own
    backup = duebell("storage", "backup", str(tmp_path / "backup.db"), env={"DUEBELL_STORAGE": address})
    assert (backup.exit_code, "back it up with PostgreSQL's own tools" in backup.err) == (1, True)
    begun = duebell("storage", "begin-epoch", "--json", env={"DUEBELL_STORAGE": address})
    assert begun.json["epoch"] > 1
    password = address.partition("odoo:")[2].partition("@")[0]
    assert not [text for text in duebell.written if password in text]


def test_forgetting_nobody_and_somebody_who_waits_is_refused_in_a_sentence(duebell: Command) -> None:
    bill(duebell, "first")
    nobody = duebell("forget", "nobody")
    assert (nobody.exit_code, nobody.err) == (
        1,
        "There is no customer 'nobody' in Global: `duebell events list` shows ids.\n",
    )
    waits = duebell("forget", "first")
    assert (waits.exit_code, "1 of this customer's events wait" in waits.err) == (1, True)
    done = duebell("forget", "first", "--anyway")
    assert done.exit_code == 1, "Odoo isn't configured yet: there it is still to be done"
    assert "first is forgotten here. 1 waiting events were skipped.\nOdooCRM: still to be done. Global.OdooCRM" in done.out
    assert "Somebody" not in duebell("billing", "customer", "show", "first").out


def test_a_wrong_setting_is_said_in_a_sentence(duebell: Command) -> None:
    ran = duebell("status", env={"DUEBELL_HISTORY": "PT1H"})
    assert (ran.exit_code, ran.err) == (
        1,
        "The environment variable DUEBELL_HISTORY is wrong: Input should be greater than or equal to 1 day.\n",
    )
