"""Versions: one is in force, the one before is its backup; both stay as they are, and nothing that was typed gets lost."""

from __future__ import annotations

from functools import partial

import pytest

from duebell.configuration.server import ChangedMeanwhile
from duebell.errors import NotConfigured, NotPossible, Unknown
from unit.configuration.desk import SECRET, Desk


def test_what_is_typed_is_a_draft_and_in_force_once_verified(desk: Desk) -> None:
    desk.type(Address="Mill Lane", Loaves="4")
    assert (desk.states(), desk.in_force()) == ({1: "draft"}, {})

    desk.verify()

    assert (desk.states(), desk.in_force()) == ({1: "active"}, {"Address": "Mill Lane", "Loaves": "4"})


def test_the_version_before_is_the_backup_and_the_one_before_that_inactive(desk: Desk) -> None:
    for loaves in ("1", "2", "3", "4"):
        desk.type(Address="Mill Lane", Loaves=loaves)
        desk.verify()

    assert desk.states() == {4: "active", 3: "backup", 2: "inactive", 1: "inactive"}
    assert desk.in_force()["Loaves"] == "4"


def test_verifying_anew_what_is_in_force_makes_no_version(desk: Desk) -> None:
    desk.type(Address="Mill Lane")
    desk.verify()
    desk.clock.advance(hours=1)

    desk.verify()
    desk.type(Address="Mill Lane")
    desk.verify()

    mark = desk.do(lambda server: server.verified(1))["Global", "Baker"]
    assert (desk.states()[1], mark.at) == ("active", desk.clock())


def test_one_group_is_applied_and_what_was_typed_for_another_stays_a_draft(desk: Desk) -> None:
    desk.type(Address="Mill Lane")
    desk.verify()
    desk.type(Loaves="5")
    desk.type("Milk", Litres="2")

    desk.verify("Milk")

    assert (desk.in_force(), desk.in_force("Milk")) == ({"Address": "Mill Lane"}, {"Litres": "2"})
    assert (desk.draft()["Loaves"], desk.states()) == ("5", {3: "active", 2: "draft", 1: "backup"})
    desk.verify()
    assert (desk.in_force()["Loaves"], desk.in_force("Milk")) == ("5", {"Litres": "2"})
    assert "draft" not in desk.states().values()


def test_what_was_changed_while_it_was_verified_is_not_applied(desk: Desk) -> None:
    desk.type(Address="Mill Lane")

    with pytest.raises(NotPossible, match=r"Global\.Baker was changed while it was verified: verify it again\."):
        desk.do(lambda server: server.apply("Global", "Baker", {"Address": "High Street"}))

    assert desk.in_force() == {}


def test_a_rollback_is_one_step_and_so_is_the_way_back(desk: Desk) -> None:
    for loaves in ("1", "2"):
        desk.type(Address="Mill Lane", Loaves=loaves)
        desk.verify()

    changed = desk.do(lambda server: server.roll_back())

    assert (desk.in_force()["Loaves"], desk.states(), changed) == ("1", {2: "backup", 1: "active"}, {("Global", "Baker")})
    desk.do(lambda server: server.roll_back())
    assert (desk.in_force()["Loaves"], desk.states()) == ("2", {2: "active", 1: "backup"})


def test_a_rollback_leaves_a_draft_what_was_typed_in_it_and_nothing_else_of_what_is_no_more_in_force(desk: Desk) -> None:
    for loaves in ("1", "2"):
        desk.type(Address="Mill Lane", Loaves=loaves)
        desk.verify()
    desk.type("Milk", Litres="7")

    desk.do(lambda server: server.roll_back())

    assert (desk.draft()["Loaves"], desk.draft("Milk")) == ("1", {"Litres": "7"})
    desk.verify("Milk")
    assert (desk.in_force()["Loaves"], desk.in_force("Milk")) == ("1", {"Litres": "7"})
    assert "draft" not in desk.states().values()


def test_without_a_version_before_there_is_nothing_to_roll_back_to(desk: Desk) -> None:
    with pytest.raises(NotPossible, match="There is nothing to roll back to"):
        desk.do(lambda server: server.roll_back())


