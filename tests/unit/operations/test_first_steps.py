"""First start: each step says what is missing, and is done when it is."""

from __future__ import annotations

import pytest

from builders import NOON
from duebell.configuration.check import Check, Result
from duebell.operations.first_steps import Facts, Step, steps
from duebell.storage.verify_history import Run

TYPED = frozenset({"API_URL", "API_Access_Key"})


def a_run(*checks: tuple[str, Result], applied: bool = False) -> Run:
    made = [
        Check(slug=slug, title=f"Title of {slug}", result=result, found=f"found {slug}.", hint=f"Mend {slug}.")
        for slug, result in checks
    ]
    return Run(environment="Global", group="OdooCRM", began_at=NOON, who="chief", applied=applied, checks=made)


def missing(facts: Facts) -> dict[str, str]:
    return {step.slug: step.missing for step in steps(facts) if step.missing}


def test_at_first_everything_is_missing_and_each_step_says_what() -> None:
    assert missing(Facts()) == {
        "connect": "API_URL and API_Access_Key are missing.",
        "addon": "It is not known yet whether it is there: Verify finds out.",
        "verify": "It was never run.",
        "events": "Odoo is subscribed to no event: enable the handler, or some of its events.",
        "test": "Nobody was told anything yet.",
    }


def test_a_key_alone_may_be_missing() -> None:
    assert missing(Facts(typed=frozenset({"API_URL"})))["connect"] == "API_Access_Key is missing."


def test_an_odoo_without_the_addon_leads_to_installing_it() -> None:
    facts = Facts(typed=TYPED, subscribed=18, chosen=True, history=[a_run(("key", Result.PASSED), ("addon", Result.FAILED))])

    assert missing(facts) == {
        "addon": "found addon.",
        "verify": "Title of addon: found addon. Mend addon.",
        "test": "Nobody was told anything yet.",
    }


def test_a_check_before_it_that_failed_leaves_the_addon_unknown() -> None:
    facts = Facts(typed=TYPED, history=[a_run(("key", Result.FAILED), ("addon", Result.SKIPPED))])

    assert missing(facts)["addon"] == "It is not known yet whether it is there: Verify finds out."


def test_what_was_only_checked_is_not_in_force() -> None:
    facts = Facts(typed=TYPED, history=[a_run(("addon", Result.PASSED))])

    assert missing(facts)["verify"] == "It passed, but only checking puts nothing in force."
    assert "addon" not in missing(facts)


@pytest.mark.parametrize("result", [Result.PASSED, Result.WARNING])
def test_a_test_text_that_left_is_the_last_step(result: Result) -> None:
    facts = Facts(
        typed=TYPED, in_force=True, subscribed=1, chosen=True, history=[a_run(("test-text", result), applied=True)]
    )

    assert missing(facts) == {}


def test_an_event_that_reached_odoo_will_do_as_well() -> None:
    assert missing(Facts(typed=TYPED, in_force=True, subscribed=1, told=True)) == {}


def test_a_test_text_that_failed_says_why() -> None:
    facts = Facts(typed=TYPED, in_force=True, subscribed=1, chosen=True, history=[a_run(("test-text", Result.FAILED))])

    assert missing(facts) == {"test": "found test-text."}


def test_each_step_leads_to_a_page_of_the_console() -> None:
    found: list[Step] = steps(Facts())
    assert [step.path for step in found] == [
        "/verify/Global/OdooCRM",
        "/help/verify#addon",
        "/verify/Global/OdooCRM",
        "/handlers",
        "/verify/Global/OdooCRM",
    ]
