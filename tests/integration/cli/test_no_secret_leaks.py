"""The API key is never needed on the command line, and never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from integration.cli.command import Command
from integration.service.running import Serve

KEY = "f00dfeed" * 5
MASKED = "••••••••feed"


def typed_key(beside: Command) -> str:
    rows = {row["key"]: row for row in beside("configure", "Global.OdooCRM", "--json").json}
    return str(rows["API_Access_Key"]["value"])


def leaks(places: list[Path], texts: list[str]) -> list[str]:
    """Where the key stands in plain text: files under the folders, and what was printed."""
    files = [file for place in places for file in place.rglob("*") if file.is_file()]
    return [str(file) for file in files if KEY.encode() in file.read_bytes()] + [text for text in texts if KEY in text]


def test_a_secret_is_asked_for_at_the_terminal_and_not_shown(beside: Command) -> None:
    ran = beside.at_a_terminal("configure", "Global.OdooCRM", "API_Access_Key", typed=KEY)
    assert (ran.exit_code, KEY in ran.out) == (0, False)
    assert "API_Access_Key: " in ran.out
    assert MASKED in ran.out
    assert typed_key(beside) == MASKED


def test_a_secret_comes_from_a_file_from_standard_input_or_from_the_environment(beside: Command, tmp_path: Path) -> None:
    file = tmp_path / "key.txt"
    file.write_text(f"{KEY}\n")
    unset = ("configure", "Global.OdooCRM", "API_Access_Key=")
    assert MASKED in beside("configure", "Global.OdooCRM", "--from-file", f"API_Access_Key={file}").out
    assert MASKED not in beside(*unset).out
    assert MASKED in beside("configure", "Global.OdooCRM", "--from-file", "API_Access_Key=-", stdin=KEY).out
    assert MASKED not in beside(*unset).out
    given = beside("configure", "Global.OdooCRM", "--from-env", "API_Access_Key=ODOO_KEY", env={"ODOO_KEY": KEY})
    assert MASKED in given.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("API_Access_Key",),
            (
                "There is no terminal to ask for API_Access_Key at: use --from-file API_Access_Key=PATH or --from-env "
                "API_Access_Key=NAME."
            ),
        ),
        (
            ("--from-file", "API_Access_Key=/nowhere/key.txt"),
            "The file /nowhere/key.txt for API_Access_Key can't be read: No such file or directory.",
        ),
        (
            ("--from-env", "API_Access_Key=NOT_SET_ANYWHERE"),
            "The environment variable NOT_SET_ANYWHERE for API_Access_Key isn't set: export it, or give API_Access_Key another way.",
        ),
        (("--from-env", "ODOO_KEY"), "'ODOO_KEY' doesn't say where a value is: write it like API_Access_Key=key.txt."),
        (
            ("API_Access_Key", "--from-env", "API_Access_Key=ODOO_KEY"),
            "API_Access_Key is given in two ways: give it in one.",
        ),
    ],
)
def test_a_value_that_cannot_be_had_is_said_so(beside: Command, arguments: tuple[str, ...], says: str) -> None:
    ran = beside("configure", "Global.OdooCRM", *arguments)
    assert (ran.exit_code, ran.out, ran.err) == (1, "", f"{says}\n")


def test_nothing_that_a_run_writes_holds_the_key_in_plain_text(duebell: Command, tmp_path: Path) -> None:
    duebell.data.mkdir()
    with Serve(duebell.data) as serve:
        # given the key typed at the terminal, from the environment, and in places where it doesn't belong
        duebell.at_a_terminal("configure", "Global.OdooCRM", "API_URL=http://127.0.0.1:9", "API_Access_Key", typed=KEY)
        duebell("configure", "Global.OdooCRM", "--from-env", "API_Access_Key=ODOO_KEY", env={"ODOO_KEY": KEY})
        for wrong in ("Max_Batch", "Request_Timeout"):
            duebell("configure", "Global.OdooCRM", "--from-env", f"{wrong}=ODOO_KEY", env={"ODOO_KEY": KEY})
        duebell("configuration", "clone", "1")
        # when everything is asked that could show it
        duebell.written += [
            duebell(*command).out
            for command in (
                ("configure", "Global.OdooCRM"),
                ("configure", "Global.OdooCRM", "--json"),
                ("verify",),
                ("verify", "--json"),
                ("configuration", "show", "1"),
                ("configuration", "compare", "1", "2", "--all", "--json"),
                ("configuration", "export", "--version", "1"),
                ("configuration", "apply", "2"),
                ("secret", "rotate-key"),
                ("audit", "--json"),
            )
        ]
        duebell.written += [str(serve.get("/status")), str(serve.get("/configuration/Global/OdooCRM"))]
        for page in PAGES:
            shown = serve.client.get(f"http://duebell{page}")
            assert shown.status_code == 200, page
            duebell.written.append(shown.text)
        problems = [
            serve.client.put("/configuration/Global/OdooCRM", json=body) for body in ({"API_Access_Key": [KEY]}, [KEY], KEY)
        ]
        assert [problem.status_code for problem in problems] == [422, 422, 422]
        duebell.written += [problem.text for problem in problems]
        # then neither the database, nor its write-ahead log, nor the service's log, nor the screen has it
        assert (duebell.data / "duebell.db-wal").exists()
        assert leaks([tmp_path], duebell.written) == []
    assert leaks([tmp_path], duebell.written) == []


PAGES = (
    "/configuration",
    "/configuration/Global/OdooCRM",
    "/configuration/versions",
    "/configuration/versions/1",
    "/configuration/versions/1/Global/OdooCRM",
    "/configuration/versions/compare?left=1&right=2&everything=true",
    "/verify/Global/OdooCRM",
    "/audit",
)
"""Where a secret might stand."""


def test_a_key_that_the_environment_fixes_is_in_no_output_file_or_page(duebell: Command, tmp_path: Path) -> None:
    duebell.data.mkdir()
    fixed = {"DUEBELL_ODOOCRM__API_URL": "http://127.0.0.1:9", "DUEBELL_ODOOCRM__API_ACCESS_KEY": KEY}
    with Serve(duebell.data, env=fixed) as serve:
        shown = duebell("configure", "Global.OdooCRM").out
        refused = duebell("configure", "Global.OdooCRM", "--from-env", "API_Access_Key=ODOO_KEY", env={"ODOO_KEY": KEY})
        pages = [serve.client.get(f"http://duebell{page}").text for page in ("/configuration/Global/OdooCRM", "/audit")]
        assert "DUEBELL_ODOOCRM__API_ACCESS_KEY" in shown
        assert (refused.exit_code, "fixed by the environment variable" in refused.err) == (1, True)
        wrong = duebell("status", env={"DUEBELL_ODOOCRM__API_ACCESS_KEY": f"bearer {KEY}"})
        duebell.written += [*pages, wrong.out, wrong.err]
    alone = duebell("status", env={"DUEBELL_ODOOCRM__API_ACCESS_KEY": f"bearer {KEY}"})
    assert (alone.exit_code, "DUEBELL_ODOOCRM__API_ACCESS_KEY is wrong" in alone.err) == (1, True)
    assert leaks([tmp_path], duebell.written) == []
