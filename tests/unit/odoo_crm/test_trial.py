"""The test text: it goes to a phone that is allowed, once, and what became of it is told; `text` says what the addon answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from duebell.configuration.check import Check, Result
from duebell.handlers.odoo_crm import send_test_text
from unit.odoo_crm.stand_in import KEY, STATUS, TEST_SMS, Call, StandIn, a_status, odoo_error, result

PHONE = "+12025550123"


async def tried(odoo: StandIn, phone: str = PHONE, *, patience: float = 0.02) -> Check:
    values = {"API_URL": odoo.url, "API_Access_Key": KEY, "Test_Phones": f"{PHONE}, +12025550124"}
    (check,) = [check async for check in send_test_text(values, phone, patience=patience)]
    assert check.slug == "test-text"
    assert KEY not in repr(check)
    assert phone not in check.found, "a phone is personal data, and the history is for everybody"
    return check


def states(*told: str) -> Callable[[Call], bytes]:
    """Answers one after the other, the last for ever."""
    left = list(told)
    return lambda _: result({"state": left.pop(0) if len(left) > 1 else left[0], "because": None})


async def test_a_text_that_is_delivered_after_a_while_is_one_text(odoo: StandIn) -> None:
    odoo.answers[TEST_SMS] = states("waiting", "sent", "delivered")

    check = await tried(odoo, patience=2)

    assert (check.result, check.found) == (Result.PASSED, "a test text was delivered to the phone that ends in 23")
    asked = [call.json for call in odoo.called(TEST_SMS)]
    assert len(asked) == 3
    assert {one["phone"] for one in asked} == {PHONE}
    assert len({one["uuid"] for one in asked}) == 1


@pytest.mark.parametrize(
    ("state", "result_", "says"),
    [
        ("sent", Result.WARNING, "nothing came back about its delivery"),
        ("waiting", Result.WARNING, "waits in Odoo's queue"),
        ("cancelled", Result.FAILED, "was cancelled in Odoo"),
    ],
)
async def test_a_text_that_does_not_arrive(odoo: StandIn, state: str, result_: Result, says: str) -> None:
    odoo.answers[TEST_SMS] = states(state)

    check = await tried(odoo)

    assert (check.result, says in check.found) == (result_, True)
    assert check.hint


async def test_a_text_that_failed_says_why(odoo: StandIn) -> None:
    odoo.answers[TEST_SMS] = result({"state": "failed", "because": "No credit\nleft."})

    assert (await tried(odoo)).found == "The test text for the phone that ends in 23 failed: No credit left."


async def test_a_phone_that_is_not_allowed_is_sent_nothing(odoo: StandIn) -> None:
    check = await tried(odoo, "+12025550199")

    assert (check.result, check.found) == (Result.FAILED, "Test_Phones doesn't name that phone.")
    assert odoo.calls == []


async def test_an_addon_that_is_too_old_is_not_asked(odoo: StandIn) -> None:
    odoo.answers[STATUS] = result(a_status(methods=["forget", "known"]))

    assert "too old" in (await tried(odoo)).found
    assert odoo.called(TEST_SMS) == []


async def test_an_odoo_that_refuses_says_what_to_do(odoo: StandIn) -> None:
    odoo.answers[TEST_SMS] = odoo_error(403, "odoo.exceptions.AccessError")

    check = await tried(odoo)

    assert check.result is Result.FAILED
    assert "group Billing Integration" in (check.hint or "")