@pytest.mark.parametrize("number", [1, 2])
def test_the_active_version_and_the_backup_can_be_neither_changed_nor_deleted(desk: Desk, number: int) -> None:
    for loaves in ("1", "2"):
        desk.type(Address="Mill Lane", Loaves=loaves)
        desk.verify()
    state = desk.states()[number]
    refused = f"Version {number} is {state}, and can't be changed nor deleted: clone it, and edit the clone"

    with pytest.raises(NotPossible, match=refused):
        desk.do(lambda server: server.edit(number, "Global", "Baker", {"Loaves": "9"}))
    with pytest.raises(NotPossible, match=refused):
        desk.do(lambda server: server.delete(number))


def test_a_clone_is_edited_verified_and_applied_as_a_whole(desk: Desk) -> None:
    desk.type(Address="Mill Lane", Password=SECRET)
    desk.verify()
    clone = desk.do(lambda server: server.clone(1, "Another baker"))
    assert desk.do(lambda server: server.values(clone.number, "Global", "Baker")) == desk.in_force()
    desk.do(lambda server: server.edit(clone.number, "Global", "Baker", {"Address": "High Street"}))
    apply = partial(desk.do, lambda server: server.apply_version(clone.number))

    with pytest.raises(NotPossible, match=r"Version 2 can't be applied before Verify has passed for Global\.Baker in it\."):
        apply()
    values = desk.do(lambda server: server.values(clone.number, "Global", "Baker"))
    desk.do(lambda server: server.mark(clone.number, "Global", "Baker", values))
    assert apply() == {("Global", "Baker")}

    assert (desk.in_force()["Address"], desk.in_force()["Password"]) == ("High Street", SECRET)
    assert desk.states() == {2: "active", 1: "backup"}


def test_a_version_that_is_as_what_is_in_force_needs_no_proof(desk: Desk) -> None:
    desk.type(Address="Mill Lane")
    desk.verify()
    desk.do(lambda server: server.clone(1))

    assert desk.do(lambda server: server.apply_version(2)) == set()
    assert desk.states() == {2: "active", 1: "backup"}


def test_an_edit_takes_the_mark_of_its_group_away_and_leaves_the_others(desk: Desk) -> None:
    desk.type(Address="Mill Lane")
    desk.verify()
    desk.type("Milk", Litres="2")
    desk.verify("Milk")
    desk.do(lambda server: server.clone(2))
    assert desk.do(lambda server: server.verified(3)).keys() == {("Global", "Baker"), ("Global", "Milk")}

    desk.do(lambda server: server.edit(3, "Global", "Baker", {"Loaves": "8"}))

    assert desk.do(lambda server: server.verified(3)).keys() == {("Global", "Milk")}


def test_of_two_who_edit_what_they_saw_the_second_is_told_so(desk: Desk) -> None:
    desk.do(lambda server: server.create())
    seen = desk.do(lambda server: server.version(1)).tag
    desk.do(lambda server: server.edit(1, "Global", "Baker", {"Loaves": "8"}, seen=seen))

    with pytest.raises(ChangedMeanwhile, match="The configuration was changed meanwhile, by admin: look at it again"):
        desk.do(lambda server: server.edit(1, "Global", "Baker", {"Loaves": "2"}, seen=seen))
    with pytest.raises(ChangedMeanwhile):
        desk.do(lambda server: server.delete(1, seen=seen))

    assert desk.do(lambda server: server.values(1, "Global", "Baker")) == {"Loaves": "8"}


def test_who_typed_over_what_another_typed_since_is_told_so_too(desk: Desk) -> None:
    desk.type(Address="Mill Lane")
    seen = desk.do(lambda server: server.current()).tag  # type: ignore[union-attr]
    desk.type(Address="High Street")

    with pytest.raises(ChangedMeanwhile):
        desk.do(lambda server: server.type("Global", "Baker", {"Loaves": "2"}, seen=seen))


def test_the_number_of_a_deleted_version_is_never_given_again(desk: Desk) -> None:
    desk.do(lambda server: server.create())
    desk.do(lambda server: server.delete(1))

    assert desk.do(lambda server: server.create()).number == 2
    with pytest.raises(Unknown, match="There is no version 1: `duebell configuration versions` lists them"):
        desk.do(lambda server: server.version(1))


