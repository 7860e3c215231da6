"""Options that the environment of the process fixes: they win, are shown locked, and can't be typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from duebell.configuration.fixed import fixed_options
from duebell.configuration.group import InvalidOptions
from duebell.errors import InvalidValue
from duebell.handlers.odoo_crm import GROUP as ODOO_CRM
from duebell.instance import Instance
from duebell.settings import Settings
from unit.configuration.desk import BAKER, MILK, SECRET, Desk

GROUPS = {"Baker": BAKER, "Milk": MILK}
KEY = "f00dfeed" * 5


def test_a_fixed_option_wins_over_what_was_typed_and_is_in_force_at_once(desk: Desk) -> None:
    desk.type(Address="Mill Lane", Loaves="2")
    desk.verify()

    desk.fixed = fixed_options(GROUPS, {"DUEBELL_BAKER__LOAVES": "7"})

    assert desk.in_force() == {"Address": "Mill Lane", "Loaves": "7"}
    loaves = next(row for row in desk.do(lambda server: server.shown("Global", "Baker")) if row["key"] == "Loaves")
    assert (loaves["value"], loaves["fixed_by"]) == ("7", "DUEBELL_BAKER__LOAVES")
    assert loaves["comes_from"] == "DUEBELL_BAKER__LOAVES"
    desk.fixed = {}
    assert desk.in_force()["Loaves"] == "2"


def test_typing_a_fixed_option_is_refused_and_nothing_of_it_is_kept(desk: Desk) -> None:
    desk.fixed = fixed_options(GROUPS, {"DUEBELL_BAKER__LOAVES": "7"})

    with pytest.raises(
        InvalidOptions, match="Loaves: it is fixed by the environment variable DUEBELL_BAKER__LOAVES of Duebell"
    ):
        desk.type(Address="Mill Lane", Loaves="3")

    assert desk.states() == {}


def test_a_fixed_option_is_no_part_of_any_version(desk: Desk) -> None:
    desk.fixed = fixed_options(GROUPS, {"DUEBELL_BAKER__LOAVES": "7"})
    desk.type(Address="Mill Lane")
    desk.verify()

    assert desk.do(lambda server: server.export(1)) == {"Global": {"Baker": {"Address": "Mill Lane"}}}


def test_a_secret_comes_from_a_file_that_a_variable_names(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(f"{SECRET}\n")

    found = fixed_options(GROUPS, {"DUEBELL_BAKER__PASSWORD__FILE": str(file)})

    assert found["Baker", "Password"].value == SECRET
    assert SECRET not in repr(found)


def test_all_that_is_wrong_is_told_at_once_and_no_secret_repeated(tmp_path: Path) -> None:
    odoo = {"OdooCRM": ODOO_CRM, **GROUPS}
    variables = {
        "DUEBELL_BAKER__LOAVES": "77",
        "DUEBELL_BAKER__LOAFS": "7",
        "DUEBELL_BAKER__PASSWORD": SECRET,
        "DUEBELL_BAKER__PASSWORD__FILE": str(tmp_path),
        "DUEBELL_MILK__LITRES__FILE": str(tmp_path / "absent"),
        "DUEBELL_ODOOCRM__API_ACCESS_KEY": f"bearer {KEY}",
        "DUEBELL_DATA": "elsewhere",
        "BAKER__LOAVES": "no concern of ours",
    }

    with pytest.raises(InvalidValue) as raised:
        fixed_options(odoo, variables)

    assert str(raised.value).splitlines() == [
        "The environment variable DUEBELL_BAKER__LOAFS is wrong: no option is named so; docs/configuration.md has the names.",
        "The environment variable DUEBELL_BAKER__LOAVES is wrong: type a whole number from 1 to 9.",
        (
            "The environment variable DUEBELL_BAKER__PASSWORD__FILE is wrong: DUEBELL_BAKER__PASSWORD is set too: "
            "set one of them."
        ),
        (
            f"The environment variable DUEBELL_MILK__LITRES__FILE is wrong: the file {tmp_path / 'absent'} can't be read "
            "(No such file or directory)."
        ),
        (
            "The environment variable DUEBELL_ODOOCRM__API_ACCESS_KEY is wrong: the key has a space or a line break in it: "
            "paste the key alone, without `bearer` or its name."
        ),
    ]


def stands_in_a_file(folder: Path, text: str) -> bool:
    return any(text.encode() in file.read_bytes() for file in folder.iterdir() if file.is_file())


async def test_a_target_may_be_configured_by_variables_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUEBELL_ODOOCRM__API_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("DUEBELL_ODOOCRM__API_ACCESS_KEY", KEY)
    instance = Instance(Settings(data=tmp_path))
    try:
        values = await instance.configuration(lambda server: server.applied("Global", "OdooCRM"))
        assert (values["API_URL"], values["API_Access_Key"]) == ("http://127.0.0.1:9", KEY)
    finally:
        instance.close()
    assert not stands_in_a_file(tmp_path, KEY)


async def test_the_setting_for_history_fixes_the_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUEBELL_HISTORY", "PT36H")
    instance = Instance(Settings(data=tmp_path))
    try:
        (history,) = await instance.configuration(lambda server: server.shown("Global", "Retention"))
        assert (history["value"], history["fixed_by"]) == ("1.5", "DUEBELL_HISTORY")
    finally:
        instance.close()


def test_a_wrong_variable_is_said_at_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUEBELL_RETRY__FIRST_WAIT", "soon")
    with pytest.raises(InvalidValue, match="DUEBELL_RETRY__FIRST_WAIT is wrong: type a whole number from 1 to 3600"):
        Instance(Settings(data=tmp_path))
