"""No copy tells customers: neither of Duebell's data, nor of Odoo's database."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import uuid4

from duebell.console.control_socket import answers
from duebell.demo.patience import until
from integration.cli.command import Command
from integration.service.real import RealOdoo
from integration.service.running import Serve


def refused_because(serve: Serve) -> str:
    row = until(lambda: serve.handler() if serve.handler()["state"] == "refused" else None, "the handler to be refused")
    return str(row["because"])


def database_uuid(real: RealOdoo, value: str | None = None) -> str:
    """Odoo's own; set to another one if one is given, as when a database is replaced."""
    if value:
        sql = f"UPDATE ir_config_parameter SET value = '{value}' WHERE key = 'database.uuid' RETURNING value"
        real.server.stop()
        real.cluster.query(real.database, sql)
        real.server.start()
    return real.cluster.query(real.database, "SELECT value FROM ir_config_parameter WHERE key = 'database.uuid'")[0][0]


def test_verify_pairs_the_first_time(connected: Serve, real: RealOdoo) -> None:
    pairing = connected.get("/handlers/OdooCRM/pairing")
    assert pairing["database_uuid"] == database_uuid(real)
    assert pairing["address"] == f"{real.server.url} (database {real.database})"
    assert pairing["copied"] is False


def test_a_copy_of_the_data_tells_nobody_before_a_person_says_so_and_then_the_original_does_not(
    connected: Serve, real: RealOdoo, tmp_path: Path
) -> None:
    connected.arrives(connected.bill("before-the-copy"))
    connected.terminate()
    shutil.copytree(connected.data, tmp_path / "copy", ignore=shutil.ignore_patterns("*.sock"))
    connected.start()
    until(lambda: answers(connected.socket), "the service to answer")
    with Serve(tmp_path / "copy") as copy:
        # then the copy waits, and the original goes on
        waiting = copy.bill("of-the-copy", phone="+12025550151")
        assert "was copied" in refused_because(copy)
        assert "`duebell pair OdooCRM`" in refused_because(copy)
        connected.arrives(connected.bill("of-the-original"))
        assert real.recorded(waiting) == []
        # when a person says that the copy is the one
        ran = Command(copy.data)("pair", "OdooCRM")
        assert ran.exit_code == 0, ran.err
        copy.arrives(waiting)
        # then the original waits
        connected.bill("of-the-original-later")
        assert "another Duebell" in refused_because(connected)


def test_another_database_at_the_same_address_is_told_nothing_before_a_person_says_so(
    connected: Serve, real: RealOdoo
) -> None:
    connected.arrives(connected.bill("before-the-other-database"))
    was = database_uuid(real)
    try:
        database_uuid(real, str(uuid4()))
        waiting = connected.bill("in-the-other-database")
        assert "than was agreed on" in refused_because(connected)
        assert real.recorded(waiting) == []
        # when it is restarted, then it says so still
        connected.terminate()
        connected.start()
        until(lambda: answers(connected.socket), "the service to answer")
        connected.post("/handlers/OdooCRM/pair")
        connected.arrives(waiting)
    finally:
        database_uuid(real, was)


def test_an_odoo_that_another_duebell_has_is_verified_and_told_nothing_until_it_is_taken_over(
    connected: Serve, real: RealOdoo, tmp_path: Path
) -> None:
    with Serve(tmp_path / "other") as other:
        other.client.put("/configuration/Global/OdooCRM", json=real.options()).raise_for_status()
        assert other.verify()[-1]["applied"]
        waiting = other.bill("of-the-other")
        assert "paired with another Duebell" in refused_because(other)
        assert real.recorded(waiting) == []
        connected.arrives(connected.bill("still-of-the-first"))


def test_books_of_two_data_folders_are_never_taken_for_the_same(connected: Serve, tmp_path: Path, real: RealOdoo) -> None:
    first = connected.bill("same-name")
    connected.arrives(first)
    with Serve(tmp_path / "fresh") as fresh:
        fresh.configure(real.options())
        second = fresh.bill("same-name")
        assert second != first
        fresh.arrives(second)
    assert real.recorded(first) == real.recorded(second) == [["0"]]
