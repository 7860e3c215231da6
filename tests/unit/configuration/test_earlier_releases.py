"""Releases before versions: what they have becomes versions, and what is in force here they find."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from duebell.configuration.version import By
from duebell.storage.configuration_versions import SqlVersions
from duebell.storage.earlier_options import adopt
from duebell.storage.tables import configuration_option as option
from unit.configuration.desk import Desk


def earlier(desk: Desk, stage: str, **baker: str) -> None:
    """As an earlier release keeps what was typed (draft) or is in force (applied)."""
    place = {"stage": stage, "environment": "Global", "group_name": "Baker"}

    def unit(connection: Connection) -> None:
        connection.execute(delete(option).where(option.c.stage == stage))
        connection.execute(insert(option), [{**place, "key": key, "value": value} for key, value in baker.items()])

    desk.store.write(unit).result()


def found_by_an_earlier_release(desk: Desk, stage: str) -> dict[str, str]:
    query = select(option.c.key, option.c.value).where(option.c.stage == stage, option.c.group_name == "Baker")
    return desk.store.read(lambda connection: dict(connection.execute(query).all()))


def start(desk: Desk) -> None:
    """As this release starts on the database."""
    by = By("Duebell", desk.clock())
    desk.store.write(lambda connection: adopt(connection, SqlVersions(connection), by)).result()


def test_what_an_earlier_release_put_in_force_is_in_force_and_what_was_typed_is_a_draft(desk: Desk) -> None:
    earlier(desk, "applied", Address="Mill Lane")
    earlier(desk, "draft", Address="Mill Lane", Loaves="5")

    start(desk)

    assert (desk.in_force(), desk.draft()) == ({"Address": "Mill Lane"}, {"Address": "Mill Lane", "Loaves": "5"})
    assert desk.states() == {2: "draft", 1: "active"}
    assert desk.do(lambda server: server.active()).remark == "As an earlier release had it."


def test_starting_again_makes_nothing_new(desk: Desk) -> None:
    earlier(desk, "applied", Address="Mill Lane")
    earlier(desk, "draft", Address="Mill Lane", Loaves="5")
    start(desk)
    desk.do(lambda server: server.delete(2))

    start(desk)

    assert desk.states() == {1: "active"}


def test_an_earlier_release_finds_what_is_in_force_whatever_is_typed_here(desk: Desk) -> None:
    desk.type(Address="Mill Lane")
    desk.verify()
    desk.type(Loaves="5")

    for stage in ("applied", "draft"):
        assert found_by_an_earlier_release(desk, stage) == {"Address": "Mill Lane"}


def test_an_earlier_release_finds_what_was_rolled_back_to(desk: Desk) -> None:
    for address in ("Mill Lane", "High Street"):
        desk.type(Address=address)
        desk.verify()

    desk.do(lambda server: server.roll_back())

    assert found_by_an_earlier_release(desk, "applied") == {"Address": "Mill Lane"}


def test_what_an_earlier_release_applied_meanwhile_is_a_version_of_its_own(desk: Desk) -> None:
    desk.type(Address="Mill Lane")
    desk.verify()
    for stage in ("applied", "draft"):
        earlier(desk, stage, Address="High Street")

    start(desk)

    assert (desk.in_force(), desk.states()) == ({"Address": "High Street"}, {2: "active", 1: "backup"})
