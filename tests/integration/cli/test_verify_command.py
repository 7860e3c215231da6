"""`duebell verify` in one step: what is typed with it is proven before it is kept; `--history` tells what was found."""

from __future__ import annotations

import pytest

from integration.cli.command import Command
from unit.odoo_crm.stand_in import KEY, STATUS, StandIn, odoo_error

GROUP = "Global.OdooCRM"


def in_force(duebell: Command) -> dict[str, str]:
    return {row["key"]: row["in_force"] for row in duebell("configure", GROUP, "--json").json if row["in_force"]}


def typed(duebell: Command) -> set[str]:
    return {row["key"] for row in duebell("configure", GROUP, "--json").json if row["value"]}


def test_one_step_from_nothing_to_in_force(duebell: Command, odoo: StandIn) -> None:
    ran = duebell("verify", "OdooCRM", f"API_URL={odoo.url}", "--from-env", "API_Access_Key=ODOO_KEY", env={"ODOO_KEY": KEY})

    assert ran.exit_code == 0
    assert ran.out.endswith("OdooCRM is verified and in force.\n")
    assert in_force(duebell)["API_URL"] == odoo.url


def test_what_failed_is_kept_as_a_draft_and_only_what_was_wrong_is_typed_again(duebell: Command, odoo: StandIn) -> None:
    failed = duebell("verify", GROUP, f"API_URL={odoo.url}", f"API_Access_Key={'0123456789' * 4}")
    assert failed.exit_code == 1
    assert "✗ Odoo accepts the key" in failed.out
    assert "What you typed is kept as a draft." in failed.out
    assert typed(duebell) == {"API_URL", "API_Access_Key"}

    mended = duebell("verify", GROUP, f"API_Access_Key={KEY}")

    assert mended.exit_code == 0
    history = duebell("verify", GROUP, "--history")
    assert ["put in force" in line for line in history.out.splitlines()[1:]] == [True, False]
    assert "Odoo accepts the key: " in history.out
    runs = duebell("verify", GROUP, "--history", "--json").json
    assert [(run["who"], run["passed"]) for run in runs] == [("local", True), ("local", False)]
    assert KEY not in str(runs)


def test_only_checking_keeps_nothing(duebell: Command, odoo: StandIn) -> None:
    odoo.answers[STATUS] = odoo_error(404, "werkzeug.exceptions.NotFound")

    ran = duebell("verify", GROUP, f"API_URL={odoo.url}", f"API_Access_Key={KEY}", "--check-only")

    assert ran.exit_code == 1
    assert typed(duebell) == set()


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("verify", GROUP, "Colour=red"), "There is no option 'Colour' here: use one of API_URL,"),
        (("verify", "Global.Alarms", "--test-text", "+12025550123"), "Alarms sends no texts: verify it without a phone."),
        (("verify", "API_URL=https://odoo.example.com"), "is not an environment and a group"),
    ],
)
def test_what_cannot_be_verified_is_said_in_a_sentence(duebell: Command, command: tuple[str, ...], says: str) -> None:
    ran = duebell(*command)

    assert (ran.exit_code, ran.out) == (1, "")
    assert says in ran.err