def test_it_is_known_who_made_and_applied_a_version_when_and_why(desk: Desk) -> None:
    desk.who = "administrator"
    made_at = desk.clock()
    desk.do(lambda server: server.type("Global", "Baker", {"Address": "Mill Lane"}, remark="A new baker"))
    desk.who = "deputy"
    desk.clock.advance(hours=1)
    desk.verify()

    version = desk.do(lambda server: server.active())

    assert (version.made_by, version.made_at, version.remark) == ("administrator", made_at, "A new baker")
    assert (version.applied_by, version.applied_at) == ("deputy", desk.clock())
    assert ("applied a configuration", "Global.Baker") in desk.notes


def test_two_versions_are_compared_and_of_a_secret_only_whether_it_is_the_same(desk: Desk) -> None:
    desk.type(Address="Mill Lane", Password=SECRET)
    desk.verify()
    desk.do(lambda server: server.clone(1))
    desk.do(lambda server: server.edit(2, "Global", "Baker", {"Address": "High Street", "Password": SECRET}))
    desk.do(lambda server: server.clone(2))
    desk.do(lambda server: server.edit(3, "Global", "Baker", {"Password": "another one"}))

    def compared(left: int, right: int) -> list[tuple[str, str | None, str | None, bool]]:
        return [(one.key, one.left, one.right, one.same) for one in desk.do(lambda server: server.compare(left, right))]

    assert compared(1, 2) == [("Address", "Mill Lane", "High Street", False), ("Password", "set", "set", True)]
    assert compared(2, 3) == [("Address", "High Street", "High Street", True), ("Password", "set", "set", False)]


def test_an_export_has_every_value_but_secrets(desk: Desk) -> None:
    desk.type(Address="Mill Lane", Password=SECRET)
    desk.type(environment="Testing", Loaves="2")

    assert desk.do(lambda server: server.export(1)) == {
        "Global": {"Baker": {"Address": "Mill Lane"}},
        "Testing": {"Baker": {"Loaves": "2"}},
    }


def test_an_environment_overrides_global_option_by_option_and_says_where_each_comes_from(desk: Desk) -> None:
    desk.type(Address="Mill Lane", Loaves="4")
    desk.type(environment="Testing", Loaves="2")

    assert desk.draft(environment="Testing") == {"Address": "Mill Lane", "Loaves": "2"}
    rows = desk.do(lambda server: server.shown("Testing", "Baker"))
    assert {row["key"]: row["comes_from"] for row in rows} == {"Address": "Global", "Loaves": "Testing", "Password": None}
    (litres,) = desk.do(lambda server: server.shown("Testing", "Milk"))
    assert litres["comes_from"] == "default"


def test_a_group_that_needs_nothing_is_in_force_by_its_defaults(desk: Desk) -> None:
    assert desk.do(lambda server: server.applied("Global", "Milk")) == {"Litres": "1"}
    with pytest.raises(NotConfigured, match=r"Global\.Baker is not configured, it lacks Address"):
        desk.do(lambda server: server.applied("Global", "Baker"))


def test_a_secret_that_was_replaced_for_good_comes_back_with_no_version(desk: Desk) -> None:
    former, newest, others = SECRET, SECRET[::-1], "typed otherwise by somebody"
    desk.type(Address="Mill Lane", Password=others)
    desk.verify()
    for loaves in ("1", "2"):
        desk.type(Password=former, Loaves=loaves)
        desk.verify()
    desk.type(Password=newest)
    desk.verify()
    desk.type(Loaves="9")
    tags = [one.tag for one in desk.do(lambda server: server.versions())]

    desk.do(lambda server: server.replace_secret("Global", "Baker", "Password", former))

    passwords = {
        number: desk.do(lambda server, n=number: server.values(n, "Global", "Baker"))["Password"] for number in desk.states()
    }
    assert passwords == {5: newest, 4: newest, 3: newest, 2: newest, 1: others}
    assert [one.tag for one in desk.do(lambda server: server.versions())] == tags, "it is no edit"
    desk.do(lambda server: server.roll_back())
    assert (desk.in_force()["Password"], desk.in_force()["Loaves"]) == (newest, "2")
    assert desk.do(lambda server: server.unverified(2)) == [], "what was verified stays so"
    assert desk.notes.count(("put a changed key into other versions", "Global.Baker.Password")) == 1
