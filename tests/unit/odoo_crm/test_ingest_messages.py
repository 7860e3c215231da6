"""`ingest`: the body that leaves, and the answer that must have a result for each event and none besides."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders import NOON
from duebell.espf.handler import Provisioned, RefusalKind, Refused, SupersededBy
from duebell.handlers.odoo_crm.errors import AddonIncompatible, OtherShape
from duebell.handlers.odoo_crm.messages import ingest_body, outcomes
from unit.odoo_crm.owed import owed
from unit.odoo_crm.stand_in import provisioned

API_URL = "https://odoo.example.com"
ONE, TWO = owed(1), owed(2)
REFUSED = {"outcome": "refused", "kind": "event", "because": "data.invoice.total: write the amount with two decimals."}


def answered(**results: Any) -> Any:
    return {"results": {f"{ONE.event_id}/0": provisioned(ONE.key), f"{TWO.event_id}/0": provisioned(TWO.key)} | results}


# --- the body ----------------------------------------------------------------------------------------------------------


def test_the_body_carries_each_event_as_it_was_recorded_in_order() -> None:
    body = json.loads(ingest_body([TWO, ONE]))

    assert body["contract"] == 1
    assert [entry["event"] for entry in body["events"]] == [json.loads(TWO.cloud_event), json.loads(ONE.cloud_event)]
    assert ONE.cloud_event in ingest_body([ONE])


def test_what_travels_beside_the_event_is_spelt_as_the_contract_says() -> None:
    later = SupersededBy(event_id="77aa", type="invoice.paid", at=NOON + timedelta(hours=2, microseconds=5))

    (entry,) = json.loads(ingest_body([owed(1, replay=3, superseded_by=later)]))["events"]

    del entry["event"]
    assert entry == {
        "key": f"{ONE.event_id}/3",
        "replay": 3,
        "notify_by": "2026-11-03T12:00:00Z",
        "epoch": 1,
        "superseded_by": {"id": "77aa", "type": "invoice.paid", "time": "2026-11-01T14:00:00.000005Z"},
    }


def test_an_event_that_still_holds_is_superseded_by_null() -> None:
    assert json.loads(ingest_body([ONE]))["events"][0]["superseded_by"] is None


def test_no_events_make_the_dry_call() -> None:
    assert json.loads(ingest_body([])) == {"contract": 1, "events": []}


# --- the answer --------------------------------------------------------------------------------------------------------


def test_each_provisioning_gets_its_own_outcome() -> None:
    answer = answered(**{TWO.key: REFUSED})

    assert outcomes([ONE, TWO], answer, API_URL) == {
        1: Provisioned("duebell.event,42", "https://odoo.example.com/odoo/events/42", None),
        2: Refused("data.invoice.total: write the amount with two decimals.", RefusalKind.EVENT),
    }


def test_why_nobody_was_told_is_kept() -> None:
    answer = answered(**{TWO.key: provisioned(TWO.key, told=[], untold="superseded", already=True, link=None)})

    assert outcomes([ONE, TWO], answer, API_URL)[2] == Provisioned("duebell.event,42", None, "superseded")


def test_two_replays_of_one_event_are_two_results() -> None:
    first, again = owed(7), replace(owed(7, replay=1), provisioning=8)
    answer = {"results": {first.key: provisioned(first.key), again.key: REFUSED}}

    read = outcomes([first, again], answer, API_URL)

    assert isinstance(read[7], Provisioned)
    assert isinstance(read[8], Refused)


def test_members_that_a_later_addon_adds_do_no_harm() -> None:
    answer = answered(**{TWO.key: provisioned(TWO.key, cost="0.01")}) | {"took": 0.2}

    assert set(outcomes([ONE, TWO], answer, API_URL)) == {1, 2}


def test_an_addon_of_another_contract_says_so() -> None:
    with pytest.raises(AddonIncompatible, match=r"speaks contract \[2, 3\]"):
        outcomes([ONE], {"refused": "contract", "because": "too old", "contracts": [2, 3]}, API_URL)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        True,
        [],
        {},
        {"results": []},
        {"results": None},
        {"results": {}},
        {"refused": "contract"},
        {"refused": "everything", "contracts": [1]},
        {"results": {ONE.key: provisioned(ONE.key)}},
        answered(**{"another/0": REFUSED}),
        answered(**{TWO.key: None}),
        answered(**{TWO.key: "provisioned"}),
        answered(**{TWO.key: {}}),
        answered(**{TWO.key: {"outcome": "later"}}),
        answered(**{TWO.key: {"outcome": "provisioned"}}),
        answered(**{TWO.key: provisioned(TWO.key, already=1)}),
        answered(**{TWO.key: provisioned(TWO.key, already=None)}),
        answered(**{TWO.key: provisioned(TWO.key, reference="")}),
        answered(**{TWO.key: provisioned(TWO.key, reference=42)}),
        answered(**{TWO.key: provisioned(TWO.key, told="sms")}),
        answered(**{TWO.key: provisioned(TWO.key, told=["pigeon"])}),
        answered(**{TWO.key: provisioned(TWO.key, untold=False)}),
        answered(**{TWO.key: provisioned(TWO.key, link="https://elsewhere.example.com/odoo")}),
        answered(**{TWO.key: provisioned(TWO.key, link="//elsewhere.example.com")}),
        answered(**{TWO.key: provisioned(TWO.key, link="javascript:alert(1)")}),
        answered(**{TWO.key: REFUSED | {"kind": "configuration"}}),
        answered(**{TWO.key: REFUSED | {"because": None}}),
        answered(**{TWO.key: REFUSED | {"because": ""}}),
    ],
)
def test_an_answer_of_another_shape_is_no_answer(answer: Any) -> None:
    with pytest.raises(OtherShape) as raised:
        outcomes([ONE, TWO], answer, API_URL)

    assert raised.value.evidence.url == "https://odoo.example.com/json/2/duebell.event/ingest"


def test_the_place_of_the_difference_is_named_but_not_what_stands_there() -> None:
    answer = answered(**{TWO.key: provisioned(TWO.key, reference={"name": "John Doe"})})

    with pytest.raises(OtherShape, match=r"results\..*\.reference: string_type") as raised:
        outcomes([ONE, TWO], answer, API_URL)

    assert "John Doe" not in str(raised.value)
